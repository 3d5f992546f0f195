namespace Dialer.Silo.Telephony.Sip;

/// <summary>
/// Bytes → message (RFC 3261 §7, §25.1), in one pass with limits on everything. What a peer may write in several ways is read in
/// all of them; what would be read differently by different peers is refused.
/// </summary>
public static class SipParser
{
    private const string BareReturn = "a CR without LF";

    private static ReadOnlySpan<byte> Version => "SIP/2.0"u8;

    /// <summary>
    /// Reads a whole message, such as a datagram. The bytes become the message's own and are changed (folded lines are joined).
    /// </summary>
    /// <param name="bytes">Exactly one message; more than its Content-Length says is cut off (RFC 3261 §18.3).</param>
    /// <param name="fault">What is wrong, in words for a log, when there is no message.</param>
    public static SipMessage? Parse(byte[] bytes, out string? fault)
    {
        ArgumentNullException.ThrowIfNull(bytes);
        fault = null;
        if (bytes.Length > SipLimits.MaxMessageBytes)
        {
            fault = "the message is too long";
            return null;
        }

        var at = 0;
        while (at < bytes.Length && bytes[at] is (byte)'\r' or (byte)'\n')
        {
            // keep-alive line ends before a message are skipped (§7.5)
            at++;
        }

        return TryStartLine(bytes, ref at, out var start, out fault) && TryHeaders(bytes, ref at, out var headers, out fault)
            ? WithBody(bytes, start, headers, at, out fault)
            : null;
    }

    /// <summary>
    /// How long the first message of a stream is, for TCP and TLS (§18.3): 0 = not all there yet, −1 = it can never be read
    /// (<paramref name="fault"/> says why) and the connection is to be closed.
    /// </summary>
    public static int LengthOfFirst(ReadOnlySpan<byte> stream, out string? fault)
    {
        var progress = default(StreamProgress);
        return LengthOfFirst(stream, SipLimits.MaxMessageBytes, ref progress, out fault);
    }

    /// <summary>The same, going on where the last look at this stream ended.</summary>
    /// <param name="stream">Begins where it began at the last look.</param>
    /// <param name="maxHeaders">How long all headers together may be.</param>
    /// <param name="progress">Empty for a message that was not looked at yet, and again when it is all there.</param>
    internal static int LengthOfFirst(ReadOnlySpan<byte> stream, int maxHeaders, ref StreamProgress progress, out string? fault)
    {
        fault = null;
        if (progress.Whole == 0 && !TryWhole(stream, maxHeaders, ref progress, out fault))
        {
            return -1;
        }

        var whole = progress.Whole;
        if (whole == 0 || stream.Length < whole)
        {
            return 0;
        }

        progress = default;
        return whole;
    }

    /// <summary>False: it can never be read. True: <see cref="StreamProgress.Whole"/> says how long it is, if that can be said yet.</summary>
    private static bool TryWhole(ReadOnlySpan<byte> stream, int maxHeaders, ref StreamProgress progress, out string? fault)
    {
        fault = null;
        var skipped = stream.IndexOfAnyExcept((byte)'\r', (byte)'\n');
        if (skipped < 0)
        {
            fault = stream.Length > SipLimits.MaxHeaderBytes ? "nothing but line ends" : null;
            return fault is null;
        }

        // the line end before the empty line may be the last that was seen
        var from = Math.Max(0, progress.Searched - skipped - 2);
        var rest = stream[skipped..];
        var (end, lineEnd) = EndOfHeaders(rest[from..]);
        progress.Searched = stream.Length;
        if ((end < 0 ? rest.Length : from + end) > maxHeaders)
        {
            fault = "the headers are too long";
            return false;
        }

        if (end < 0)
        {
            return true;
        }

        end += from;
        var length = ContentLengthIn(rest[..end]);
        if (length is null or < 0 || length > SipLimits.MaxMessageBytes - end)
        {
            fault = "a stream needs a Content-Length that can be read";
            return false;
        }

        progress.Whole = skipped + end + lineEnd + length.Value;
        return true;
    }

    private static bool TryStartLine(byte[] bytes, ref int at, out SipStartLine start, out string? fault)
    {
        start = default;
        fault = "the first line is neither a request nor a status";
        var (line, next) = Line(bytes, at);
        if (next < 0)
        {
            return false;
        }

        var text = bytes.AsSpan(line);
        var from = at;
        at = next;
        if (text.Contains((byte)'\r'))
        {
            fault = BareReturn;
            return false;
        }

        if (text.Length > 8 && StartsWithVersion(text) && text[7] == ' ')
        {
            return TryStatus(text[8..], from + 8, out start, ref fault);
        }

        var first = text.IndexOf((byte)' ');
        var last = text.LastIndexOf((byte)' ');
        if (first <= 0 || last <= first + 1 || !IsToken(text[..first]) || text[(first + 1)..last].ContainsAnyInRange((byte)0, (byte)' '))
        {
            return false;
        }

        var version = text[(last + 1)..];
        if (version.Length != Version.Length || !StartsWithVersion(version))
        {
            fault = version.StartsWith("SIP/"u8) ? "the version is not SIP/2.0" : fault;
            return false;
        }

        fault = null;
        start = new SipStartLine(SipMethods.Of(text[..first]), new Range(from + first + 1, from + last), 0, default);
        return true;
    }

    private static bool TryStatus(ReadOnlySpan<byte> text, int from, out SipStartLine start, ref string? fault)
    {
        start = default;
        if (text.Length < 3 || SipText.Digits(text[..3]) is not (>= 100 and <= 699 and var status) || (text.Length > 3 && text[3] != ' '))
        {
            return false;
        }

        fault = null;
        start = new SipStartLine("", default, status, text.Length > 4 ? new Range(from + 4, from + text.Length) : default);
        return true;
    }

