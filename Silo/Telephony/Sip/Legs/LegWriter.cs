using System.Globalization;
using System.Text;

namespace Dialer.Silo.Telephony.Sip;

/// <summary>The messages of a leg as bytes.</summary>
internal sealed class LegWriter(LegIds ids, LegSettings settings)
{
    private const string Allowed = "INVITE, ACK, CANCEL, BYE, OPTIONS, UPDATE, INFO, NOTIFY, PRACK";

    private readonly string from = $"<{settings.From}>;tag={ids.FromTag}";

    private readonly string target = settings.Target.ToString();

    /// <summary>The INVITE; <paramref name="extra"/> = header lines that answer a challenge or a refusal.</summary>
    public ReadOnlyMemory<byte> Invite(SipHop hop, int cseq, string extra, string session)
    {
        var lines = new StringBuilder(extra)
            .Append("Contact: ").Append(Contact(hop)).Append("\r\n")
            .Append("Allow: ").Append(Allowed).Append("\r\n")
            .Append(Supported)
            // who is lost with this leg does not ring for ever (architecture, Recovery)
            .Append("Expires: ").Append(((int)settings.RingLimit.TotalSeconds).ToString(CultureInfo.InvariantCulture)).Append("\r\n")
            .Append("User-Agent: ").Append(settings.UserAgent).Append("\r\n")
            .Append(settings.ExtraHeaders);
        return Request(hop, SipMethods.Invite, target, InviteTo, cseq, FirstRoutes, lines.ToString(), session);
    }

    /// <summary>CANCEL: all but the method as the INVITE has it (RFC 3261 §9.1).</summary>
    public ReadOnlyMemory<byte> Cancel(SipHop hop, int cseq, string reason) =>
        Request(hop, SipMethods.Cancel, target, InviteTo, cseq, FirstRoutes, reason);

    /// <summary>The ACK of a final response other than 2xx: belongs to the INVITE's transaction (§17.1.1.3).</summary>
    public ReadOnlyMemory<byte> AckOfRefusal(SipHop hop, int cseq, string to) =>
        Request(hop, SipMethods.Ack, target, to, cseq, FirstRoutes, "", branch: ids.Branch(cseq, SipMethods.Invite));

    /// <summary>A request within a dialog (§12.2.1.1); the ACK of a 2xx is one too.</summary>
    public ReadOnlyMemory<byte> InDialog(SipHop hop, string method, SipDialog dialog, int cseq, string extra, string? branch = null, string body = "")
    {
        var (uri, routes, _) = dialog.Path();
        return Request(hop, method, uri, dialog.To, cseq, routes, extra, body, branch);
    }

    /// <summary>What every INVITE and UPDATE of ours within the dialog carries: our address and what we can.</summary>
    public string SessionHeaders(SipHop hop) => $"Contact: {Contact(hop)}\r\nAllow: {Allowed}\r\n{Supported}";

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
        var text = new StringBuilder(400).Append(CultureInfo.InvariantCulture, $"SIP/2.0 {status} {reason}\r\n");
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

        var to = request.First(SipHeader.To) ?? "";
        text.Append("From: ").Append(request.First(SipHeader.From)).Append("\r\n")
            .Append("To: ").Append(to).Append(toTag is null || request.To?.Tag is not null ? "" : ";tag=" + toTag).Append("\r\n")
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

    private string InviteTo => $"<{target}>";

    /// <summary>Without a session of ours a reliable provisional response could bring one that PRACK would have to answer (RFC 3262 §5).</summary>
    private string Supported => (settings.Has100Rel && settings.Offer is not null, settings.SessionExpires > 0) switch
    {
        (true, true) => "Supported: 100rel, timer\r\n",
        (true, false) => "Supported: 100rel\r\n",
        (false, true) => "Supported: timer\r\n",
        _ => "",
    };

    private IReadOnlyList<string> FirstRoutes => settings.OutboundProxy is null ? [] : [$"<{settings.OutboundProxy}>"];

    private byte[] Request(
        SipHop hop, string method, string uri, string to, int cseq, IReadOnlyList<string> routes, string extra, string body = "", string? branch = null)
    {
        var text = new StringBuilder(900)
            .Append(method).Append(' ').Append(uri).Append(" SIP/2.0\r\n")
            .Append("Via: SIP/2.0/").Append(hop.Transport.ViaToken()).Append(' ').Append(hop.SentBy)
            // alias: a proxy may send requests of its own back over this connection (RFC 5923)
            .Append(hop.IsReliable ? ";alias;rport;branch=" : ";rport;branch=").Append(branch ?? ids.Branch(cseq, method)).Append("\r\n")
            .Append("Max-Forwards: 70\r\n");
        foreach (var route in routes)
        {
            text.Append("Route: ").Append(route).Append("\r\n");
        }

        text.Append("From: ").Append(from).Append("\r\n")
            .Append("To: ").Append(to).Append("\r\n")
            .Append("Call-ID: ").Append(ids.CallId).Append("\r\n")
            .Append(CultureInfo.InvariantCulture, $"CSeq: {cseq} {method}\r\n")
            .Append(extra);
        return End(text, body);
    }

    private static byte[] End(StringBuilder text, string body)
    {
        if (body.Length > 0)
        {
            text.Append("Content-Type: application/sdp\r\n");
        }

        text.Append(CultureInfo.InvariantCulture, $"Content-Length: {Encoding.UTF8.GetByteCount(body)}\r\n\r\n").Append(body);
        return Encoding.UTF8.GetBytes(text.ToString());
    }
}
