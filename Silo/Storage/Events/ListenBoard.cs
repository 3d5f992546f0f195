using System.Collections.Concurrent;

namespace Dialer.Silo.Storage.Events;

/// <summary>
/// Which campaigns somebody listens to, as this process last saw it: with each commit that touched the campaign's row, and each
/// second. Only where a write does not touch that row is it asked.
/// </summary>
internal sealed class ListenBoard
{
    private readonly ConcurrentDictionary<long, long> until = [];

    /// <summary>Nobody listens to anything.</summary>
    public bool IsQuiet => until.IsEmpty;

    public bool IsListened(CampaignId campaign, UnixTime now) => until.TryGetValue(campaign.Value, out var end) && end > now.Ms;

    public void Told(long campaign, long end)
    {
        if (end > 0)
        {
            until[campaign] = end;
        }
        else if (!until.IsEmpty)
        {
            until.TryRemove(campaign, out _);
        }
    }

    /// <summary>All that are listened to at this moment.</summary>
    public void Replace(IReadOnlyDictionary<long, long> all)
    {
        foreach (var (campaign, end) in all)
        {
            until[campaign] = end;
        }

        foreach (var campaign in until.Keys.Where(c => !all.ContainsKey(c)))
        {
            until.TryRemove(campaign, out _);
        }
    }
}
