using System.Runtime.CompilerServices;
using Dialer.Events;

namespace Dialer.Gateway.Events;

/// <summary>The events of one campaign from a number on, and a snapshot wherever numbers are missing.</summary>
internal sealed class CampaignEvents(IEventFeed feed, CampaignId campaign, TimeProvider clock)
{
    public const int PageSize = 200;

    public static readonly TimeSpan Poll = TimeSpan.FromMilliseconds(500);

    /// <param name="last">The last event that the reader has seen; null = none.</param>
    /// <param name="cancel">Ends it.</param>
    public async IAsyncEnumerable<StreamItem?> ReadAsync(long? last, [EnumeratorCancellation] CancellationToken cancel)
    {
        var listenedAt = TimeProvider.System.GetTimestamp();
        if (await feed.ListenAsync(campaign, clock.Now()) is not { } standing)
        {
            yield break;
        }

        // an id from ahead is none of ours: the database was put back
        var cursor = last <= standing.Head ? last : null;
        if (cursor is null)
        {
            yield return Shown(standing);
            cursor = standing.Head;
        }

        while (true)
        {
            var page = await feed.ReadAsync(campaign, cursor.Value, PageSize);
            if (HasGap(cursor.Value, page, standing.Head))
            {
                if (await feed.ReadStandingAsync(campaign) is not { } now)
                {
                    yield break;
                }

                standing = now;
                yield return Shown(standing);
                cursor = standing.Head;
                continue;
            }

            foreach (var e in page)
            {
                yield return StreamItem.Of(e, e.Id);
                cursor = e.Seq;
            }

            if (page.Count == PageSize)
            {
                continue;
            }

            yield return null;
            await Task.Delay(Poll, cancel);
            if (TimeProvider.System.GetElapsedTime(listenedAt) < EventLease.Renewal)
            {
                continue;
            }

            listenedAt = TimeProvider.System.GetTimestamp();
            if (await feed.ListenAsync(campaign, clock.Now()) is not { } renewed)
            {
                // deleted: its last event has been told
                yield break;
            }

            standing = renewed;
        }
    }

    /// <summary>Numbers follow each other unless nobody listened for a while, or they are pruned.</summary>
    /// <param name="cursor">The last number told.</param>
    /// <param name="page">What comes after it.</param>
    /// <param name="head">A number that there was before the page was read.</param>
    public static bool HasGap(long cursor, IReadOnlyList<StoredEvent> page, long head)
    {
        foreach (var e in page)
        {
            if (e.Seq != ++cursor)
            {
                return true;
            }
        }

        return page.Count < PageSize && cursor < head;
    }

    private StreamItem Shown(CampaignStanding standing) => StreamItem.Of(standing, clock.Now(), StoredEvent.IdOf(campaign, standing.Head));
}
