using Dialer.Channels;
using Dialer.Domain.Channels;

namespace Dialer.Tests.Channels;

/// <summary>P39, P44: what settings of a channel must hold.</summary>
public class ChannelRulesTests
{
    private static readonly ChannelSettings Good = new() { Name = "trunk", Kind = ChannelKind.Sip, Sip = new SipSettings { Host = "sip.example.com" } };
    private static readonly SimulatedSettings Sim = new();

    public static TheoryData<string?, ChannelSettings> Settings => new()
    {
        { null, Good },
        { null, Good with { Kind = ChannelKind.Simulated } },
        { "kind", Good with { Kind = ChannelKind.None } },
        { "name", Good with { Name = " " } },
        { null, Good with { Name = new string('n', 200) } },
        { "name", Good with { Name = new string('n', 201) } },
        { "lines", Good with { Lines = 0 } },
        { null, Good with { Lines = 1 } },
        { null, Good with { Lines = 1_000_000 } },
        { "lines", Good with { Lines = 1_000_001 } },
        { "callsPerSecond", Good with { CallsPerSecond = -1 } },
        { null, Good with { CallsPerSecond = 0 } },
        { null, Good with { CallsPerSecond = 1_000_000 } },
        { "callsPerSecond", Good with { CallsPerSecond = 1_000_001 } },
        { "ringTimeoutSeconds", Good with { RingTimeoutSeconds = 4 } },
        { null, Good with { RingTimeoutSeconds = 5 } },
        { null, Good with { RingTimeoutSeconds = 300 } },
        { "ringTimeoutSeconds", Good with { RingTimeoutSeconds = 301 } },
        { "maxCallSeconds", Good with { MaxCallSeconds = 0 } },
        { null, Good with { MaxCallSeconds = 1 } },
        { null, Good with { MaxCallSeconds = 14_400 } },
        { "maxCallSeconds", Good with { MaxCallSeconds = 14_401 } },
        { "simulated.busy", Good with { Kind = ChannelKind.Simulated, Simulated = Sim with { Busy = -0.1 } } },
        { null, Good with { Simulated = Sim with { Busy = -0.1 } } },
    };

    public static TheoryData<string?, SimulatedSettings> Simulated => new()
    {
        { null, Sim },
        { "simulated.answer", Sim with { Answer = double.NaN } },
        { "simulated.error", Sim with { Error = double.PositiveInfinity } },
        { "simulated.reject", Sim with { Reject = -1 } },
        { "simulated.answer", new() { Answer = 0, Busy = 0, NoAnswer = 0, Reject = 0, Nonexistent = 0, Error = 0 } },
        { null, new() { Answer = 0, Busy = 0, NoAnswer = 0, Reject = 0, Nonexistent = 0, Error = 1 } },
        { "simulated.answer", new() { Answer = double.MaxValue, Busy = double.MaxValue } },
        { "simulated.ringSeconds", Sim with { RingSeconds = new(2, 1) } },
        { null, Sim with { RingSeconds = new(2, 2) } },
        { "simulated.ringSeconds", Sim with { RingSeconds = new(-1, 1) } },
        { "simulated.talkSeconds", Sim with { TalkSeconds = new(0, 86_401) } },
        { null, Sim with { TalkSeconds = new(0, 86_400) } },
        { "simulated.talkSeconds", Sim with { TalkSeconds = new(double.NaN, 1) } },
        { null, Sim with { Endpoint = "127.0.0.1:5099" } },
        { "simulated.endpoint", Sim with { Endpoint = "10.0.0.1:5099" } },
        { "simulated.endpoint", Sim with { Endpoint = "127.0.0.1:0" } },
        { "simulated.endpoint", Sim with { Endpoint = "127.0.0.1" } },
    };

    [Theory]
    [MemberData(nameof(Settings), DisableDiscoveryEnumeration = true)]
    public void ChannelSetting_OutsideItsBounds_IsRefusedByName(string? field, ChannelSettings settings) =>
        Assert.Equal(field, Assert.Single(ChannelRules.Check(settings).Select(f => f.Field).DefaultIfEmpty()));

    [Theory]
    [MemberData(nameof(Simulated), DisableDiscoveryEnumeration = true)]
    public void SimulatedSetting_OutsideItsBounds_IsRefusedByName(string? field, SimulatedSettings settings) =>
        Assert.Equal(field, Assert.Single(SimulatedSettingsRules.Check(settings).Select(f => f.Field).DefaultIfEmpty()));

    [Fact]
    public void AllFaults_AreToldAtOnce()
    {
        var bad = new ChannelSettings { Name = "", Kind = ChannelKind.None, Lines = 0, CallsPerSecond = -1, RingTimeoutSeconds = 0, MaxCallSeconds = 0 };
        Assert.Equal(6, ChannelRules.Check(bad).Count);
    }

    [Theory]
    [InlineData("127.0.0.1:5060", true, "127.0.0.1:5060")]
    [InlineData("127.9.8.7:1", false, "127.9.8.7:1")]
    [InlineData("[::1]:5060", false, "[::1]:5060")]
    [InlineData("LocalHost:5060", false, "127.0.0.1:5060")]
    [InlineData("localhost:0", true, "127.0.0.1:0")]
    [InlineData("localhost:0", false, null)]
    [InlineData("localhost", true, null)]
    [InlineData("127.0.0.1", true, null)]
    [InlineData("192.168.0.1:5060", true, null)]
    [InlineData("0.0.0.0:5060", true, null)]
    [InlineData("localhost.example:5060", true, null)]
    [InlineData("", true, null)]
    [InlineData(null, true, null)]
    public void Address_IsOfThisMachine_WithItsPort(string? text, bool allowPortZero, string? address)
    {
        Assert.Equal(address is not null, LoopbackAddress.TryParse(text, allowPortZero, out var parsed));
        Assert.Equal(address ?? "127.0.0.1:0", parsed.ToString());
    }
}
