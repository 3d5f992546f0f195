using System.Net;
using Dialer.Calls;
using Dialer.Channels;
using Dialer.Grains.Calls;
using Dialer.Numbers;
using Dialer.Silo.Telephony.Simulated;
using Dialer.Silo.Telephony.Simulated.Link;
using Dialer.Tests.Contract;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;

namespace Dialer.Tests.Simulated;

/// <summary>
/// A driver and a carrier with a wire between them that can be cut. The carrier's clock is fake: its calls move when the test says so.
/// The driver's is real unless the test gives another.
/// </summary>
internal sealed class LinkRig : IAsyncDisposable
{
    public static readonly TimeSpan Ring = TimeSpan.FromSeconds(5);
    public static readonly TimeSpan Talk = TimeSpan.FromSeconds(10);
    public static readonly TimeSpan Limit = TimeSpan.FromSeconds(60);

    private readonly TimeProvider _driverClock;
    private CarrierServer _server;
    private int _lastJob;

    public LinkRig(FakeTimeProvider? driverClock = null)
    {
        Clock = driverClock ?? new FakeTimeProvider(TimeProvider.System.GetUtcNow());
        _driverClock = driverClock ?? TimeProvider.System;
        Carrier = NewCarrier();
        _server = CarrierServer.Start(Carrier, new(IPAddress.Loopback, 0));
        Wire = new CutProxy(_server.EndPoint);
        Driver = NewDriver(Events);
    }

    /// <summary>The carrier's clock.</summary>
    public FakeTimeProvider Clock { get; }

    public Carrier Carrier { get; private set; }

    public CutProxy Wire { get; }

    public CalleeBook Callees { get; } = new();

    public RecordingSink Events { get; } = new();

    public ICallDriver Driver { get; }

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public ICallDriver NewDriver(ICallEventSink sink) =>
        new SimulatedCallDriverFactory(_driverClock, NullLoggerFactory.Instance).Create(
            new ChannelId(1),
            new ChannelSettings
            {
                Name = "wire",
                Kind = ChannelKind.Simulated,
                Simulated = new SimulatedSettings { Endpoint = Wire.EndPoint.ToString() },
            },
            sink);

    public PhoneNumber Callee() => Callees.Answers(Ring, Talk);

    public async Task<TryId> DialAsync(PhoneNumber phone)
    {
        var id = new TryId(new JobId(++_lastJob), 1);
        var admission = await Driver.DialAsync(new DialCommand(id, new CampaignId(1), phone, Limit, Limit, Scenario.None), Cancel);
        Assert.True(admission.IsAccepted, admission.Refusal);
        return id;
    }

    /// <summary>Dials somebody who answers after <see cref="Ring"/> and hangs up after <see cref="Talk"/>, and waits for the ring.</summary>
    public async Task<(TryId Id, UnixTime StartedAt)> DialUntilRingingAsync()
    {
        var id = await DialAsync(Callee());
        var ringing = await Events.RingingAsync(id, "the phone rings");
        return (id, ringing.At);
    }

    /// <summary>The carrier's process is killed, its memory with it, and a new one starts.</summary>
    public async Task RestartCarrierAsync()
    {
        await _server.DisposeAsync();
        await Carrier.DisposeAsync();

        // past the driver's own clock, which runs by itself: the new process began after every dial to the old one
        Clock.Advance(TimeSpan.FromSeconds(30));
        Carrier = NewCarrier();
        _server = CarrierServer.Start(Carrier, new(IPAddress.Loopback, 0));
        Wire.Target = _server.EndPoint;
    }

    public async ValueTask DisposeAsync()
    {
        await Driver.DisposeAsync();
        await Wire.DisposeAsync();
        await _server.DisposeAsync();
        await Carrier.DisposeAsync();
        Events.CheckLaws();
    }

    private Carrier NewCarrier() => new(new CarrierOptions { Script = Callees.Script }, Clock);
}
