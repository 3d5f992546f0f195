using Dialer.Accounts;
using Dialer.Campaigns;
using Dialer.Grains.Campaigns;
using Dialer.Grains.Common;
using Dialer.Subscribers;
using Microsoft.Extensions.Logging;
using Orleans.Runtime;

namespace Dialer.Silo.Recovery;

/// <summary>
/// Touches all scheduled and running campaigns when this silo has started, on each membership change and every 10 s, so that
/// they go on by themselves after any crash (P10, P30). Their keep-alive reminder is the backstop. The first silo also wakes
/// numbers whose backoff reminder was lost (P8).
/// </summary>
internal sealed partial class CampaignWatch(
    ICampaignStore campaigns,
    IGrainFactory grains,
    SiloRoster roster,
    StorageWatch storage,
    TimeProvider clock,
    ILogger<CampaignWatch> logger) : SiloLoop(clock, TimeSpan.FromSeconds(10))
{
    /// <summary>A row in backoff this long overdue has lost its reminder.</summary>
    public static readonly TimeSpan ReminderGrace = TimeSpan.FromSeconds(90);

    private static readonly TimeSpan SweepEvery = TimeSpan.FromSeconds(30);
    private const int SweepChunk = 1000;

    private UnixTime sweptAt;

    protected override async Task PassAsync(CancellationToken cancel)
    {
        foreach (var group in (await campaigns.ListOpenAsync()).Chunk(32))
        {
            await Task.WhenAll(group.Select(TouchAsync));
        }

        await TouchAccountAsync();

        var now = Clock.Now();
        if (roster.IsFirst && now - sweptAt >= SweepEvery)
        {
            sweptAt = now;
            await SweepAsync(now, cancel);
        }
    }

    protected override void LogFailed(Exception cause)
    {
        // also while no campaign is active, because none can be: they learn of the outage when they are back (P12)
        storage.Failed(cause);
        LogPassFailed(cause);
    }

    private async Task TouchAsync(CampaignId campaign)
    {
        try
        {
            await grains.GetGrain<ICampaignGrain>(campaign.Value).TouchAsync();
        }
        catch (Exception e)
        {
            LogTouchFailed(campaign, e.GetType().Name);
        }
    }

    /// <summary>Live calls are metered wherever the account is, and it is to be somewhere (P46).</summary>
    private async Task TouchAccountAsync()
    {
        try
        {
            await grains.GetGrain<IAccountGrain>(1).TouchAsync();
        }
        catch (Exception e)
        {
            LogAccountFailed(e.GetType().Name);
        }
    }

    private async Task SweepAsync(UnixTime now, CancellationToken cancel)
    {
        IReadOnlyList<JobRow> overdue;
        bool isProgress;
        do
        {
            overdue = await campaigns.ReadOverdueBackoffAsync(now - ReminderGrace, SweepChunk);
            isProgress = false;
            foreach (var group in overdue.Chunk(64))
            {
                isProgress |= (await Task.WhenAll(group.Select(WakeAsync))).Any(isWoken => isWoken);
            }
        }
        while (overdue.Count == SweepChunk && isProgress && !cancel.IsCancellationRequested);
    }

    /// <summary>One number that cannot be woken must not hold up the others.</summary>
    private async Task<bool> WakeAsync(JobRow row)
    {
        try
        {
            await grains.GetGrain<ISubscriberGrain>(SubscriberKey.Of(row.Campaign, row.Phone)).WakeAsync();
            return true;
        }
        catch (Exception e)
        {
            LogTouchFailed(row.Campaign, e.GetType().Name);
            return false;
        }
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "Watching campaigns failed; tried again soon")]
    private partial void LogPassFailed(Exception cause);

    [LoggerMessage(Level = LogLevel.Warning, Message = "The account did not answer ({Cause}); touched again soon")]
    private partial void LogAccountFailed(string cause);

    [LoggerMessage(Level = LogLevel.Warning, Message = "Campaign {Campaign} did not answer ({Cause}); touched again soon")]
    private partial void LogTouchFailed(CampaignId campaign, string cause);
}