    [ThreadStatic]
    private static List<SipHeaderPlace>? places;

    private static bool TryHeaders(byte[] bytes, ref int at, out SipHeaderPlace[] headers, out string? fault)
    {
        // made for this thread once: a message keeps only what it has
        var found = places ??= new List<SipHeaderPlace>(SipLimits.MaxHeaders);
        found.Clear();
        headers = [];
        fault = null;
        while (true)
        {
            var (line, next) = Line(bytes, at, joinFolded: true);
            if (next < 0)
            {
                fault = "the headers do not end";
                return false;
            }

            at = next;
            var (start, length) = line.GetOffsetAndLength(bytes.Length);
            if (length == 0)
            {
                headers = [.. found];
                return true;
            }

            var colon = bytes.AsSpan(start, length).IndexOf((byte)':');
            var name = colon <= 0 ? default : bytes.AsSpan(start, colon).TrimEnd(" \t"u8);
            fault = length > SipLimits.MaxHeaderBytes ? "a header is too long"
                : found.Count == SipLimits.MaxHeaders ? "too many headers"
                : !IsToken(name) ? "a header has no name"
                : bytes.AsSpan(start, length).Contains((byte)'\r') ? BareReturn
                : null;
            if (fault is not null)
            {
                return false;
            }

            var value = bytes.AsSpan(start + colon + 1, length - colon - 1);
            var begin = start + colon + 1 + (value.Length - value.TrimStart(" \t"u8).Length);
            found.Add(new SipHeaderPlace(
                SipHeaderNames.Find(name), new Range(start, start + name.Length), new Range(begin, begin + value.Trim(" \t"u8).Length)));
        }
    }

    private static SipMessage? WithBody(byte[] bytes, SipStartLine start, SipHeaderPlace[] headers, int at, out string? fault)
    {
        fault = null;
        var message = new SipMessage(bytes, start, headers, new Range(at, bytes.Length));
        if (!message.Has(SipHeader.ContentLength))
        {
            return message;
        }

        // two different lengths are how messages are smuggled past a filter
        var text = message.FirstBytes(SipHeader.ContentLength);
        var differs = false;
        foreach (var place in headers)
        {
            differs |= place.Header == SipHeader.ContentLength && !text.SequenceEqual(bytes.AsSpan(place.Value));
        }

        var length = SipText.Digits<byte>(text);
        fault = differs ? "two different Content-Lengths"
            : length is null ? "Content-Length cannot be read"
            : length > bytes.Length - at ? "the body is shorter than Content-Length says"
            : null;
        return fault is not null ? null
            : length == bytes.Length - at ? message
            : new SipMessage(bytes, start, headers, new Range(at, at + length!.Value));
    }

    /// <summary>The line at a place, without its end, and where the next begins (−1 = it does not end). CRLF, or LF alone.</summary>
    private static (Range Line, int Next) Line(byte[] bytes, int at, bool joinFolded = false)
    {
        var search = at;
        while (true)
        {
            var feed = bytes.AsSpan(search).IndexOf((byte)'\n');
            if (feed < 0)
            {
                return (default, -1);
            }

            feed += search;
            var end = feed > at && bytes[feed - 1] == '\r' ? feed - 1 : feed;
            var isFolded = joinFolded && end > at && feed + 1 < bytes.Length && bytes[feed + 1] is (byte)' ' or (byte)'\t';
            if (!isFolded || feed + 1 - at > SipLimits.MaxHeaderBytes)
            {
                return (new Range(at, end), feed + 1);
            }

            // a folded line goes on the one before it (§7.3.1)
            bytes.AsSpan(end, feed + 1 - end).Fill((byte)' ');
            search = feed + 1;
        }
    }

    private static bool StartsWithVersion(ReadOnlySpan<byte> text) => text.Length >= 7 && System.Text.Ascii.EqualsIgnoreCase(text[..7], Version);

    private static bool IsToken(ReadOnlySpan<byte> text) =>
        !text.IsEmpty && !text.ContainsAnyExcept(TokenBytes);

    private static readonly System.Buffers.SearchValues<byte> TokenBytes =
        System.Buffers.SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-.!%*_+`'~"u8);

    /// <summary>Where the last header's line ends, and how long that end and the empty line after it are; each CRLF or LF alone.</summary>
    private static (int End, int LineEnd) EndOfHeaders(ReadOnlySpan<byte> text)
    {
        for (var feed = text.IndexOf((byte)'\n'); feed >= 0;)
        {
            var rest = text[(feed + 1)..];
            var empty = rest.StartsWith("\n"u8) ? 1 : rest.StartsWith("\r\n"u8) ? 2 : 0;
            if (empty > 0)
            {
                return (feed, 1 + empty);
            }

            var next = rest.IndexOf((byte)'\n');
            feed = next < 0 ? -1 : feed + 1 + next;
        }

        return (-1, 0);
    }

    private static int? ContentLengthIn(ReadOnlySpan<byte> headers)
    {
        foreach (var range in headers.Split((byte)'\n'))
        {
            var line = headers[range].TrimEnd("\r"u8);
            var colon = line.IndexOf((byte)':');
            if (colon > 0 && SipHeaderNames.Find(line[..colon].TrimEnd(" \t"u8)) == SipHeader.ContentLength)
            {
                return SipText.Digits(line[(colon + 1)..].Trim(" \t"u8)) ?? -1;
            }
        }

        return null;
    }
}
