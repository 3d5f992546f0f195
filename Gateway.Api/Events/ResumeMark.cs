using System.Buffers.Text;

namespace Dialer.Gateway.Events;

/// <summary>
/// Where a stream of all campaigns stands, as an opaque id: each campaign with the last number told. Campaigns count by themselves, so
/// that writers of different ones never wait for each other; a place in all of them is one number each.
/// </summary>
internal static class ResumeMark
{
    /// <summary>Above it a mark would be too long for a header: events have no id then, and who comes again begins with snapshots.</summary>
    public const int MaxCampaigns = 200;

    private const string Version = "a1.";
    private const int MaxLength = 6000;

    /// <summary>Null if there are too many campaigns.</summary>
    public static string? Of(SortedDictionary<long, long> cursors)
    {
        if (cursors.Count > MaxCampaigns)
        {
            return null;
        }

        Span<byte> bytes = stackalloc byte[MaxCampaigns * 20];
        var length = 0;
        var before = 0L;
        foreach (var (campaign, seq) in cursors)
        {
            length += Write(bytes[length..], (ulong)(campaign - before));
            length += Write(bytes[length..], (ulong)seq);
            before = campaign;
        }

        return Version + Base64Url.EncodeToString(bytes[..length]);
    }

    /// <summary>Null if the text is no mark of ours.</summary>
    public static SortedDictionary<long, long>? TryRead(string? text)
    {
        if (text is null || text.Length > MaxLength || !text.StartsWith(Version, StringComparison.Ordinal) || !Base64Url.IsValid(text.AsSpan(Version.Length)))
        {
            return null;
        }

        ReadOnlySpan<byte> bytes = Base64Url.DecodeFromChars(text.AsSpan(Version.Length));
        var cursors = new SortedDictionary<long, long>();
        var before = 0L;
        while (bytes.Length > 0)
        {
            if (!TryTake(ref bytes, out var step) || !TryTake(ref bytes, out var seq) || step > long.MaxValue - before || !cursors.TryAdd(before + step, seq))
            {
                return null;
            }

            before += step;
        }

        return cursors;
    }

    // seven bits a byte, the lowest first
    private static int Write(Span<byte> to, ulong value)
    {
        var length = 0;
        while (value >= 0x80)
        {
            to[length++] = (byte)(value | 0x80);
            value >>= 7;
        }

        to[length++] = (byte)value;
        return length;
    }

    private static bool TryTake(ref ReadOnlySpan<byte> bytes, out long value)
    {
        value = 0;
        for (var i = 0; i < bytes.Length && i < 9; i++)
        {
            value |= (long)(bytes[i] & 0x7F) << (7 * i);
            if (bytes[i] < 0x80)
            {
                bytes = bytes[(i + 1)..];
                return true;
            }
        }

        return false;
    }
}
