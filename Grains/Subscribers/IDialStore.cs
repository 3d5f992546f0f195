using Dialer.Calls;
using Dialer.Campaigns;
using Dialer.Domain.Phones;
using Dialer.Domain.Subscribers;
using Dialer.Numbers;
using Dialer.Subscribers;

namespace Dialer.Grains.Subscribers;

/// <summary>
/// The hot store: what is written a few times a call. All writes of a silo are committed in groups; a method returns when its
/// commit is on disk (I6). An exception means that it is not known whether the commit happened: nothing may be dialed on it,
/// the caller forgets what it holds and reads again.
/// </summary>
public interface IDialStore
{
    /// <summary>
    /// Stores the intent to dial (P29): campaign running under this epoch and below its cap, channel epoch, phone free and
    /// allowed, row unchanged. All or nothing; a refusal writes nothing and spends nothing.
    /// </summary>
    ValueTask<IntentAnswer> WriteIntentAsync(IntentWrite intent);

    /// <summary>Stores a step that is not an intent. False: the row was not at the version that the step was decided on.</summary>
    ValueTask<bool> WriteStepAsync(SubscriberStep step, byte[]? leg = null);

    /// <summary>All rows of a phone in a campaign, with the conditions to decide by; null when the campaign is gone.</summary>
    Task<SubscriberRows?> ReadSubscriberAsync(CampaignId campaign, PhoneNumber phone);

    /// <summary>What the bot of a row's last call said, kept beside the row; null if nothing is.</summary>
    Task<BotReply?> ReadBotReplyAsync(TryId id);

    /// <summary>A try that is over; null if there is no such record.</summary>
    Task<TryRecord?> ReadTryAsync(TryId id);
}

/// <summary>An intent and what it stands on.</summary>
public sealed record IntentWrite
{
    /// <summary>The live row; it replaces the version before it.</summary>
    public required JobRow Row { get; init; }

    public required long Epoch { get; init; }

    public required ChannelId Channel { get; init; }

    public required long ChannelEpoch { get; init; }

    public required PhoneRequest Phone { get; init; }

    /// <summary>The decision's now: a start counts from it (P58).</summary>
    public required UnixTime At { get; init; }

    public required CampaignCounters Counters { get; init; }
}

public enum IntentResult : byte
{
    None = 0,
    Stored = 1,

    /// <summary>The row has changed since it was read.</summary>
    Stale = 2,
    EpochPassed = 3,
    ChannelEpochPassed = 4,

    /// <summary>As many calls as allowed are live (P2).</summary>
    CapReached = 5,

    /// <summary>The phone may not be called now; the reason and the next instant are in the answer.</summary>
    PhoneRefused = 6,
}

public readonly record struct IntentAnswer(IntentResult Result, string? Reason = null, UnixTime NextAt = default);

/// <summary>A subscriber as stored.</summary>
public sealed record SubscriberRows(IReadOnlyList<JobRow> Rows, IReadOnlyList<Lane> Lanes, CampaignTerms Terms)
{
    public Lane LaneOf(JobRow row)
    {
        ArgumentNullException.ThrowIfNull(row);
        return Lanes.First(l => l.Id == Lane.BaseOf(row.Lane));
    }
}

/// <summary>The store did not answer, or not in time: whether the write happened is not known.</summary>
public sealed class StoreUnavailableException : System.Data.Common.DbException
{
    public StoreUnavailableException()
    {
    }

    public StoreUnavailableException(string message)
        : base(message)
    {
    }

    public StoreUnavailableException(string message, Exception inner)
        : base(message, inner)
    {
    }
}
