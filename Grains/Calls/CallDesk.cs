using System.Collections.Concurrent;
using Dialer.Calls;
using Dialer.Channels;
using Dialer.Domain.Subscribers;
using Microsoft.Extensions.Logging;

namespace Dialer.Grains.Calls;

/// <summary>
/// The drivers of this silo, one per channel, made when first needed. When a channel's carrier settings change, new calls go to
/// a new driver and the old one lives until its last call has ended.
/// </summary>
public sealed partial class CallDesk(
    IEnumerable<ICallDriverFactory> factories,
    CallEventRelay relay,
    LineBook lines,
    TimeProvider clock,
    ILogger<CallDesk> logger,
    ICallLayer? layer = null) : IAsyncDisposable
{
    private readonly ConcurrentDictionary<ChannelId, Desk> desks = new();
    private readonly StopMarks stops = new();

    /// <summary>Set when the process ends: nothing new is dialed.</summary>
    public bool IsClosing { get; private set; }

    public void Close() => IsClosing = true;

    /// <summary>Why nothing new of this campaign may be dialed here now; null = it may. To be asked before an intent is stored.</summary>
    public string? Refuse(ChannelId channel, CampaignId campaign) => Refusal ?? stops.Refuse(channel, campaign, clock.Now());

    private string? Refusal => IsClosing ? "the process is closing"
        : relay.IsFull ? "too many outcomes wait for the database"
        : null;

    /// <summary>The driver for a channel as it is set now.</summary>
    public ICallDriver DriverFor(ChannelId channel, ChannelSettings settings)
    {
        ArgumentNullException.ThrowIfNull(settings);
        return desks.GetOrAdd(channel, _ => new Desk()).Current(settings, () => Make(channel, settings));
    }

    /// <summary>Places a call, unless this silo is closing or cannot keep up with the outcomes it has.</summary>
    /// <param name="channel">The channel.</param>
    /// <param name="settings">As it is set now.</param>
    /// <param name="command">The call.</param>
    /// <param name="isLate">Asked last of all before the call leaves: its token does not hold any more (P11).</param>
    public async ValueTask<DialAdmission> DialAsync(ChannelId channel, ChannelSettings settings, DialCommand command, Func<bool> isLate)
    {
        ArgumentNullException.ThrowIfNull(command);
        ArgumentNullException.ThrowIfNull(isLate);
        if ((Refusal ?? stops.Refuse(channel, command.Campaign, command.DecidedAt)) is { } refusal)
        {
            return DialAdmission.Refused(refusal);
        }

        try
        {
            var driver = DriverFor(channel, settings);
            var told = await lines.TellAsync(channel, driver);
            // that may have taken seconds: a look-up, a write
            if ((told.Refusal ?? Refusal ?? stops.Refuse(channel, command.Campaign, command.DecidedAt)) is { } later)
            {
                return DialAdmission.Refused(later);
            }

            if (isLate())
            {
                return DialAdmission.Refused(RefusalCodes.TokenLate);
            }

            var admission = await driver.DialAsync(command with { Line = told.Line }, CancellationToken.None);
            if (admission.IsAccepted && stops.Refuse(channel, command.Campaign, command.DecidedAt) is not null)
            {
                // a stop-now came between the look and the call, and may not have seen it
                await driver.HangUpAsync(command.Id, HangUpReason.Stop, CancellationToken.None);
            }

            return admission;
        }
        catch (Exception e) when (e is ArgumentException or IOException or InvalidOperationException)
        {
            // the driver could not be made of these settings: nothing left
            LogNoDriver(channel, e.Message);
            return DialAdmission.Refused(e.Message);
        }
    }

    /// <summary>
    /// Stop now (P61): ends every call of a campaign, of a channel or (both null) of this silo, and holds back those whose intent
    /// was stored but which have not left yet. Answers how many calls were told.
    /// </summary>
    public Task<int> StopAsync(CampaignId? campaign, ChannelId? channel)
    {
        stops.Add(campaign, channel, clock.Now());
        return HangUpAsync((id, call) => (channel is null || channel == id) && (campaign is null || campaign == call.Campaign), HangUpReason.Stop);
    }

    /// <summary>Hangs up one call; false if it is not here.</summary>
    public async Task<bool> HangUpAsync(TryId call, HangUpReason why) => await HangUpAsync((_, c) => c.Id == call, why) > 0;

    /// <summary>Hangs up every call that fits; answers how many were told.</summary>
    public async Task<int> HangUpAsync(Func<ChannelId, LiveCall, bool> fits, HangUpReason why)
    {
        ArgumentNullException.ThrowIfNull(fits);
        var told = 0;
        foreach (var (id, desk) in desks)
        {
            foreach (var driver in desk.All)
            {
                var fitting = driver.List().Where(call => fits(id, call));
                var answers = await Task.WhenAll(fitting.Select(c => driver.HangUpAsync(c.Id, why, CancellationToken.None).AsTask()));
                told += answers.Count(a => a);
            }
        }

        return told;
    }

    /// <summary>The calls of this silo that have not ended.</summary>
    public IReadOnlyList<LiveCall> List() => [.. desks.Values.SelectMany(d => d.All).SelectMany(d => d.List())];

    /// <summary>Ends and forgets drivers that were replaced and have no calls left.</summary>
    public async Task SweepAsync()
    {
        foreach (var idle in desks.Values.SelectMany(d => d.TakeIdle()))
        {
            await idle.DisposeAsync();
        }
    }

    public async ValueTask DisposeAsync()
    {
        Close();
        foreach (var driver in desks.Values.SelectMany(d => d.All))
        {
            await driver.DisposeAsync();
        }

        desks.Clear();
    }

    private ICallDriver Make(ChannelId channel, ChannelSettings settings)
    {
        LogDriver(channel, settings.Kind);
        var factory = factories.FirstOrDefault(f => f.Kind == settings.Kind)
            ?? throw new InvalidOperationException($"There is no driver for channels of kind {settings.Kind}.");
        return layer is null
            ? factory.Create(channel, settings, relay)
            : layer.Around(channel, settings, relay, sink => factory.Create(channel, settings, sink));
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "Channel {Channel}: {Kind} driver started")]
    private partial void LogDriver(ChannelId channel, ChannelKind kind);

    [LoggerMessage(Level = LogLevel.Error, Message = "Channel {Channel} has no driver: {Reason}")]
    private partial void LogNoDriver(ChannelId channel, string reason);

    /// <summary>The drivers of one channel: the one that dials, and those that only see their calls off.</summary>
    private sealed class Desk
    {
        private readonly Lock turn = new();
        private readonly List<ICallDriver> leaving = [];
        private ICallDriver? current;
        private ChannelSettings? madeFor;

        public IReadOnlyList<ICallDriver> All
        {
            get
            {
                lock (turn)
                {
                    return current is null ? [.. leaving] : [current, .. leaving];
                }
            }
        }

        public ICallDriver Current(ChannelSettings settings, Func<ICallDriver> make)
        {
            lock (turn)
            {
                if (current is not null && (ReferenceEquals(madeFor, settings) || IsSameCarrier(madeFor!, settings)))
                {
                    madeFor = settings;
                    return current;
                }

                // made first: settings that no driver can be made of leave everything as it was
                var made = make();
                if (current is not null)
                {
                    leaving.Add(current);
                }

                madeFor = settings;
                return current = made;
            }
        }

        public IReadOnlyList<ICallDriver> TakeIdle()
        {
            lock (turn)
            {
                var idle = leaving.Where(d => d.List().Count == 0).ToList();
                leaving.RemoveAll(idle.Contains);
                return idle;
            }
        }

        private static bool IsSameCarrier(ChannelSettings a, ChannelSettings b) => a.Kind == b.Kind && a.Simulated == b.Simulated && a.Sip == b.Sip;
    }
}
