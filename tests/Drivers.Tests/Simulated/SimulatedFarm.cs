using Dialer.Channels;
using Dialer.Grains.Calls;
using Dialer.Numbers;
using Dialer.Silo.Telephony.Simulated;
using Dialer.Silo.Telephony.Simulated.Link;
using Dialer.Tests.Contract;
using Microsoft.Extensions.Logging.Abstractions;

namespace Dialer.Tests.Simulated;

/// <summary>A simulated driver in front of a carrier of this process, which is reached directly or over TCP.</summary>
internal sealed class SimulatedFarm : IDriverFarm
{
    private readonly Carrier _carrier;
    private readonly CarrierServer? _server;
    private readonly SimulatedCallDriverFactory _factory;
    private readonly CalleeBook _callees = new();

    public SimulatedFarm(bool overTcp)
    {
        _carrier = new Carrier(new CarrierOptions { Script = _callees.Script });
        _server = overTcp ? CarrierServer.Start(_carrier, new(System.Net.IPAddress.Loopback, 0)) : null;
        _factory = new(TimeProvider.System, NullLoggerFactory.Instance, overTcp ? null : _carrier);
        Driver = Create();
    }

    public ICallDriver Driver { get; private set; }

    public RecordingSink Events { get; } = new();

    public PhoneNumber Answers(TimeSpan after, TimeSpan? hangsUpAfter) => _callees.Answers(after, hangsUpAfter);

    public PhoneNumber IsBusy() => _callees.IsBusy();

    public PhoneNumber Rejects() => _callees.Rejects();

    public PhoneNumber DoesNotExist() => _callees.DoesNotExist();

    public PhoneNumber RingsForEver() => _callees.RingsForEver();

    public PhoneNumber IsGivenUp() => _callees.IsGivenUp();

    public PhoneNumber FailsTechnically() => _callees.FailsTechnically();

    public async Task<ICallDriver> LoseDriverAsync()
    {
        await ((SimulatedCallDriver)Driver).AbandonAsync();
        return Driver = Create();
    }

    public async ValueTask DisposeAsync()
    {
        await Driver.DisposeAsync();
        if (_server is not null)
        {
            await _server.DisposeAsync();
        }

        Assert.Equal(0, _carrier.Tally.Live);
        await _carrier.DisposeAsync();
    }

    private ICallDriver Create() => _factory.Create(
        new ChannelId(1),
        new ChannelSettings
        {
            Name = "farm",
            Kind = ChannelKind.Simulated,
            Simulated = new SimulatedSettings { Endpoint = _server?.EndPoint.ToString() },
        },
        Events);
}
