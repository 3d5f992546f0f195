namespace Dialer.Silo.PhoneLists;

/// <summary>
/// A Bloom filter of a fixed capacity whose bits for one entry lie in one block of 64 bytes: one cache miss a question.
/// Sixteen bits an entry; of entries that were never added it takes about one in five hundred for known when full.
/// </summary>
internal sealed class BloomFilter
{
    public const long SmallestCapacity = 64 * 1024;

    private const int BitsPerEntry = 16;
    private const int BlockWords = 8;
    private const int BlockBits = BlockWords * 64;
    private const int Probes = 7;
    private const int ProbeBits = 9;

    private readonly ulong[] words;
    private readonly long capacity;
    private readonly uint blocks;
    private long count;

    public BloomFilter(long capacity)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(capacity, SmallestCapacity);
        this.capacity = capacity;
        blocks = checked((uint)((capacity * BitsPerEntry + BlockBits - 1) / BlockBits));
        words = new ulong[(long)blocks * BlockWords];
    }

    public bool IsFull => count >= capacity;

    public long Bytes => words.LongLength * sizeof(ulong);

    public bool MaybeHolds(UInt128 hash)
    {
        var block = Block(hash);
        var bits = (ulong)hash;
        for (var probe = 0; probe < Probes; probe++, bits >>= ProbeBits)
        {
            if ((block[(int)(bits >> 6) & (BlockWords - 1)] & (1UL << (int)bits)) == 0)
            {
                return false;
            }
        }

        return true;
    }

    public void Add(UInt128 hash)
    {
        var block = Block(hash);
        var bits = (ulong)hash;
        for (var probe = 0; probe < Probes; probe++, bits >>= ProbeBits)
        {
            block[(int)(bits >> 6) & (BlockWords - 1)] |= 1UL << (int)bits;
        }

        count++;
    }

    private Span<ulong> Block(UInt128 hash)
    {
        var upper = (uint)(hash >> 96);
        var block = (long)(((ulong)upper * blocks) >> 32);
        return words.AsSpan((int)(block * BlockWords), BlockWords);
    }
}
