using System.Runtime.InteropServices;
using System.Text;
using Dialer.Silo.Telephony.Sip;

namespace Dialer.Tests.Sip.Fuzz;

/// <summary>Reads a message in every way that there is, and says what does not fit together. No reading may throw.</summary>
internal static class EveryReader
{
    private static readonly SipHeader[] Headers = Enum.GetValues<SipHeader>();
    private static readonly SipHeader[] Addresses = [SipHeader.From, SipHeader.To, SipHeader.Contact, SipHeader.Route, SipHeader.RecordRoute, SipHeader.PAssertedIdentity];

    /// <summary>Everything that the product reads, once. What it answers only keeps the readings alive.</summary>
    public static int Read(SipMessage message)
    {
        var seen = message.Method.Length + message.Reason.Length + message.RequestUri.Length + message.CallId.Length + message.CSeq.Number
            + (message.From?.Tag?.Length ?? 0) + (message.To?.DisplayName?.Length ?? 0) + (message.TopVia?.Branch?.Length ?? 0) + message.Body.Length
            + message.ToString().Length + (message.First("Accept")?.Length ?? 0) + message.All().Count();
        foreach (var header in Headers)
        {
            seen += message.Lines(header).Count() + (message.Number(header) ?? 0) + (message.Lists(header, "x") ? 1 : 0)
                + (message.Has(header) ? message.FirstBytes(header).Length : 0);
        }

        foreach (var header in Addresses)
        {
            foreach (var element in message.Elements(header))
            {
                seen += SipNameAddr.Parse(element) is { } address ? Read(address) : 0;
            }
        }

        seen += message.Elements(SipHeader.Via).Sum(v => SipVia.Parse(v) is { } via ? via.Port + (via.Received?.Length ?? 0) + via.Host.Length : 0);
        seen += Read(message.RequestUri) + DigestChallenge.Of(message).Sum(c => c.Realm.Length + c.Nonce.Length + (c.IsStale ? 1 : 0));
        seen += SipDialog.Of(message, 1, "sip:a@h")?.Routes.Count ?? 0;
        return seen + (SipFault.Of(message)?.Status ?? 0);
    }

    /// <summary>Null: what was read fits together.</summary>
    public static string? Contradiction(byte[] original, SipMessage message)
    {
        MemoryMarshal.TryGetArray(message.Body, out var body);
        var first = SipParser.LengthOfFirst(original, out _);
        if (first > 0 && first != body.Offset + body.Count)
        {
            return $"a stream's message ends at {first}, a datagram's at {body.Offset + body.Count}";
        }

        // what folding left is read as the same again
        if (SipParser.Parse(message.Bytes.ToArray(), out var fault) is not { } again)
        {
            return $"read once, but not again: {fault}";
        }

        if (!again.All().SequenceEqual(message.All()) || again.RequestUri != message.RequestUri || !again.Body.Span.SequenceEqual(message.Body.Span))
        {
            return "read differently the second time";
        }

        foreach (var text in message.Elements(SipHeader.Contact).Select(c => SipNameAddr.Parse(c)?.Uri).Append(message.RequestUri))
        {
            if (SipUri.TryParse(text, out var uri) && (!SipUri.TryParse(uri.ToString(), out var same) || same != uri with { HasHeaders = false }))
            {
                return $"a URI is not what it is written as: {text}";
            }
        }

        return message.IsRequest && SipFault.Of(message) is null ? AnswerContradiction(message) : null;
    }

    /// <summary>What we say to a request can be read and goes where it came from: nothing of it breaks out of its line.</summary>
    private static string? AnswerContradiction(SipMessage request)
    {
        var bytes = LegWriter.Response(request, 481, "Call/Transaction Does Not Exist").ToArray();
        var isLong = bytes.Length > SipLimits.MaxMessageBytes || Encoding.UTF8.GetByteCount(string.Concat(request.Lines(SipHeader.Via))) > 8_000;
        if (SipParser.Parse(bytes, out var fault) is not { } answer)
        {
            return isLong ? null : $"the answer cannot be read: {fault}";
        }

        return answer.CallId == request.CallId && answer.CSeq == request.CSeq && answer.From?.Tag == request.From?.Tag
            && answer.Lines(SipHeader.Via).SequenceEqual(request.Lines(SipHeader.Via)) && answer.Body.IsEmpty
            ? null
            : "the answer does not belong to its request";
    }

    private static int Read(SipNameAddr address) => (address.Tag?.Length ?? 0) + address.Parameters.Count + Read(address.Uri);

    private static int Read(string text) => SipUri.TryParse(text, out var uri)
        ? uri.Port + uri.ToString().Length + (uri.IsLooseRouter ? 1 : 0) + (uri.Transport?.Length ?? 0) + (uri.Parameter("maddr")?.Length ?? 0)
        : 0;
}
