using Dialer.Events;
using Dialer.Notifications;

namespace Dialer.Grains.Notifications;

/// <summary>
/// One campaign's outbox: reads its events and stores a delivery for each webhook that wants it. Nothing is held here: of two
/// activations the cursor lets only one through (I5). Sending goes on beside it, so no receiver holds it up.
/// </summary>
internal sealed class NotificationGrain(INotificationStore store, TimeProvider clock) : Grain, INotificationGrain
{
    private const int PageSize = 500;

    /// <summary>Pages a call hands over at most: its answer must not be waited for too long.</summary>
    private const int MaxPages = 20;

    private CampaignId Id => new(this.GetPrimaryKeyLong());

    public async Task<bool> HandOverAsync()
    {
        var isDone = true;
        foreach (var target in await store.ReadTargetsAsync(Id))
        {
            isDone &= await HandOverAsync(target);
        }

        return isDone;
    }

    private async Task<bool> HandOverAsync(NotificationTarget target)
    {
        for (var pages = 0; pages < MaxPages; pages++)
        {
            var page = await store.ReadPageAsync(Id, target.Cursor, PageSize);
            if (page.End > target.Cursor)
            {
                List<StoredEvent> chosen = [.. page.Events.Where(e => EventTypes.IsChosen(target.Patterns, e.Type))];
                if (!await store.HandOverAsync(target, Id, page, chosen, clock.Now()))
                {
                    return false;
                }
            }

            if (page.IsLast)
            {
                return true;
            }

            target = target with { Cursor = page.End };
        }

        return false;
    }
}
