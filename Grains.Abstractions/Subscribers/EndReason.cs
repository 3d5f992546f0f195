namespace Dialer.Subscribers;

/// <summary>Why a job ended without a call of its own deciding it; shown beside <see cref="JobResult"/>.</summary>
public enum EndReason : byte
{
    None = 0,

    /// <summary>The number is on the do-not-call list (P38).</summary>
    DoNotCall = 1,

    /// <summary>No zone could be found and the campaign skips such numbers (P4).</summary>
    ZoneUnknown = 2,

    /// <summary>No calling window before its finish instant.</summary>
    Expired = 3,

    /// <summary>The callee opted out (P59).</summary>
    StopCalls = 4,

    /// <summary>An edit lowered the attempts below those made (P14).</summary>
    AttemptsLowered = 5,

    /// <summary>The campaign was finished.</summary>
    CampaignFinished = 6,

    /// <summary>Cancelled by an operator or through the Calls API (P27).</summary>
    Cancelled = 7,

    /// <summary>Its windows are empty for ever.</summary>
    NeverOpen = 8,

    /// <summary>Personal data was erased (P57).</summary>
    Erased = 9,

    /// <summary>The trunk may not call such numbers (P39).</summary>
    DestinationNotAllowed = 10,
}

/// <summary>How programs are told of it.</summary>
public static class EndReasonWords
{
    /// <summary>Stable: <c>none</c>, <c>dnc</c> (P38), <c>zone_unknown</c> (P4), …</summary>
    public static string Word(this EndReason reason) => reason switch
    {
        EndReason.DoNotCall => "dnc",
        EndReason.ZoneUnknown => "zone_unknown",
        EndReason.StopCalls => "stop_calls",
        EndReason.AttemptsLowered => "attempts_lowered",
        EndReason.CampaignFinished => "campaign_finished",
        EndReason.NeverOpen => "never_open",
        EndReason.DestinationNotAllowed => "destination_not_allowed",
        _ => reason.ToString().ToLowerInvariant(),
    };
}
