namespace Dialer.Silo.PhoneLists;

/// <summary>
/// Where the bytes of rows are kept: arrays of a few hundred rows each, small enough to stay out of the large object heap and
/// freed as a whole when their batch is. One array per row would triple the work of the collector.
/// </summary>
internal sealed class ByteChunks
{
    private const int ChunkBytes = 32 * 1024;

    private byte[] chunk = [];
    private int used;

    public ReadOnlyMemory<byte> Add(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length > chunk.Length - used)
        {
            chunk = new byte[Math.Max(ChunkBytes, bytes.Length)];
            used = 0;
        }

        var place = chunk.AsMemory(used, bytes.Length);
        bytes.CopyTo(place.Span);
        used += bytes.Length;
        return place;
    }
}
