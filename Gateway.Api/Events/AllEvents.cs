using System.Runtime.CompilerServices;
using Dialer.Events;

namespace Dialer.Gateway.Events;

/// <summary>
/// The events of all campaigns: each campaign's in their order, a snapshot of a campaign wherever numbers of it are missing. The place
/// in each is kept here, and told with each event so that the reader can come again with it (<see cref="ResumeMark"/>).
/// </summary>
internal sealed class AllEvents(IEventFeed feed, TimeProvider clock)
{
    private readonly UnixTime openedAt = clock.Now();

    /// <summary>The last number told, or passed over, of each campaign.</summary>
    private readonly Dictionary<long, long> cursors = [];

    /// <summary>Those of campaigns that are going on: what the reader comes again with.</summary>
    private readonly SortedDictionary<long, long> mark = [];

    /// <param name="last">Where the reader was; null = nowhere.</param>
    /// <param name="cancel">Ends it.</param>
    public async IAsyncEnumerable<StreamItem?> ReadAsync(SortedDictionary<long, long>? last, [EnumeratorCancellation] CancellationToken cancel)
    {
        var listenedAt = TimeProvider.System.GetTimestamp();
        await feed.ListenToAllAsync(clock.Now());
        foreach (var (campaign, seq) in last ?? [])
        {
            Move(campaign, seq);
        }

        foreach (var standing in await feed.ReadOpenAsync())
        {
            if (!cursors.TryGetValue(standing.Id.Value, out var told) || told > standing.Head)
            {
                yield return Shown(standing);
            }
        }

        while (true)
        {
            var isMore = false;
            foreach (var head in await feed.ReadHeadsAsync(clock.Now()))
            {
                // what is over, and of no interest to this reader, begins where it is; what was made since, at its beginning
                var cursor = cursors.TryGetValue(head.Campaign.Value, out var at) ? at : cursors[head.Campaign.Value] = head.CreatedAt >= openedAt ? 0 : head.Seq;
                if (cursor >= head.Seq)
                {
                    continue;
                }

                var page = await feed.ReadAsync(head.Campaign, cursor, CampaignEvents.PageSize);
                if (CampaignEvents.HasGap(cursor, page, head.Seq))
                {
                    // deleted meanwhile: there is nothing to be shown, and nothing of it comes any more
                    yield return await feed.ReadStandingAsync(head.Campaign) is { } standing ? Shown(standing) : Left(head);
                    continue;
                }

                foreach (var e in page)
                {
                    Move(e.Campaign.Value, e.Seq);
                    yield return StreamItem.Of(e, ResumeMark.Of(mark));
                }

                isMore |= page.Count == CampaignEvents.PageSize;
            }

            if (!isMore)
            {
                yield return null;
                await Task.Delay(CampaignEvents.Poll, cancel);
            }

            if (TimeProvider.System.GetElapsedTime(listenedAt) >= EventLease.Renewal)
            {
                listenedAt = TimeProvider.System.GetTimestamp();
                await feed.ListenToAllAsync(clock.Now());
                await ForgetEndedAsync();
            }
        }
    }

    /// <summary>Of a campaign that is over nothing comes but its deletion: a mark that named all of them would only grow.</summary>
    private async Task ForgetEndedAsync()
    {
        var open = (await feed.ReadOpenAsync()).Select(s => s.Id.Value).ToHashSet();
        foreach (var ended in mark.Keys.Where(c => !open.Contains(c)).ToList())
        {
            mark.Remove(ended);
        }
    }

    private StreamItem Shown(CampaignStanding standing)
    {
        Move(standing.Id.Value, standing.Head);
        return StreamItem.Of(standing, clock.Now(), ResumeMark.Of(mark));
    }

    private void Move(long campaign, long seq) => cursors[campaign] = mark[campaign] = seq;

    private StreamItem? Left(EventHead head)
    {
        Move(head.Campaign.Value, head.Seq);
        return null;
    }
}
