using Dialer.Accounts;
using Dialer.Calls;
using Dialer.Subscribers;
using Orleans.Concurrency;

namespace Dialer.Campaigns;

/// <summary>
/// One campaign: the state machine (P9), the concurrency semaphore (P2) and the dispatch loop. Holds no list.
/// Commands interleave, so that none waits behind a slow one; each decides and writes in a turn of its own.
/// Key: campaign id.
/// </summary>
[Alias("dialer.ICampaignGrain")]
public interface ICampaignGrain : IGrainWithIntegerKey
{
    /// <summary>Creates the campaign (P1). <paramref name="startsAt"/> none = a draft; a past instant of up to a minute = now.</summary>
    [Alias("Create")]
    Task<Answer<CampaignView>> CreateAsync(CampaignSettings settings, UnixTime startsAt);

    [Alias("Start"), AlwaysInterleave]
    Task<Answer<CampaignView>> StartAsync(string actor);

    /// <summary>Blocks new calls within one second, lets live calls end (P11).</summary>
    [Alias("Pause"), AlwaysInterleave]
    Task<Answer<CampaignView>> PauseAsync(string actor);

    /// <summary>Refused while a cause of P12 holds; names all of them (P13).</summary>
    [Alias("Resume"), AlwaysInterleave]
    Task<Answer<CampaignView>> ResumeAsync(string actor, bool putBack = false);

    /// <summary>Terminal (P11).</summary>
    [Alias("Finish"), AlwaysInterleave]
    Task<Answer<CampaignView>> FinishAsync(string actor);

    /// <summary>Edits the conditions (P14): only while Scheduled or Paused, only from the version named.</summary>
    [Alias("Edit"), AlwaysInterleave]
    Task<Answer<CampaignView>> EditAsync(CampaignSettings settings, UnixTime startsAt, int expectedVersion, string actor);

    /// <summary>A new token for the Calls API, or none: the former one is good for nothing from the answer on (P19).</summary>
    [Alias("SetToken"), AlwaysInterleave]
    Task<Answer<CampaignView>> SetTokenAsync(bool isEnabled, string actor);

    /// <summary>Hides it at once (P16, P57).</summary>
    [Alias("Delete"), AlwaysInterleave]
    Task<Answer<CampaignView>> DeleteAsync(string actor);

    /// <summary>Pauses it, cancels ringing calls and hangs up live ones, within 2 s (P61). Answers how many calls were told to end.</summary>
    [Alias("StopNow"), AlwaysInterleave]
    Task<Answer<CampaignView>> StopNowAsync(string actor);

    /// <summary>Holds it back for a cause of P12, or lifts the cause.</summary>
    [Alias("SetCause"), AlwaysInterleave]
    Task SetCauseAsync(PauseCause cause, bool holds);

    /// <summary>How the minute packages stand (P46): holds it back while one that it needs is used up, and lifts what holds no longer.</summary>
    [Alias("FollowPackages"), AlwaysInterleave]
    Task FollowPackagesAsync(PackageVerdict verdict);

    /// <summary>Its channel's trunk has no funds (P46): a running campaign pauses.</summary>
    [Alias("NoFunds"), AlwaysInterleave]
    Task NoFundsAsync(PauseCause cause);

    /// <summary>Null when there is no such campaign.</summary>
    [Alias("Get"), AlwaysInterleave]
    Task<CampaignView?> GetAsync();

    [Alias("Progress"), AlwaysInterleave]
    Task<CampaignProgress?> ProgressAsync();

    /// <summary>Makes sure that it is active and does its work: what <c>CampaignWatch</c> calls.</summary>
    [Alias("Touch"), AlwaysInterleave]
    Task TouchAsync();

    /// <summary>A hint: jobs were added or became callable in this lane from this instant. Lost hints are mended by polling.</summary>
    [Alias("Wake"), AlwaysInterleave, OneWay]
    Task WakeAsync(LaneId lane, UnixTime notBefore);

    /// <summary>Which numbers the campaign's trunk may call (P39); null = any.</summary>
    [Alias("Destinations"), AlwaysInterleave, ReadOnly]
    Task<DestinationTerms?> DestinationsAsync();

    /// <summary>A hint: jobs from this id on were added, to be called from this instant.</summary>
    [Alias("JobsAdded"), AlwaysInterleave, OneWay]
    Task JobsAddedAsync(UnixTime notBefore, JobId first);

    /// <summary>A try is over and its outcome stored: frees its permit, tells what follows. A hint, re-derived every 10 s.</summary>
    [Alias("PermitFreed"), AlwaysInterleave, OneWay]
    Task PermitFreedAsync(PermitFreed freed);
}

/// <summary>A stored outcome, as far as the campaign cares.</summary>
[GenerateSerializer, Immutable, Alias("dialer.PermitFreed")]
public sealed record PermitFreed
{
    [Id(0)] public required TryId Try { get; init; }
    [Id(1)] public required CallClass Class { get; init; }
    [Id(2)] public bool IsChannelClass { get; init; }
    [Id(3)] public string? Evidence { get; init; }
    [Id(4)] public JobStatus Status { get; init; }

    /// <summary>Where the row waits now; none if it does not.</summary>
    [Id(5)] public LaneId Lane { get; init; }

    [Id(6)] public UnixTime NotBefore { get; init; }
    [Id(7)] public UnixTime AnsweredAt { get; init; }
    [Id(8)] public UnixTime EndedAt { get; init; }
    [Id(9)] public UnixTime StartedAt { get; init; }

    /// <summary>The bot that the call was to be connected to (P41); null = none.</summary>
    [Id(10)] public Channels.BotId? Bot { get; init; }

    /// <summary>It was over before that bot was connected.</summary>
    [Id(11)] public bool MissedBot { get; init; }

    /// <summary>The trunk said that it has no funds (P46).</summary>
    [Id(12)] public bool IsNoFunds { get; init; }
}
