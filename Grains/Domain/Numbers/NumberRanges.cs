using Dialer.Numbers;

namespace Dialer.Domain.Numbers;

/// <summary>
/// The number-range table of P4: which zone the numbers of a range live in. Data of the operator or of a regulator, never
/// shipped with the program; read by <see cref="NumberRangesParser"/>. Immutable; a look-up is one binary search.
/// </summary>
public sealed class NumberRanges
{
    public static readonly NumberRanges Empty = new([], [], [], []);

    // Numbers are compared as if written out to 15 digits, so that a prefix is the span of all numbers that begin with it.
    private readonly long[] starts;
    private readonly long[] ends;
    private readonly int[] zoneOf;
    private readonly string[] zones;

    private NumberRanges(long[] starts, long[] ends, int[] zoneOf, string[] zones)
    {
        this.starts = starts;
        this.ends = ends;
        this.zoneOf = zoneOf;
        this.zones = zones;
    }

    /// <summary>Spans after overlaps were settled.</summary>
    public int Count => starts.Length;

    /// <summary>Builds the table. Where ranges overlap the later one wins, so overrides are simply put last.</summary>
    public static NumberRanges Build(IReadOnlyList<NumberRange> ranges)
    {
        ArgumentNullException.ThrowIfNull(ranges);
        var zones = new List<string>();
        var zoneIndex = new Dictionary<string, int>(StringComparer.Ordinal);
        var starts = new List<long>(ranges.Count);
        var ends = new List<long>(ranges.Count);
        var zoneOf = new List<int>(ranges.Count);
        foreach (var (start, end, range) in Flatten(ranges))
        {
            var zone = ranges[range].Zone;
            if (!zoneIndex.TryGetValue(zone, out var index))
            {
                index = zones.Count;
                zoneIndex.Add(zone, index);
                zones.Add(zone);
            }

            if (ends.Count > 0 && ends[^1] == start && zoneOf[^1] == index)
            {
                ends[^1] = end;
                continue;
            }

            starts.Add(start);
            ends.Add(end);
            zoneOf.Add(index);
        }

        return new NumberRanges([.. starts], [.. ends], [.. zoneOf], [.. zones]);
    }

    /// <summary>The zone key (one zone, or candidates <c>A|B</c>) of the range the number is in; null when it is in none.</summary>
    public string? Find(PhoneNumber phone)
    {
        if (starts.Length == 0)
        {
            return null;
        }

        var aligned = NumberRange.Align(phone.Value, NumberPlan.CountDigits(phone.Value));
        var at = Array.BinarySearch(starts, aligned);
        at = at >= 0 ? at : ~at - 1;
        return at >= 0 && aligned < ends[at] ? zones[zoneOf[at]] : null;
    }

    /// <summary>Disjoint spans in rising order, each with the last range that covers it: a sweep over all the edges.</summary>
    private static IEnumerable<(long Start, long End, int Range)> Flatten(IReadOnlyList<NumberRange> ranges)
    {
        var edges = new (long At, int Range, bool Opens)[ranges.Count * 2];
        for (var i = 0; i < ranges.Count; i++)
        {
            edges[2 * i] = (ranges[i].Start, i, true);
            edges[2 * i + 1] = (ranges[i].End, i, false);
        }

        Array.Sort(edges, static (a, b) => a.At.CompareTo(b.At));
        var open = new SortedSet<int>();
        var from = 0L;
        foreach (var (at, range, opens) in edges)
        {
            if (open.Count > 0 && at > from)
            {
                yield return (from, at, open.Max);
            }

            from = at;
            _ = opens ? open.Add(range) : open.Remove(range);
        }
    }
}
