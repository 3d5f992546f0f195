namespace Dialer.Campaigns;

/// <summary>
/// A campaign's live counters (P18), kept as deltas in the same commit as the rows they count: nothing is found by scanning.
/// The same record is a delta. <c>Waiting + Live + Backoff + Final = Loaded</c> at every instant (I3).
/// </summary>
[GenerateSerializer, Immutable, Alias("dialer.CampaignCounters")]
public readonly record struct CampaignCounters
{
    /// <summary>Jobs: those loaded and, from the start, those of the list that are still to be loaded (P37).</summary>
    [Id(0)] public int Total { get; init; }

    /// <summary>Jobs that have a row.</summary>
    [Id(1)] public int Loaded { get; init; }

    [Id(2)] public int Waiting { get; init; }

    /// <summary>Being dialed or in a call: permits of P2.</summary>
    [Id(3)] public int Live { get; init; }

    /// <summary>Held by the error backoff of P8.</summary>
    [Id(4)] public int Backoff { get; init; }

    /// <summary>Jobs with no open series (P18a <c>processed</c>; a redial lowers it).</summary>
    [Id(5)] public int Final { get; init; }

    /// <summary>Waiting or in backoff after at least one try.</summary>
    [Id(6)] public int WaitingForRetry { get; init; }

    /// <summary>Final: reached.</summary>
    [Id(7)] public int Answered { get; init; }

    /// <summary>Final: attempts used without reaching anyone.</summary>
    [Id(8)] public int NotAnswered { get; init; }

    [Id(9)] public int Nonexistent { get; init; }

    /// <summary>Final: attempts used up by technical failures.</summary>
    [Id(10)] public int TechnicalError { get; init; }

    [Id(11)] public int NotDone { get; init; }

    [Id(12)] public int Cancelled { get; init; }

    [Id(13)] public int Unknown { get; init; }

    /// <summary>Calls set up, counted or not.</summary>
    [Id(14)] public int Tries { get; init; }

    /// <summary>Tries that counted.</summary>
    [Id(15)] public int Attempts { get; init; }

    /// <summary>Attempts beyond a job's first: <c>retryCalls</c> on the wire.</summary>
    [Id(16)] public int RetryAttempts { get; init; }

    /// <summary>Tries that failed technically (P8).</summary>
    [Id(17)] public int TechnicalFailures { get; init; }

    /// <summary>Redials that the maximum cut or dropped (P5, P26).</summary>
    [Id(18)] public int RedialsDropped { get; init; }

    /// <summary>Milliseconds of talk of people called.</summary>
    [Id(19)] public long TalkMs { get; init; }

    /// <summary>Rows of the list that were refused before any try: a destination that the trunk may not call (P39), an unknown zone (P4).</summary>
    [Id(20)] public int RejectedAtLoad { get; init; }

    /// <summary>Waiting or in backoff after at least one attempt that counted: <c>noAnswer</c> if the campaign is finished now.</summary>
    [Id(21)] public int WaitingAttempted { get; init; }

    /// <summary>Calls that were answered, short ones and those without a bot included.</summary>
    [Id(22)] public int AnsweredCalls { get; init; }

    [Id(23)] public int BusyCalls { get; init; }
    [Id(24)] public int RejectedCalls { get; init; }

    /// <summary>Calls that nobody took, unreachable phones included.</summary>
    [Id(25)] public int NoAnswerCalls { get; init; }

    /// <summary>Seconds of speech recognition and synthesis that bots used (P46).</summary>
    [Id(26)] public long SpeechSeconds { get; init; }

    /// <summary>Talk of people called, each call rounded up by its channel's billing step (P46).</summary>
    [Id(27)] public long BilledSeconds { get; init; }

    /// <summary>
    /// How they read in a campaign of this status. Finish writes no row: what waits, and what was not loaded yet, reads as
    /// <c>notDone</c> (P11), as each job does in reports.
    /// </summary>
    public CampaignCounters ReadIn(CampaignStatus status) => status is not (CampaignStatus.Finished or CampaignStatus.Deleted) ? this : this with
    {
        Loaded = Total,
        Waiting = 0,
        Backoff = 0,
        WaitingForRetry = 0,
        WaitingAttempted = 0,
        Final = Total - Live,
        NotDone = NotDone + (Total - Loaded) + Waiting + Backoff,
    };

    public static CampaignCounters operator +(CampaignCounters a, CampaignCounters b) => new()
    {
        Total = a.Total + b.Total,
        Loaded = a.Loaded + b.Loaded,
        Waiting = a.Waiting + b.Waiting,
        Live = a.Live + b.Live,
        Backoff = a.Backoff + b.Backoff,
        Final = a.Final + b.Final,
        WaitingForRetry = a.WaitingForRetry + b.WaitingForRetry,
        Answered = a.Answered + b.Answered,
        NotAnswered = a.NotAnswered + b.NotAnswered,
        Nonexistent = a.Nonexistent + b.Nonexistent,
        TechnicalError = a.TechnicalError + b.TechnicalError,
        NotDone = a.NotDone + b.NotDone,
        Cancelled = a.Cancelled + b.Cancelled,
        Unknown = a.Unknown + b.Unknown,
        Tries = a.Tries + b.Tries,
        Attempts = a.Attempts + b.Attempts,
        RetryAttempts = a.RetryAttempts + b.RetryAttempts,
        TechnicalFailures = a.TechnicalFailures + b.TechnicalFailures,
        RedialsDropped = a.RedialsDropped + b.RedialsDropped,
        TalkMs = a.TalkMs + b.TalkMs,
        RejectedAtLoad = a.RejectedAtLoad + b.RejectedAtLoad,
        WaitingAttempted = a.WaitingAttempted + b.WaitingAttempted,
        AnsweredCalls = a.AnsweredCalls + b.AnsweredCalls,
        BusyCalls = a.BusyCalls + b.BusyCalls,
        RejectedCalls = a.RejectedCalls + b.RejectedCalls,
        NoAnswerCalls = a.NoAnswerCalls + b.NoAnswerCalls,
        SpeechSeconds = a.SpeechSeconds + b.SpeechSeconds,
        BilledSeconds = a.BilledSeconds + b.BilledSeconds,
    };
}
