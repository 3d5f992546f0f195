namespace Dialer.Silo.Telephony.Sip;

/// <summary>A confirmed dialog of a leg (RFC 3261 §12): one for each To-tag that a 2xx came with.</summary>
internal sealed class SipDialog
{
    public required string RemoteTag { get; init; }

    /// <summary>The To header as the 2xx had it.</summary>
    public required string To { get; init; }

    /// <summary>Where requests go in the end: the Contact of the 2xx.</summary>
    public required string RemoteTarget
    {
        get;
        set
        {
            field = value;
            path = null;
        }
    }

    /// <summary>Route headers, first hop first: Record-Route from the end (§12.1.2).</summary>
    public required IReadOnlyList<string> Routes { get; init; }

    private (string Uri, IReadOnlyList<string> Routes, SipUri? NextHop)? path;

    /// <summary>CSeq of our last request in it.</summary>
    public int CSeq { get; set; }

    /// <summary>CSeq of the far side's last request; −1 = none yet.</summary>
    public int RemoteCSeq { get; set; } = -1;

    /// <summary>The ACKs, sent again for every repeated 2xx (§13.2.2.4), by CSeq of their INVITE.</summary>
    public Dictionary<int, ReadOnlyMemory<byte>> Acks { get; } = [];

    /// <summary>The far side's session from a reliable provisional response: its 2xx need not repeat it (RFC 6337 §3.1).</summary>
    public ReadOnlyMemory<byte> Session { get; set; }

    /// <summary>BYE was sent or came.</summary>
    public bool IsOver { get; set; }

    /// <summary>Null when the response has no tag.</summary>
    public static SipDialog? Of(SipMessage response, int cseq, string fallbackTarget) => response.To?.Tag is not { } tag
        ? null
        : new SipDialog
        {
            RemoteTag = tag,
            To = response.First(SipHeader.To)!,
            RemoteTarget = SipNameAddr.Parse(response.FirstElement(SipHeader.Contact))?.Uri ?? fallbackTarget,
            Routes = response.Has(SipHeader.RecordRoute) ? [.. response.Elements(SipHeader.RecordRoute).Reverse()] : [],
            CSeq = cseq,
        };

    /// <summary>Request-URI and Route headers of a request in it: a first route that is no loose router takes the URI's place (§12.2.1.1).</summary>
    public (string Uri, IReadOnlyList<string> Routes, SipUri? NextHop) Path() => path ??= FindPath();

    private (string Uri, IReadOnlyList<string> Routes, SipUri? NextHop) FindPath()
    {
        if (Routes.Count == 0 || SipNameAddr.Parse(Routes[0]) is not { } first || !SipUri.TryParse(first.Uri, out var hop))
        {
            return (RemoteTarget, Routes, SipUri.TryParse(RemoteTarget, out var target) ? target : null);
        }

        return hop.IsLooseRouter ? (RemoteTarget, Routes, hop) : (first.Uri, [.. Routes.Skip(1), $"<{RemoteTarget}>"], hop);
    }
}
