using System.Text;

namespace Dialer.Silo.Telephony.Sip;

/// <summary>
/// A message as it came (RFC 3261 §7). Headers are places in its bytes; texts are made when they are asked for. Read-only, so that
/// it may be handed from the socket's thread to a leg's.
/// </summary>
public sealed class SipMessage
{
    private readonly byte[] bytes;
    private readonly SipHeaderPlace[] headers;
    private readonly Range body;

    internal SipMessage(byte[] bytes, SipStartLine start, SipHeaderPlace[] headers, Range body)
    {
        this.bytes = bytes;
        this.headers = headers;
        this.body = body;
        Start = start;
    }

    internal SipStartLine Start { get; }

    public bool IsRequest => Start.Status == 0;

    /// <summary>Method of a request, or the one in CSeq of a response.</summary>
    public string Method => IsRequest ? Start.Method : CSeq.Method;

    /// <summary>Status of a response, 100–699; 0 for a request.</summary>
    public int Status => Start.Status;

    /// <summary>Reason phrase of a response.</summary>
    public string Reason => Text(Start.Reason);

    public string RequestUri => Text(Start.Uri);

    public string CallId => field ??= First(SipHeader.CallId) ?? "";

    public SipCSeq CSeq => cseq ??= SipCSeq.Parse(FirstBytes(SipHeader.CSeq));

    private SipCSeq? cseq;

    public SipNameAddr? From => from ??= SipNameAddr.Parse(First(SipHeader.From));

    private SipNameAddr? from;

    public SipNameAddr? To => to ??= SipNameAddr.Parse(First(SipHeader.To));

    private SipNameAddr? to;

    /// <summary>The topmost Via; null when it cannot be read.</summary>
    public SipVia? TopVia => via ??= SipVia.Parse(FirstElement(SipHeader.Via));

    private SipVia? via;

    /// <summary>Where it came from; null for one that came over no network. Set once, by who received it.</summary>
    internal SipSource? Source { get; set; }

    public ReadOnlyMemory<byte> Body => bytes.AsMemory(body);

    /// <summary>All bytes, as they came (folded lines made one).</summary>
    public ReadOnlyMemory<byte> Bytes => bytes;

    public bool Has(SipHeader header) => Find(header) >= 0;

    /// <summary>The header's value, without blanks around it; null when it is not there.</summary>
    public string? First(SipHeader header)
    {
        var at = Find(header);
        return at < 0 ? null : Text(headers[at].Value);
    }

    public ReadOnlySpan<byte> FirstBytes(SipHeader header)
    {
        var at = Find(header);
        return at < 0 ? default : bytes.AsSpan(headers[at].Value);
    }

    /// <summary>A header by its name, for those the user agent does not know.</summary>
    public string? First(string name)
    {
        foreach (var place in headers)
        {
            if (place.Header == SipHeader.Other && Ascii.EqualsIgnoreCase(bytes.AsSpan(place.Name), name))
            {
                return Text(place.Value);
            }
        }

        return null;
    }

    /// <summary>The header's values, one a line of the message.</summary>
    public IEnumerable<string> Lines(SipHeader header)
    {
        foreach (var place in headers)
        {
            if (place.Header == header)
            {
                yield return Text(place.Value);
            }
        }
    }

    /// <summary>How long the values of these headers are together, in bytes.</summary>
    internal int LengthOf(ReadOnlySpan<SipHeader> wanted)
    {
        var length = 0;
        foreach (var place in headers)
        {
            length += wanted.Contains(place.Header) ? place.Value.End.Value - place.Value.Start.Value : 0;
        }

        return length;
    }

    /// <summary>The elements of a header that is a comma-separated list (RFC 3261 §7.3.1), over all its lines, in order.</summary>
    public IEnumerable<string> Elements(SipHeader header) =>
        Lines(header).SelectMany(line => SipText.SplitList(line)).Take(SipLimits.MaxListElements);

    /// <summary>The first of <see cref="Elements"/>; null when there is none.</summary>
    public string? FirstElement(SipHeader header) =>
        FirstBytes(header) is { IsEmpty: false } bytes && !bytes.Contains((byte)',') ? Text(bytes) : Elements(header).FirstOrDefault();

    /// <summary>Whether an option tag, method or the like is in a header's list.</summary>
    public bool Lists(SipHeader header, string token) => Has(header) && Elements(header).Any(e => e.Equals(token, StringComparison.OrdinalIgnoreCase));

    /// <summary>A number of seconds or the like at the value's beginning; null when it is not one.</summary>
    public int? Number(SipHeader header) => First(header) is { } text ? SipText.LeadingNumber(text) : null;

    /// <summary>The first line, for logs: carries a number only in a request's URI.</summary>
    public override string ToString() => IsRequest ? $"{Method} (request)" : $"{Status} {Reason} ({Method})";

    internal IEnumerable<(SipHeader Header, string Name, string Value)> All() => headers.Select(p => (p.Header, Text(p.Name), Text(p.Value)));

    private int Find(SipHeader header)
    {
        for (var i = 0; i < headers.Length; i++)
        {
            if (headers[i].Header == header)
            {
                return i;
            }
        }

        return -1;
    }

    private string Text(Range place) => Text(bytes.AsSpan(place));

    private static string Text(ReadOnlySpan<byte> text) => SipText.Decode(text);
}

/// <summary>Where a header's name and value stand in the message.</summary>
internal readonly record struct SipHeaderPlace(SipHeader Header, Range Name, Range Value);

/// <summary>The first line: a status, or a method and where its URI stands.</summary>
internal readonly record struct SipStartLine(string Method, Range Uri, int Status, Range Reason);
