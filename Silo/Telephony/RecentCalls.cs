using Dialer.Calls;

namespace Dialer.Silo.Telephony;

/// <summary>
/// Remembers calls that are over, bounded by number and by age: the oldest go first. Not safe for several threads.
/// </summary>
/// <param name="capacity">How many are kept at most.</param>
/// <param name="keep">How long one is kept at most; looked at when another is added.</param>
/// <param name="onForget">Told what is forgotten.</param>
internal sealed class RecentCalls<T>(int capacity, TimeSpan keep, Action<T>? onForget = null)
    where T : struct
{
    private readonly Dictionary<TryId, T> _byId = [];
    private readonly Queue<(TryId Id, long Ticks)> _order = new();

    public bool TryGet(TryId id, out T value) => _byId.TryGetValue(id, out value);

    public bool Contains(TryId id) => _byId.ContainsKey(id);

    /// <summary>Adds a call that is not known yet; <paramref name="now"/> in ticks of any clock that only rises.</summary>
    public void Add(TryId id, T value, long now)
    {
        _byId.Add(id, value);
        _order.Enqueue((id, now));
        while (_order.Count > capacity || _order.Peek().Ticks < now - keep.Ticks)
        {
            _byId.Remove(_order.Dequeue().Id, out var forgotten);
            onForget?.Invoke(forgotten);
        }
    }
}
