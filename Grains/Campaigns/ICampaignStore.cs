using Dialer.Calendars;
using Dialer.Calls;
using Dialer.Campaigns;
using Dialer.Domain.Campaigns;
using Dialer.Numbers;
using Dialer.Subscribers;

namespace Dialer.Grains.Campaigns;

/// <summary>Campaigns as stored: the row is the truth of status, epoch, settings and counters.</summary>
public interface ICampaignStore
{
    Task InsertAsync(CampaignRow row);

    Task<CampaignRow?> ReadAsync(CampaignId id);

    /// <summary>
    /// Writes a transition and raises the epoch by one: whatever was checked under the old epoch either is committed and seen
    /// from here on, or is refused. False: the row is under another epoch, or not done (<see cref="CampaignRow.OnlyIfDone"/>).
    /// </summary>
    Task<bool> TransitionAsync(CampaignRow row, long expectedEpoch);

    /// <summary>Replaces the token; nothing else and no epoch changes.</summary>
    Task SetTokenAsync(CampaignId id, string token);

    /// <summary>The counters as they are now; null when there is no such campaign.</summary>
    Task<CampaignCounters?> ReadCountersAsync(CampaignId id);

    Task<IReadOnlyList<Lane>> ReadLanesAsync(CampaignId id);

    /// <summary>Finds or makes the lane of a combination; a policy is stored once per distinct content.</summary>
    Task<Lane> EnsureLaneAsync(CampaignId campaign, byte priority, CallPolicy? policy, string zone);

    /// <summary>Waiting rows of one index range, by (not before, id).</summary>
    Task<IReadOnlyList<JobRow>> ReadRangeAsync(CampaignId campaign, LaneRead range);

    /// <summary>The live rows of a campaign (P2).</summary>
    Task<IReadOnlyList<JobRow>> ReadLiveAsync(CampaignId campaign);

    /// <summary>
    /// Loads the next rows of the campaign's list (P37), at most <paramref name="limit"/>: inserts jobs, moves the cursor and the
    /// counters in one commit. Only under the epoch named.
    /// </summary>
    Task<LoadedChunk> LoadAsync(CampaignId campaign, long epoch, int limit, UnixTime now);

    /// <summary>The phone of a job; none if there is no such job.</summary>
    Task<PhoneNumber> ReadPhoneAsync(JobId job);

    /// <summary>Campaigns that are scheduled, running or paused, for <c>CampaignWatch</c>.</summary>
    Task<IReadOnlyList<CampaignId>> ListOpenAsync();

    /// <summary>Rows in backoff that are overdue since before the instant: their reminder was lost (P8).</summary>
    Task<IReadOnlyList<JobRow>> ReadOverdueBackoffAsync(UnixTime dueBefore, int limit);

    /// <summary>Where the earliest row in backoff of a campaign waits until; none if none is.</summary>
    Task<UnixTime> ReadNextBackoffAsync(CampaignId campaign);

    /// <summary>
    /// Waiting rows of a campaign that made at least this many attempts (P14: attempts lowered by an edit), by id, after a cursor.
    /// </summary>
    Task<IReadOnlyList<JobRow>> ReadWaitingWithAttemptsAsync(CampaignId campaign, int attempts, JobId after, int limit);

    /// <summary>Rows of a campaign that wait although their finish instant has passed (P20), the longest passed first.</summary>
    Task<IReadOnlyList<JobRow>> ReadPassedAsync(CampaignId campaign, UnixTime now, int limit);

    /// <summary>Rows of a campaign that wait, by id: from <paramref name="first"/> on, before <paramref name="end"/>.</summary>
    Task<IReadOnlyList<JobRow>> ReadWaitingAsync(CampaignId campaign, JobId first, JobId end);
}

/// <summary>A campaign's row.</summary>
public sealed record CampaignRow
{
    public required CampaignId Id { get; init; }

    public required string Token { get; init; }

    public required CampaignSettings Settings { get; init; }

    public required CampaignStatus Status { get; init; }

    /// <summary>Raised by each activation and each transition; intents of another epoch are refused.</summary>
    public required long Epoch { get; init; }

    public int SettingsVersion { get; init; } = 1;

    public UnixTime CreatedAt { get; init; }

    public UnixTime StartsAt { get; init; }

    public UnixTime StartedAt { get; init; }

    public UnixTime FinishedAt { get; init; }

    public UnixTime DeletedAt { get; init; }

    public LoadingState Loading { get; init; }

    /// <summary>When loading began: the "waits since" of its rows (P23).</summary>
    public UnixTime LoadAt { get; init; }

    /// <summary>Read only: changed by deltas, never by this record.</summary>
    public CampaignCounters Counters { get; init; }

    /// <summary>Jobs of the list, added to <c>total</c> when loading begins; only of use in that transition.</summary>
    public int AddToTotal { get; init; }

    /// <summary>Only if every job is final, by the row itself: one that is being added at this moment is not lost. Only of use in that transition.</summary>
    public bool OnlyIfDone { get; init; }

    /// <summary>What this write is, for those who are told of it; null = nobody is. Only of use in that write.</summary>
    public CampaignChange? Change { get; init; }
}

/// <summary>A transition as it is told to others (P17, P51), in the commit that makes it.</summary>
/// <param name="Event">The machine's stable word: created, started, paused, paused_automatically, resumed, finished, deleted, edited.</param>
/// <param name="Actor">Who asked for it: a key, the console's user, the campaign's token; null = it came by itself.</param>
/// <param name="Causes">All causes that hold after it (P12).</param>
/// <param name="Before">The status that it leaves; none = there was no campaign.</param>
public sealed record CampaignChange(string Event, string? Actor, UnixTime At, IReadOnlyList<PauseCause> Causes, CampaignStatus Before = CampaignStatus.None);

public enum LoadingState : byte
{
    None = 0,
    Going = 1,
    Done = 2,
}

/// <summary>What one chunk of loading did. Not written = the epoch has passed.</summary>
public readonly record struct LoadedChunk(bool IsWritten, int Rows, bool IsDone, JobId First = default);
