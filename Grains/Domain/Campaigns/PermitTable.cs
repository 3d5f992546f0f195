using Dialer.Calls;

namespace Dialer.Domain.Campaigns;

/// <summary>
/// The concurrency semaphore of a campaign (P2): one permit per call to a person, from before its intent to its stored outcome.
/// A cache of the live rows, which are the truth; the store checks the cap again in the intent's transaction.
/// </summary>
public sealed class PermitTable(int maximum)
{
    private readonly Dictionary<TryId, Permit> permits = [];

    /// <summary>Freed since the last comparison began.</summary>
    private readonly Dictionary<TryId, UnixTime> released = [];

    /// <summary>Lowering it cuts no call: nothing starts until fewer are in use.</summary>
    public int Maximum { get; set; } = maximum;

    public int InUse => permits.Count;

    public int Free => Math.Max(0, Maximum - permits.Count);

    public bool Holds(TryId id) => permits.ContainsKey(id);

    /// <summary>Its admission has been answered: only the rows say what becomes of it.</summary>
    public bool HasReplied(TryId id) => permits.TryGetValue(id, out var permit) && !permit.RepliedAt.IsNever;

    /// <summary>Takes a permit for an admission that is about to be asked; false at the cap or if this try has one.</summary>
    public bool TryTake(TryId id, UnixTime now) => permits.Count < Maximum && permits.TryAdd(id, new Permit(now, UnixTime.Never));

    /// <summary>The admission replied that the call is on its way: only a read that begins after this may free the permit.</summary>
    public void Replied(TryId id, UnixTime now)
    {
        if (permits.TryGetValue(id, out var permit))
        {
            permits[id] = permit with { RepliedAt = now };
        }
    }

    public bool Release(TryId id) => permits.Remove(id);

    /// <summary>Its outcome is stored: a read of live rows that began before this says nothing of it any more.</summary>
    public bool Release(TryId id, UnixTime now)
    {
        released[id] = now;
        return permits.Remove(id);
    }

    /// <summary>An admission has had no reply since before <paramref name="limit"/>: the campaign must raise its epoch and rebuild.</summary>
    public bool IsOverdue(UnixTime limit) => permits.Values.Any(p => p.RepliedAt.IsNever && p.TakenAt < limit);

    /// <summary>
    /// Compares with the live rows as read at <paramref name="readAt"/>: frees permits whose row is not live (if their admission
    /// had replied before the read began), adds those of live rows without a permit. Answers how many were freed.
    /// </summary>
    public int Reconcile(IReadOnlyCollection<TryId> live, UnixTime readAt)
    {
        ArgumentNullException.ThrowIfNull(live);
        var rows = live as IReadOnlySet<TryId> ?? live.ToHashSet();
        var freed = permits.Where(p => p.Value.RepliedAt < readAt && !rows.Contains(p.Key)).Select(p => p.Key).ToList();
        freed.ForEach(id => permits.Remove(id));
        Add(rows.Where(id => !released.TryGetValue(id, out var at) || at < readAt), readAt);
        foreach (var (id, _) in released.Where(r => r.Value < readAt).ToList())
        {
            released.Remove(id);
        }

        return freed.Count;
    }

    /// <summary>Forgets everything and starts from the live rows: after activation, or when the epoch was raised.</summary>
    public void Rebuild(IReadOnlyCollection<TryId> live, UnixTime now)
    {
        ArgumentNullException.ThrowIfNull(live);
        permits.Clear();
        released.Clear();
        Add(live, now);
    }

    private void Add(IEnumerable<TryId> live, UnixTime now)
    {
        foreach (var id in live)
        {
            permits.TryAdd(id, new Permit(now, now));
        }
    }

    /// <param name="RepliedAt">Never = not yet.</param>
    private readonly record struct Permit(UnixTime TakenAt, UnixTime RepliedAt);
}
