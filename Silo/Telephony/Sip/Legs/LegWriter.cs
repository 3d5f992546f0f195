using System.Globalization;
using System.Text;

namespace Dialer.Silo.Telephony.Sip;

/// <summary>The messages of a leg as bytes.</summary>
internal sealed class LegWriter(LegIds ids, LegSettings settings)
{
    private const string Allowed = "INVITE, ACK, CANCEL, BYE, OPTIONS, UPDATE, INFO, NOTIFY, PRACK";

    private readonly string from = $"<{settings.From}>;tag={ids.FromTag}";

    private readonly string target = settings.Target.ToString();

    private readonly string inviteTo = $"<{settings.Target}>";

    /// <summary>The INVITE; <paramref name="extra"/> = header lines that answer a challenge or a refusal.</summary>
    public ReadOnlyMemory<byte> Invite(SipHop hop, int cseq, string branch, string extra, string session)
    {
        var text = Head(hop, SipMethods.Invite, target, inviteTo, cseq, FirstRoutes, branch).Append(extra);
        Session(text, hop)
            // who is lost with this leg does not ring for ever (architecture, Recovery)
            .Append("Expires: ").Append((int)settings.RingLimit.TotalSeconds)
            .Append("\r\nUser-Agent: ").Append(settings.UserAgent).Append("\r\n")
            .Append(settings.ExtraHeaders);
        return End(text, session);
    }

    /// <summary>CANCEL: all but the method as the INVITE has it (RFC 3261 §9.1).</summary>
    public ReadOnlyMemory<byte> Cancel(SipHop hop, int cseq, string reason) =>
        End(Head(hop, SipMethods.Cancel, target, inviteTo, cseq, FirstRoutes, ids.Branch(cseq, SipMethods.Cancel)).Append(reason), "");

    /// <summary>The ACK of a final response other than 2xx: belongs to the INVITE's transaction (§17.1.1.3).</summary>
    public ReadOnlyMemory<byte> AckOfRefusal(SipHop hop, int cseq, string to) =>
        End(Head(hop, SipMethods.Ack, target, to, cseq, FirstRoutes, ids.Branch(cseq, SipMethods.Invite)), "");

    /// <summary>A request within a dialog (§12.2.1.1); the ACK of a 2xx is one too.</summary>
    public ReadOnlyMemory<byte> InDialog(SipHop hop, string method, SipDialog dialog, int cseq, string extra, string branch, string body = "")
    {
        var (uri, routes, _) = dialog.Path();
        return End(Head(hop, method, uri, dialog.To, cseq, routes, branch).Append(extra), body);
    }

    /// <summary>What every INVITE and UPDATE of ours within the dialog carries: our address and what we can. Nobody rings there, so nothing asks for PRACK.</summary>
    public string SessionHeaders(SipHop hop) => $"Contact: {Contact(hop)}\r\nAllow: {Allowed}\r\n{(settings.SessionExpires > 0 ? "Supported: timer\r\n" : "")}";

    /// <summary>The 200 to a session that the far side offers anew, or asks for (RFC 3261 §14.2, RFC 3311).</summary>
    public static ReadOnlyMemory<byte> SessionAnswer(SipHop hop, SipMessage request, string body)
    {
        // the far side keeps its own session alive (RFC 4028 §9): what it chose is said back
        // put in by a proxy for one who knows no timers, it is ours to keep alive
        var knowsTimers = request.First(SipHeader.SessionExpires)?.Contains("refresher", StringComparison.OrdinalIgnoreCase) == true
            || request.Lists(SipHeader.Supported, "timer") || request.Lists(SipHeader.Require, "timer");
        var timer = request.First(SipHeader.SessionExpires) is not { } expires ? ""
            : !knowsTimers ? $"Session-Expires: {SipText.LeadingNumber(expires)};refresher=uas\r\n"
            : $"Session-Expires: {expires}{(expires.Contains("refresher", StringComparison.OrdinalIgnoreCase) ? "" : ";refresher=uac")}\r\nRequire: timer\r\n";
        return Response(request, 200, "OK", $"Contact: {Contact(hop)}\r\nAllow: {Allowed}\r\n{timer}", body: body);
    }

