using Dialer.Campaigns;

namespace Dialer.Domain.Campaigns;

/// <summary>
/// The order of lanes that are open now (P23): priority; then own policy before plain; then the window that closes soonest,
/// endless ones last. Rows of equal lanes go by <see cref="RowRank"/>.
/// </summary>
public readonly record struct LaneRank(byte Priority, bool IsPlain, UnixTime ClosesAt) : IComparable<LaneRank>
{
    public int CompareTo(LaneRank other)
    {
        var byPriority = Priority.CompareTo(other.Priority);
        if (byPriority != 0)
        {
            return byPriority;
        }

        var byPolicy = IsPlain.CompareTo(other.IsPlain);
        return byPolicy != 0 ? byPolicy : ClosesAt.CompareTo(other.ClosesAt);
    }
}

/// <summary>The order of rows in lanes of equal rank (P23): the longest waiting (since due or since the window opened), then creation.</summary>
public readonly record struct RowRank(UnixTime WaitsSince, UnixTime Due, JobId Id) : IComparable<RowRank>
{
    public int CompareTo(RowRank other)
    {
        var byWait = WaitsSince.CompareTo(other.WaitsSince);
        if (byWait != 0)
        {
            return byWait;
        }

        var byDue = Due.CompareTo(other.Due);
        return byDue != 0 ? byDue : Id.CompareTo(other.Id);
    }
}
