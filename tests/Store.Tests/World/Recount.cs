using Dialer.Calls;
using Dialer.Campaigns;
using Dialer.Domain.Subscribers;
using Dialer.Silo.Storage;
using Dialer.Subscribers;

namespace Dialer.Tests.Stores;

/// <summary>What counters and phones must say, told by counting rows (I1, I3).</summary>
internal static class Recount
{
    /// <summary>Every campaign's counters, its cap, and who holds which phone.</summary>
    public static async Task AssertAsync(StoreRig rig, params TestCampaign[] campaigns)
    {
        foreach (var campaign in campaigns)
        {
            var counted = await OfAsync(rig, campaign.Id);
            var stored = await campaign.CountersAsync();
            Assert.Equal(counted, stored with { Total = stored.Loaded });
            Assert.Equal(stored.Loaded, stored.Waiting + stored.Live + stored.Backoff + stored.Final);
            Assert.True(stored.Live <= campaign.Row.Settings.MaxSimultaneousCalls, $"{stored.Live} live");
        }

        await PhonesAsync(rig);
    }

    public static async Task<IReadOnlyList<JobRow>> JobsAsync(StoreRig rig, CampaignId campaign) => await rig.Database.ReadAsync(c => c.ListAsync(
        $"select {JobRows.Columns} from call_job where campaign = @id order by id", JobRows.Read, ("id", campaign.Value)));

    public static async Task<CampaignCounters> OfAsync(StoreRig rig, CampaignId campaign)
    {
        var sum = new CampaignCounters();
        foreach (var job in await JobsAsync(rig, campaign))
        {
            sum += CounterDelta.Between(null, job) + new CampaignCounters { Loaded = 1, Total = 1 };
        }

        var tries = await rig.Database.ReadAsync(c => c.ListAsync(
            $"select {TryRows.Columns} from call_try where campaign = @id", TryRows.Read, ("id", campaign.Value)));
        var dropped = await Tables.CountAsync(rig, "job_note where campaign = @id and code in ('redial_dropped', 'redial_cut')", ("id", campaign.Value));
        return tries.Aggregate(sum with { RedialsDropped = (int)dropped }, (s, t) => s + Of(t));
    }

    private static CampaignCounters Of(TryRecord t) => new()
    {
        Tries = t.Class == CallClass.NotPlaced ? 0 : 1,
        TechnicalFailures = t.Class == CallClass.Technical ? 1 : 0,
        AnsweredCalls = t.Class is CallClass.Answered or CallClass.BotFailed ? 1 : 0,
        BusyCalls = t.Class == CallClass.Busy ? 1 : 0,
        RejectedCalls = t.Class == CallClass.Rejected ? 1 : 0,
        NoAnswerCalls = t.Class is CallClass.NoAnswer or CallClass.Unreachable ? 1 : 0,
        TalkMs = t.AttemptNumber > 0 && !t.AnsweredAt.IsNone ? t.Talk.Ticks / TimeSpan.TicksPerMillisecond : 0,
        BilledSeconds = t.AttemptNumber > 0 && !t.AnsweredAt.IsNone ? (long)Math.Ceiling(t.Talk.TotalSeconds) : 0,
        SpeechSeconds = Math.Max(0, t.SpeechSeconds),
    };

    private static async Task PhonesAsync(StoreRig rig)
    {
        var held = await rig.Database.ReadAsync(c => c.ListAsync(
            "select live_job, live_try, phone from phone where live_try > 0 or live_job > 0", r => (r.GetInt64(0), r.GetInt32(1), r.GetInt64(2))));
        var live = await rig.Database.ReadAsync(c => c.ListAsync(
            "select id, try_number, phone from call_job where status = 2", r => (r.GetInt64(0), r.GetInt32(1), r.GetInt64(2))));
        Assert.Equal(live.Order(), held.Order());
        Assert.Equal(live.Count, live.Select(l => l.Item3).Distinct().Count());
    }
}
