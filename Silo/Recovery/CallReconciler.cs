using System.Collections.Concurrent;
using Dialer.Calls;
using Dialer.Channels;
using Dialer.Grains.Calls;
using Dialer.Grains.Campaigns;
using Dialer.Grains.Channels;
using Dialer.Grains.Common;
using Dialer.Grains.Silos;
using Dialer.Subscribers;
using Microsoft.Extensions.Logging;

namespace Dialer.Silo.Recovery;

/// <summary>
/// Every 10 s compares the calls of this silo's drivers with the live rows of its own number, and settles the rows that lost
/// silos left behind (P29, P30): each such call is ended at the carrier first; only what is certainly over, or must be by its
/// longest time, gives its permit back.
/// </summary>
internal sealed partial class CallReconciler(
    ISiloStore silos,
    ICampaignStore campaigns,
    IChannelStore channels,
    IGrainFactory grains,
    CallDesk desk,
    ISiloIdentity self,
    SiloRoster roster,
    TimeProvider clock,
    ILogger<CallReconciler> logger) : SiloLoop(clock, TimeSpan.FromSeconds(10))
{
    /// <summary>A live row this young may still be on its way to the driver.</summary>
    private static readonly TimeSpan Young = TimeSpan.FromSeconds(20);

    /// <summary>A lost silo is remembered this long after it was last seen.</summary>
    private static readonly TimeSpan ForgetAfter = TimeSpan.FromMinutes(10);

    private const int Chunk = 2000;
    private const int AtOnce = 64;

    /// <summary>Seen amiss in the former pass: acted upon only when seen twice.</summary>
    private HashSet<TryId> suspects = [];

    private readonly ConcurrentDictionary<CampaignId, ChannelRow?> channelOf = new();
    private readonly ConcurrentDictionary<(int Silo, ChannelId Channel), string?> lineOf = new();

    protected override async Task PassAsync(CancellationToken cancel)
    {
        await silos.SeenAsync(self.Number, self.Address, Clock.Now());
        channelOf.Clear();
        lineOf.Clear();
        await ReconcileOwnAsync(cancel);
        if (roster.IsFirst)
        {
            await SettleGoneAsync(cancel);
        }

        await desk.SweepAsync();
    }

    protected override void LogFailed(Exception cause) => LogPassFailed(cause);

    private async Task ReconcileOwnAsync(CancellationToken cancel)
    {
        var rows = await silos.ReadLiveOfAsync([self.Number], new JobId(0), int.MaxValue);
        var calls = desk.List().ToDictionary(c => c.Id);
        var live = rows.ToDictionary(r => r.Try);
        var now = Clock.Now();
        var lost = rows.Where(r => !calls.ContainsKey(r.Try) && now - r.TryStartedAt > Young).ToList();
        var orphans = calls.Values.Where(c => !live.ContainsKey(c.Id) && now - c.StartedAt > Young).ToList();
        foreach (var row in lost.Where(r => suspects.Contains(r.Try)))
        {
            // our own driver, in this very process, does not know it: it never left, or its end got lost
            await SettleAsync(row, cancel);
        }

        foreach (var call in orphans.Where(c => suspects.Contains(c.Id)))
        {
            LogOrphan(call.Id);
            await desk.HangUpAsync(call.Id, HangUpReason.Orphan);
        }

        suspects = [.. lost.Select(r => r.Try), .. orphans.Select(c => c.Id)];
    }

    private async Task SettleGoneAsync(CancellationToken cancel)
    {
        var gone = await roster.ReadGoneAsync();
        if (gone.Count == 0)
        {
            return;
        }

        var numbers = gone.Select(s => s.Id).ToList();
        channelOf.Clear();
        var after = new JobId(0);
        IReadOnlyList<JobRow> rows;
        do
        {
            rows = await silos.ReadLiveOfAsync(numbers, after, Chunk);
            if (rows.Count > 0)
            {
                LogSettling(rows.Count, gone.Count);
                after = rows[^1].Id;
            }

            foreach (var group in rows.Chunk(AtOnce))
            {
                await Task.WhenAll(group.Select(row => SettleAsync(row, cancel)));
            }
        }
        while (rows.Count == Chunk && !cancel.IsCancellationRequested);

        // not at once: a write of a lost silo may still be on its way, and must find somebody to settle it
        var now = Clock.Now();
        await silos.ForgetAsync([.. gone.Where(s => now - s.SeenAt > ForgetAfter).Select(s => s.Id)]);
    }

    private async Task SettleAsync(JobRow row, CancellationToken cancel)
    {
        try
        {
            var isOver = await IsOverAsync(row, cancel);
            await grains.GetGrain<ISubscriberGrain>(SubscriberKey.Of(row.Campaign, row.Phone)).SettleAsync(row, isOver);
        }
        catch (Exception e) when (e is not OperationCanceledException || !cancel.IsCancellationRequested)
        {
            LogSettleFailed(row.Try, e.GetType().Name);
        }
    }

    /// <summary>A carrier that cannot be asked, or a driver that cannot be made, leaves the row to its longest time (P30).</summary>
    private async Task<bool> IsOverAsync(JobRow row, CancellationToken cancel)
    {
        try
        {
            return await EndAtCarrierAsync(row, cancel);
        }
        catch (Exception e) when (e is not OperationCanceledException || !cancel.IsCancellationRequested)
        {
            LogNotAsked(row.Try, e.GetType().Name);
            return false;
        }
    }

    /// <summary>True when the far side confirmed that the call is over, or knows no such call.</summary>
    private async Task<bool> EndAtCarrierAsync(JobRow row, CancellationToken cancel)
    {
        if (await ChannelOfAsync(row.Campaign) is not { } channel)
        {
            return false;
        }

        var leg = row.AnsweredAt.IsNone ? null : await silos.ReadLegAsync(row.Try);
        var line = await LineOfAsync(row.Silo, channel.Id);
        var driver = desk.DriverFor(channel.Id, channel.Settings);
        return await driver.EndOrphanAsync(new OrphanCall(row.Try, row.Phone, row.TryStartedAt, row.AnsweredAt, leg, line), cancel) == OrphanResult.Over;
    }

    private async Task<string?> LineOfAsync(int silo, ChannelId channel)
    {
        if (!lineOf.TryGetValue((silo, channel), out var line))
        {
            lineOf[(silo, channel)] = line = await silos.ReadLineAsync(silo, channel);
        }

        return line;
    }

    /// <summary>Read once a pass: thousands of rows may be of one campaign.</summary>
    private async Task<ChannelRow?> ChannelOfAsync(CampaignId id)
    {
        if (!channelOf.TryGetValue(id, out var channel))
        {
            var campaign = await campaigns.ReadAsync(id);
            channelOf[id] = channel = campaign is null ? null : await channels.ReadAsync(campaign.Settings.Channel);
        }

        return channel;
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "Comparing calls with live rows failed; tried again soon")]
    private partial void LogPassFailed(Exception cause);

    [LoggerMessage(Level = LogLevel.Information, Message = "Settling {Rows} calls that {Silos} lost processes left behind")]
    private partial void LogSettling(int rows, int silos);

    [LoggerMessage(Level = LogLevel.Warning, Message = "Call {Try} has no live row; hung up")]
    private partial void LogOrphan(TryId @try);

    [LoggerMessage(Level = LogLevel.Warning, Message = "Call {Try}: its carrier could not be asked ({Cause}); it is over when its longest time has passed")]
    private partial void LogNotAsked(TryId @try, string cause);

    [LoggerMessage(Level = LogLevel.Warning, Message = "Call {Try} could not be settled ({Cause}); tried again soon")]
    private partial void LogSettleFailed(TryId @try, string cause);
}
