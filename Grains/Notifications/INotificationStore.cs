using Dialer.Events;

namespace Dialer.Grains.Notifications;

/// <summary>A campaign's events on their way to its webhooks: a cursor for each, moved in the commit that stores what it passes.</summary>
public interface INotificationStore
{
    /// <summary>Enabled webhooks that are told of the campaign, each with its cursor.</summary>
    Task<IReadOnlyList<NotificationTarget>> ReadTargetsAsync(CampaignId campaign);

    /// <summary>Events after a number, and how far that is: past what is not there too.</summary>
    Task<EventPage> ReadPageAsync(CampaignId campaign, long after, int limit);

    /// <summary>Stores deliveries and moves the cursor in one commit. False: it was not where it was said to be, nothing is stored.</summary>
    Task<bool> HandOverAsync(NotificationTarget target, CampaignId campaign, EventPage page, IReadOnlyList<StoredEvent> chosen, UnixTime now);
}

/// <param name="Webhook">Its id.</param>
/// <param name="Patterns">Which types it wants; none = all.</param>
/// <param name="Cursor">The last number handed over.</param>
public sealed record NotificationTarget(long Webhook, IReadOnlyList<string> Patterns, long Cursor);

/// <param name="Events">In their order.</param>
/// <param name="End">Where the cursor goes.</param>
/// <param name="IsLast">There are no more.</param>
public sealed record EventPage(IReadOnlyList<StoredEvent> Events, long End, bool IsLast);
