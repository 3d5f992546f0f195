using Dialer.Calls;
using Dialer.Campaigns;
using Dialer.Subscribers;

namespace Dialer.Tests.Simulation;

/// <summary>I3, P18: every job is in exactly one state, none is lost, and the counters equal a recount at any instant.</summary>
internal sealed class CountLaw(DialerWorld world) : Law(world)
{
    /// <summary>Figures that come from tries are recounted at every so many changes: they cost a look at each.</summary>
    private const int FullEvery = 16;

    private readonly Dictionary<CampaignId, int> added = [];
    private readonly Dictionary<CampaignId, int> dropped = [];
    private int changes;

    public override void JobAdded(JobRow row) => added[row.Campaign] = added.GetValueOrDefault(row.Campaign) + 1;

    public override void Stored(StepFact fact)
    {
        var campaign = fact.Step.Row.Campaign;
        dropped[campaign] = dropped.GetValueOrDefault(campaign) + fact.Step.Notes.Count(n => n.Code is "redial_dropped" or "redial_cut");
        if (fact.Step is { ReplacesTry: true, IsAmendment: false, Try: { } record } && Store.Tries[record.Try].Redial is { IsDropped: true })
        {
            // it was dropped because the call's end was not known, and is decided anew
            dropped[campaign]--;
        }
    }

    public override void Changed(CampaignId campaign)
    {
        var counters = Store.Campaigns[campaign].Counters;
        var rows = Store.RowsOf(campaign);
        Demand(rows.Count == added[campaign], "I3 no job lost", $"campaign {campaign} has {rows.Count} rows of {added[campaign]} jobs");
        Demand(
            counters.Waiting + counters.Live + counters.Backoff + counters.Final == counters.Loaded && counters.Loaded == rows.Count,
            "I3 sum",
            $"campaign {campaign}: {counters}");
        var recount = Recount(rows);
        if (++changes % FullEvery == 0)
        {
            Compare(campaign, Full(campaign, recount), counters);
        }
        else
        {
            Compare(campaign, recount, FromRows(counters));
        }
    }

    public override void AtEnd()
    {
        foreach (var campaign in Store.Campaigns.Values)
        {
            Compare(campaign.Id, Full(campaign.Id, Recount(Store.RowsOf(campaign.Id))), campaign.Counters);
        }
    }

    private void Compare(CampaignId campaign, CampaignCounters recount, CampaignCounters counters) =>
        Demand(recount == counters, "I3 recount", $"campaign {campaign}: counted {counters}, found {recount}");

    private CampaignCounters Full(CampaignId campaign, CampaignCounters counted)
    {
        var tries = Store.Tries.Values.Where(t => t.Campaign == campaign).ToList();
        return counted with
        {
            Tries = tries.Count(t => t.Class != CallClass.NotPlaced),
            TechnicalFailures = tries.Count(t => t.Class == CallClass.Technical),
            TalkMs = tries.Where(t => t.Class != CallClass.Unknown && !t.AnsweredAt.IsNone).Sum(t => (long)t.Talk.TotalMilliseconds),
            BilledSeconds = tries.Where(t => t.Class != CallClass.Unknown && !t.AnsweredAt.IsNone).Sum(t => (long)Math.Ceiling(t.Talk.TotalSeconds)),
            SpeechSeconds = tries.Sum(t => Math.Max(0L, t.SpeechSeconds)),
            RedialsDropped = dropped.GetValueOrDefault(campaign),
            AnsweredCalls = tries.Count(t => t.Class is CallClass.Answered or CallClass.BotFailed),
            BusyCalls = tries.Count(t => t.Class == CallClass.Busy),
            RejectedCalls = tries.Count(t => t.Class == CallClass.Rejected),
            NoAnswerCalls = tries.Count(t => t.Class is CallClass.NoAnswer or CallClass.Unreachable),
        };
    }

    /// <summary>Without what is counted from tries.</summary>
    private static CampaignCounters FromRows(CampaignCounters counters) => counters with
    {
        Tries = 0,
        TechnicalFailures = 0,
        TalkMs = 0,
        SpeechSeconds = 0,
        BilledSeconds = 0,
        RedialsDropped = 0,
        AnsweredCalls = 0,
        BusyCalls = 0,
        RejectedCalls = 0,
        NoAnswerCalls = 0,
    };

    private static CampaignCounters Recount(IReadOnlyList<JobRow> rows)
    {
        int Of(JobStatus status) => rows.Count(r => r.Status == status);
        int Ended(params JobResult[] results) => rows.Count(r => r.Status == JobStatus.Final && results.Contains(r.Result));
        return new CampaignCounters
        {
            Total = rows.Count,
            Loaded = rows.Count,
            Waiting = Of(JobStatus.Waiting),
            Live = Of(JobStatus.Live),
            Backoff = Of(JobStatus.Backoff),
            Final = Of(JobStatus.Final),
            WaitingForRetry = rows.Count(r => r.TryNumber > 0 && r.Status is JobStatus.Waiting or JobStatus.Backoff),
            WaitingAttempted = rows.Count(r => r.AttemptsTotal > 0 && r.Status is JobStatus.Waiting or JobStatus.Backoff),
            Answered = Ended(JobResult.Reached, JobResult.ReachedWithResult),
            NotAnswered = Ended(JobResult.NoAnswer, JobResult.AnsweredShort, JobResult.BotFailed),
            Nonexistent = Ended(JobResult.Nonexistent),
            TechnicalError = Ended(JobResult.TechnicalError),
            NotDone = Ended(JobResult.NotDone),
            Cancelled = Ended(JobResult.Cancelled),
            Unknown = Ended(JobResult.Unknown),
            RejectedAtLoad = rows.Count(r => r is { Status: JobStatus.Final, TryNumber: 0, EndReason: EndReason.DestinationNotAllowed or EndReason.ZoneUnknown } && !r.Has(JobFlags.FromApi)),
            Attempts = rows.Sum(r => r.AttemptsTotal),
            RetryAttempts = rows.Sum(r => Math.Max(0, r.AttemptsTotal - 1)),
        };
    }
}
