using Dialer.Events;
using Dialer.Notifications;
using Dialer.Silo.Recovery;
using Dialer.Silo.Storage.Events;
using Dialer.Silo.Storage.Webhooks;
using Microsoft.Extensions.Logging;

namespace Dialer.Silo.Notifications;

/// <summary>
/// Twice a second: on every silo learns which campaigns somebody listens to; on the first one tells campaigns with new events to hand
/// them over to their webhooks. What it forgets in a crash it asks for again: the cursors are stored.
/// </summary>
internal sealed partial class EventPump(
    IEventFeed feed,
    ListenBoard board,
    WebhookListening listening,
    IGrainFactory grains,
    SiloRoster roster,
    TimeProvider clock,
    ILogger<EventPump> logger) : SiloLoop(clock, TimeSpan.FromMilliseconds(500))
{
    private const int AtOnce = 32;

    private static readonly TimeSpan ReconcileEvery = TimeSpan.FromSeconds(10);

    /// <summary>How far each campaign was handed over, as far as this process knows.</summary>
    private readonly Dictionary<CampaignId, long> handedOver = [];

    private UnixTime reconciledAt;

    protected override async Task PassAsync(CancellationToken cancel)
    {
        var now = Clock.Now();
        var heads = await feed.ReadHeadsAsync(now);
        board.Replace(heads.ToDictionary(h => h.Campaign.Value, h => h.ListenUntil.Ms));
        if (!roster.IsFirst)
        {
            handedOver.Clear();
            return;
        }

        if (now - reconciledAt >= ReconcileEvery || now < reconciledAt)
        {
            reconciledAt = now;
            await listening.ReconcileAsync(now);
        }

        // only a webhook listens for ever
        foreach (var group in heads.Where(h => h.ListenUntil >= EventLease.Forever && handedOver.GetValueOrDefault(h.Campaign, -1) < h.Seq).Chunk(AtOnce))
        {
            if (cancel.IsCancellationRequested)
            {
                return;
            }

            await Task.WhenAll(group.Select(HandOverAsync));
        }
    }

    protected override void LogFailed(Exception cause) => LogPassFailed(cause);

    private async Task HandOverAsync(EventHead head)
    {
        try
        {
            var isDone = await grains.GetGrain<INotificationGrain>(head.Campaign.Value).HandOverAsync();
            lock (handedOver)
            {
                handedOver[head.Campaign] = isDone ? head.Seq : -1;
            }
        }
        catch (Exception e)
        {
            LogHandOverFailed(head.Campaign, e.GetType().Name);
        }
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "Looking for new events failed; tried again soon")]
    private partial void LogPassFailed(Exception cause);

    [LoggerMessage(Level = LogLevel.Warning, Message = "Campaign {Campaign} did not hand its events over ({Cause}); asked again soon")]
    private partial void LogHandOverFailed(CampaignId campaign, string cause);
}
