using Dialer.Campaigns;

namespace Dialer.Events;

/// <summary>Events as streams read them (P51).</summary>
public interface IEventFeed
{
    /// <summary>
    /// Listens to a campaign for <see cref="EventLease.Length"/> from now on, and tells how it stands. If nobody listened before, a
    /// number of its events is left out: who continues from before it sees the gap. Null = there is no such campaign.
    /// </summary>
    Task<CampaignStanding?> ListenAsync(CampaignId campaign, UnixTime now);

    /// <summary>Listens to all open campaigns, those that are yet to be made too.</summary>
    Task ListenToAllAsync(UnixTime now);

    /// <summary>How a campaign stands, and the number of the last event that this includes: one read, so nothing is between.</summary>
    Task<CampaignStanding?> ReadStandingAsync(CampaignId campaign);

    /// <summary>Campaigns that are open, or have calls that are not over, as they stand.</summary>
    Task<IReadOnlyList<CampaignStanding>> ReadOpenAsync();

    /// <summary>Campaigns that somebody listens to, with the number of their last event.</summary>
    Task<IReadOnlyList<EventHead>> ReadHeadsAsync(UnixTime now);

    /// <summary>Events of a campaign after a number, in their order.</summary>
    Task<IReadOnlyList<StoredEvent>> ReadAsync(CampaignId campaign, long after, int limit);
}

/// <summary>A campaign at an event.</summary>
/// <param name="Counters">As read in its status (P18).</param>
/// <param name="Head">The number of the last event that this includes.</param>
public sealed record CampaignStanding(CampaignId Id, string Name, CampaignStatus Status, CampaignCounters Counters, long Head);

/// <summary>How far a campaign's events go.</summary>
/// <param name="ListenUntil">Until when somebody listens.</param>
public readonly record struct EventHead(CampaignId Campaign, long Seq, UnixTime CreatedAt, UnixTime ListenUntil);
