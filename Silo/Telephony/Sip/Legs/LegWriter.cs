using System.Globalization;
using System.Text;

namespace Dialer.Silo.Telephony.Sip;

/// <summary>The messages of a leg as bytes.</summary>
internal sealed class LegWriter(LegIds ids, LegSettings settings)
{
    private const string Allowed = "INVITE, ACK, CANCEL, BYE, OPTIONS, UPDATE, INFO, NOTIFY, PRACK";

    private readonly string from = $"<{settings.From}>;tag={ids.FromTag}";

    /// <summary>The INVITE; <paramref name="authorization"/> = header lines that answer a challenge.</summary>
    public ReadOnlyMemory<byte> Invite(int cseq, string authorization)
    {
        var extra = new StringBuilder(authorization)
            .Append("Contact: <").Append(settings.Contact).Append(">\r\n")
            .Append("Allow: ").Append(Allowed).Append("\r\n")
            .Append("Supported: 100rel\r\n")
            // who is lost with this leg does not ring for ever (architecture, Recovery)
            .Append("Expires: ").Append(((int)settings.RingLimit.TotalSeconds).ToString(CultureInfo.InvariantCulture)).Append("\r\n")
            .Append("User-Agent: ").Append(settings.UserAgent).Append("\r\n")
            .Append(settings.ExtraHeaders)
            .Append("Content-Type: application/sdp\r\n");
        return Request(SipMethods.Invite, settings.Target.ToString(), InviteTo, cseq, FirstRoutes, extra.ToString(), settings.Offer);
    }

    /// <summary>CANCEL: all but the method as the INVITE has it (RFC 3261 §9.1).</summary>
    public ReadOnlyMemory<byte> Cancel(int cseq, string reason) =>
        Request(SipMethods.Cancel, settings.Target.ToString(), InviteTo, cseq, FirstRoutes, reason);

    /// <summary>The ACK of a final response other than 2xx: belongs to the INVITE's transaction (§17.1.1.3).</summary>
    public ReadOnlyMemory<byte> AckOfRefusal(int cseq, string to) =>
        Request(SipMethods.Ack, settings.Target.ToString(), to, cseq, FirstRoutes, "", branch: ids.Branch(cseq, SipMethods.Invite));

    /// <summary>A request within a dialog (§12.2.1.1); the ACK of a 2xx is one too.</summary>
    public ReadOnlyMemory<byte> InDialog(string method, SipDialog dialog, int cseq, string extra, string? branch = null)
    {
        // a first route that is no loose router takes the place of the Request-URI
        var routes = dialog.Routes;
        var uri = dialog.RemoteTarget;
        if (routes.Count > 0 && SipNameAddr.Parse(routes[0]) is { } first && SipUri.TryParse(first.Uri, out var hop) && !hop.IsLooseRouter)
        {
            routes = [.. routes.Skip(1), $"<{uri}>"];
            uri = first.Uri;
        }

        return Request(method, uri, dialog.To, cseq, routes, extra, branch: branch);
    }

    /// <summary>The 200 to a session that the far side offers anew, or asks for (RFC 3261 §14.2, RFC 3311).</summary>
    public ReadOnlyMemory<byte> SessionAnswer(SipMessage request)
    {
        // the far side keeps its own session alive (RFC 4028 §9): what it chose is said back
        var timer = request.First(SipHeader.SessionExpires) is { } expires ? $"Session-Expires: {expires}\r\nRequire: timer\r\n" : "";
        var body = request.Body.IsEmpty ? request.Method == SipMethods.Invite ? settings.Offer : "" : settings.AnswerTo(request.Body);
        return Response(
            request,
            200,
            "OK",
            $"Contact: <{settings.Contact}>\r\nAllow: {Allowed}\r\n{timer}{(body.Length == 0 ? "" : "Content-Type: application/sdp\r\n")}",
            body: body);
    }

    /// <summary>A response to a request that came within the leg.</summary>
    public static ReadOnlyMemory<byte> Response(
        SipMessage request, int status, string reason, string extra = "", string? toTag = null, string body = "")
    {
        var text = new StringBuilder(400).Append(CultureInfo.InvariantCulture, $"SIP/2.0 {status} {reason}\r\n");
        foreach (var via in request.Lines(SipHeader.Via))
        {
            text.Append("Via: ").Append(via).Append("\r\n");
        }

        var to = request.First(SipHeader.To) ?? "";
        text.Append("From: ").Append(request.First(SipHeader.From)).Append("\r\n")
            .Append("To: ").Append(to).Append(toTag is null || request.To?.Tag is not null ? "" : ";tag=" + toTag).Append("\r\n")
            .Append("Call-ID: ").Append(request.CallId).Append("\r\n")
            .Append("CSeq: ").Append(request.First(SipHeader.CSeq)).Append("\r\n")
            .Append(extra)
            .Append(CultureInfo.InvariantCulture, $"Content-Length: {Encoding.UTF8.GetByteCount(body)}\r\n\r\n")
            .Append(body);
        return Encoding.UTF8.GetBytes(text.ToString());
    }

    private string InviteTo => $"<{settings.Target}>";

    private IReadOnlyList<string> FirstRoutes => settings.OutboundProxy is null ? [] : [$"<{settings.OutboundProxy}>"];

    private byte[] Request(
        string method, string uri, string to, int cseq, IReadOnlyList<string> routes, string extra, string body = "", string? branch = null)
    {
        var text = new StringBuilder(900)
            .Append(method).Append(' ').Append(uri).Append(" SIP/2.0\r\n")
            .Append("Via: SIP/2.0/").Append(settings.Transport).Append(' ').Append(settings.SentBy)
            .Append(";rport;branch=").Append(branch ?? ids.Branch(cseq, method)).Append("\r\n")
            .Append("Max-Forwards: 70\r\n");
        foreach (var route in routes)
        {
            text.Append("Route: ").Append(route).Append("\r\n");
        }

        text.Append("From: ").Append(from).Append("\r\n")
            .Append("To: ").Append(to).Append("\r\n")
            .Append("Call-ID: ").Append(ids.CallId).Append("\r\n")
            .Append(CultureInfo.InvariantCulture, $"CSeq: {cseq} {method}\r\n")
            .Append(extra)
            .Append(CultureInfo.InvariantCulture, $"Content-Length: {Encoding.UTF8.GetByteCount(body)}\r\n\r\n")
            .Append(body);
        return Encoding.UTF8.GetBytes(text.ToString());
    }
}
