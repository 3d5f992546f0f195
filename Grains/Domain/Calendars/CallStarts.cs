using System.Buffers.Binary;

namespace Dialer.Domain.Calendars;

/// <summary>
/// When calls to one phone were started, to the minute, oldest first: what the frequency caps count (P58). Kept in one column
/// of the phone's row as little-endian 32-bit Unix minutes. Immutable.
/// </summary>
public readonly struct CallStarts
{
    /// <summary>Older starts are dropped: the longest cap is a calendar month, and an autumn one has 31 days and an hour.</summary>
    public const int KeptDays = 32;

    /// <summary>Most starts kept, the newest; hence the highest limit a cap can have (2 KiB a row at most).</summary>
    public const int MaxStarts = 512;

    private const long MinuteMs = 60_000;
    private const int Size = sizeof(int);

    private readonly byte[]? encoded;

    private CallStarts(byte[] encoded) => this.encoded = encoded;

    public int Count => (encoded?.Length ?? 0) / Size;

    /// <summary>The beginning of the minute of a start; 0 = the oldest.</summary>
    public UnixTime this[int index] => new(Minute(index) * MinuteMs);

    /// <summary>Takes what <see cref="Encode"/> gave; null or empty = none.</summary>
    /// <exception cref="ArgumentException">Not a whole number of entries, or more than <see cref="MaxStarts"/>.</exception>
    public static CallStarts Decode(byte[]? encoded)
    {
        if (encoded is null || encoded.Length == 0)
        {
            return default;
        }

        if (encoded.Length % Size != 0 || encoded.Length > MaxStarts * Size)
        {
            throw new ArgumentException($"Call starts are at most {MaxStarts} numbers of {Size} bytes.", nameof(encoded));
        }

        return new CallStarts(encoded);
    }

    /// <summary>The bytes to store; not to be changed.</summary>
    public byte[] Encode() => encoded ?? [];

    /// <summary>With one more start; drops those too old for any cap.</summary>
    public CallStarts Add(UnixTime at)
    {
        var added = ToMinute(at);
        var oldest = added - KeptDays * 24 * 60;
        var minutes = new List<int>(Count + 1);
        for (var i = 0; i < Count; i++)
        {
            if (Minute(i) >= oldest)
            {
                minutes.Add(Minute(i));
            }
        }

        // clocks of silos differ a little: keep the order whatever comes
        var place = minutes.Count;
        while (place > 0 && minutes[place - 1] > added)
        {
            place--;
        }

        minutes.Insert(place, added);
        return Of(minutes.Count > MaxStarts ? minutes[^MaxStarts..] : minutes);
    }

    /// <summary>Without one start of this minute: the call turned out technical and was never placed (P58). Unknown minutes change nothing.</summary>
    public CallStarts TakeBack(UnixTime at)
    {
        var taken = ToMinute(at);
        for (var i = Count - 1; i >= 0; i--)
        {
            if (Minute(i) == taken)
            {
                byte[] rest = [.. encoded.AsSpan(0, i * Size), .. encoded.AsSpan((i + 1) * Size)];
                return new CallStarts(rest);
            }
        }

        return this;
    }

    private static CallStarts Of(List<int> minutes)
    {
        var bytes = new byte[minutes.Count * Size];
        for (var i = 0; i < minutes.Count; i++)
        {
            BinaryPrimitives.WriteInt32LittleEndian(bytes.AsSpan(i * Size), minutes[i]);
        }

        return new CallStarts(bytes);
    }

    private static int ToMinute(UnixTime at) => (int)(at.Ms / MinuteMs);

    private int Minute(int index) => BinaryPrimitives.ReadInt32LittleEndian(encoded.AsSpan(index * Size, Size));
}
