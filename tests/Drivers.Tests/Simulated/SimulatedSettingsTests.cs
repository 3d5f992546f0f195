using Dialer.Channels;
using Dialer.Domain.Channels;
using Dialer.Grains.Calls;
using Dialer.Silo.Telephony.Simulated;
using Dialer.Tests.Contract;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;

namespace Dialer.Tests.Simulated;

/// <summary>Settings that cannot be used are refused in words that say how to mend them; how the driver is put into a silo.</summary>
public sealed class SimulatedSettingsTests
{
    private static readonly SimulatedSettings NoWeights = new() { Answer = 0, Busy = 0, NoAnswer = 0, Nonexistent = 0, Error = 0 };

    [Fact]
    public void AllWeightsZero_IsRefused()
    {
        var refusal = Assert.Single(SimulatedSettingsRules.Check(NoWeights));
        Assert.Equal("simulated_weights_zero", refusal.Code);
        Assert.Contains("at least one of answer", refusal.Text, StringComparison.Ordinal);
        var thrown = Assert.Throws<ArgumentException>(() => Create(NoWeights));
        Assert.Contains(refusal.Text, thrown.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void EveryFault_IsNamedWithItsField()
    {
        var settings = new SimulatedSettings
        {
            Busy = -1,
            Reject = double.NaN,
            RingSeconds = new(5, 1),
            TalkSeconds = new(0, 1e9),
            Endpoint = "192.0.2.1:5099",
        };
        Assert.Equal(
            ["simulated.busy", "simulated.reject", "simulated.ringSeconds", "simulated.talkSeconds", "simulated.endpoint"],
            SimulatedSettingsRules.Check(settings).Select(r => r.Field));
    }

    [Fact]
    public void DefaultsAndASingleWeight_AreTaken()
    {
        Assert.Empty(SimulatedSettingsRules.Check(new SimulatedSettings()));
        Assert.Empty(SimulatedSettingsRules.Check(NoWeights with { Error = 0.001 }));
    }

    [Theory]
    [InlineData("127.0.0.1:5099", true)]
    [InlineData("127.1.2.3:5099", true)]
    [InlineData("[::1]:5099", true)]
    [InlineData("localhost:5099", true)]
    [InlineData("LocalHost:5099", true)]
    [InlineData("127.0.0.1:0", false)]
    [InlineData("127.0.0.1", false)]
    [InlineData("::1", false)]
    [InlineData("localhost", false)]
    [InlineData("localhost:x", false)]
    [InlineData("127.0.0.1:99999", false)]
    [InlineData("10.0.0.1:5099", false)]
    [InlineData("example.org:5099", false)]
    [InlineData("", false)]
    public void Endpoint_IsALoopbackAddressWithAPort(string text, bool isTaken) =>
        Assert.Equal(isTaken, LoopbackAddress.TryParse(text, allowPortZero: false, out _));

    [Fact]
    public async Task Services_GiveOneFactoryThatSharesARegisteredCarrier()
    {
        await using var carrier = new Carrier();
        await using var services = new ServiceCollection()
            .AddLogging()
            .AddSingleton(carrier)
            .AddSimulatedTelephony()
            .AddSimulatedTelephony()
            .BuildServiceProvider();
        var factory = Assert.Single(services.GetServices<ICallDriverFactory>());
        Assert.Equal(ChannelKind.Simulated, factory.Kind);
        var events = new RecordingSink();
        await using var driver = factory.Create(new ChannelId(1), Channel(new() { RingSeconds = default, TalkSeconds = default }), events);
        var id = new Dialer.Calls.TryId(new JobId(1), 1);
        await driver.DialAsync(
            new DialCommand(id, new CampaignId(1), new(79_990_000_001), CarrierRig.Limit, CarrierRig.Limit, Scenario.None), TestContext.Current.CancellationToken);
        await events.EndedAsync(id, "through the shared carrier");
        Assert.Equal(1, carrier.Tally.Received);
    }

    [Fact]
    public async Task Services_WithoutACarrier_EachDriverHasItsOwn()
    {
        await using var services = new ServiceCollection().AddLogging().AddSimulatedTelephony().BuildServiceProvider();
        var factory = services.GetServices<ICallDriverFactory>().Single();
        await using var driver = factory.Create(new ChannelId(1), Channel(settings: null), new RecordingSink());
        Assert.True((await driver.ProbeAsync(TestContext.Current.CancellationToken)).IsUp);
    }

    private static ICallDriver Create(SimulatedSettings settings) =>
        new SimulatedCallDriverFactory(TimeProvider.System, NullLoggerFactory.Instance).Create(new ChannelId(1), Channel(settings), new RecordingSink());

    private static ChannelSettings Channel(SimulatedSettings? settings) => new() { Name = "sim", Kind = ChannelKind.Simulated, Simulated = settings };
}