    /// <summary>A response to a request of the far side's.</summary>
    public static ReadOnlyMemory<byte> Response(
        SipMessage request, int status, string reason, string extra = "", string? toTag = null, string body = "")
    {
        var (to, tag) = (request.First(SipHeader.To) ?? "", toTag is null || request.To?.Tag is not null ? null : ";tag=" + toTag);
        var text = SipBytes.Begin().Append("SIP/2.0 ").Append(status).Append(" ").Append(reason).Append("\r\n");
        var isTop = true;
        foreach (var via in request.Lines(SipHeader.Via))
        {
            text.Append("Via: ").Append(isTop ? Received(via, request.Source) : via).Append("\r\n");
            isTop = false;
        }

        foreach (var route in request.Lines(SipHeader.RecordRoute))
        {
            text.Append("Record-Route: ").Append(route).Append("\r\n");
        }

        text.Append("From: ").Append(request.First(SipHeader.From)).Append("\r\n")
            .Append("To: ").Append(to).Append(tag).Append("\r\n")
            .Append("Call-ID: ").Append(request.CallId).Append("\r\n")
            .Append("CSeq: ").Append(request.First(SipHeader.CSeq)).Append("\r\n")
            .Append(extra);
        return End(text, body);
    }

    /// <summary>The top Via with where it came from (§18.2.1, RFC 3581 §4).</summary>
    private static string Received(string line, SipSource? source)
    {
        var first = source is null ? null : SipText.SplitList(line).FirstOrDefault();
        if (first is null || SipVia.Parse(first) is not { } via || !line.StartsWith(first, StringComparison.Ordinal))
        {
            return line;
        }

        var address = source!.Address;
        var marked = via.Parameters.TryGetValue("rport", out var port) && port.Length == 0
            ? first.Replace(";rport", string.Create(CultureInfo.InvariantCulture, $";rport={address.Port}"), StringComparison.OrdinalIgnoreCase)
            : first;
        var needsReceived = via.Parameters.ContainsKey("rport") || via.Host != address.Address.ToString();
        return (needsReceived && !via.Parameters.ContainsKey("received") ? $"{marked};received={address.Address}" : marked) + line[first.Length..];
    }

    private static string Contact(SipHop hop) => hop.Transport == SipTransport.Udp
        ? $"<sip:dialer@{hop.SentBy}>"
        : $"<sip:dialer@{hop.SentBy};transport={(hop.Transport == SipTransport.Tcp ? "tcp" : "tls")}>";

    /// <summary>Without a session of ours a reliable provisional response could bring one that PRACK would have to answer (RFC 3262 §5).</summary>
    private string Supported => (settings.Has100Rel && settings.Offer is not null, settings.SessionExpires > 0) switch
    {
        (true, true) => "Supported: 100rel, timer\r\n",
        (true, false) => "Supported: 100rel\r\n",
        (false, true) => "Supported: timer\r\n",
        _ => "",
    };

    private IReadOnlyList<string> FirstRoutes => settings.OutboundProxy is null ? [] : [$"<{settings.OutboundProxy}>"];

    private SipBytes Head(SipHop hop, string method, string uri, string to, int cseq, IReadOnlyList<string> routes, string branch)
    {
        var text = SipBytes.Begin()
            .Append(method).Append(" ").Append(uri).Append(" SIP/2.0\r\nVia: SIP/2.0/").Append(hop.Transport.ViaToken()).Append(" ").Append(hop.SentBy)
            // alias: a proxy may send requests of its own back over this connection (RFC 5923)
            .Append(hop.IsReliable ? ";alias;rport;branch=" : ";rport;branch=").Append(branch).Append("\r\nMax-Forwards: 70\r\n");
        for (var i = 0; i < routes.Count; i++)
        {
            text.Append("Route: ").Append(routes[i]).Append("\r\n");
        }

        return text.Append("From: ").Append(from)
            .Append("\r\nTo: ").Append(to)
            .Append("\r\nCall-ID: ").Append(ids.CallId)
            .Append("\r\nCSeq: ").Append(cseq).Append(" ").Append(method).Append("\r\n");
    }

    private SipBytes Session(SipBytes text, SipHop hop) => text
        .Append("Contact: ").Append(Contact(hop)).Append("\r\nAllow: ").Append(Allowed).Append("\r\n").Append(Supported);

    private static byte[] End(SipBytes text, string body) => text
        .Append(body.Length > 0 ? "Content-Type: application/sdp\r\nContent-Length: " : "Content-Length: ")
        .Append(Encoding.UTF8.GetByteCount(body)).Append("\r\n\r\n").Append(body).ToArray();
}
