using System.IO.Hashing;
using System.Runtime.InteropServices;
using Dialer.Numbers;

namespace Dialer.Silo.PhoneLists;

/// <summary>
/// Tells rows that are certainly new from rows that may be full duplicates (P34: same phone and same payload), in two to three
/// bytes a row and without asking the store, which then verifies the few that may be. Fewer than one new row in a hundred
/// is taken for a possible duplicate. For one caller at a time.
/// </summary>
internal sealed class DuplicateFilter
{
    // Each further filter adds half of what there is: never a third more memory than the rows need, and few filters to ask.
    private readonly List<BloomFilter> filters = [new BloomFilter(BloomFilter.SmallestCapacity)];

    /// <summary>Rows remembered.</summary>
    public long Count { get; private set; }

    /// <summary>Memory taken.</summary>
    public long Bytes => filters.Sum(filter => filter.Bytes);

    /// <summary>True when the row is certainly new; it is remembered. False when it may have been seen.</summary>
    public bool IsNew(PhoneNumber phone, ReadOnlySpan<byte> payload)
    {
        var hash = XxHash128.HashToUInt128(payload, phone.Value);
        foreach (var filter in CollectionsMarshal.AsSpan(filters))
        {
            if (filter.MaybeHolds(hash))
            {
                return false;
            }
        }

        if (filters[^1].IsFull)
        {
            filters.Add(new BloomFilter(Math.Max(BloomFilter.SmallestCapacity, Count / 2)));
        }

        filters[^1].Add(hash);
        Count++;
        return true;
    }
}
