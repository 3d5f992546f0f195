using System.Collections.Concurrent;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;
using Dialer.Silo.Telephony.Sip;

namespace Dialer.Tests.Sip;

/// <summary>What a callee of <see cref="FarEnd"/> does.</summary>
/// <param name="Status">Final response; 0 = rings for ever.</param>
/// <param name="After">How long it rings before that.</param>
/// <param name="HangsUpAfter">BYE this long after the answer; null = never.</param>
/// <param name="Session">SDP of its 200; null = none.</param>
/// <param name="Moved">What it says to a re-INVITE, a little later, with its session if that is 200; 0 = nothing.</param>
/// <param name="AnswersCancel">It picks up in the moment the CANCEL comes.</param>
/// <param name="ByeAfter">How late it answers our BYE; infinite = never.</param>
internal sealed record Habit(
    int Status, TimeSpan After, TimeSpan? HangsUpAfter = null, string? Session = null, int Moved = 0, bool AnswersCancel = false, TimeSpan ByeAfter = default);

/// <summary>
/// A plain SIP callee over UDP, for the driver contract: it answers a CANCEL or BYE of a call that it does not know with 481, which
/// SIPp cannot. Knows each call by its Call-ID and talks to whoever spoke last.
/// </summary>
internal sealed class FarEnd : IDisposable
{
    private readonly Socket socket = new(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
    private readonly ConcurrentDictionary<string, Habit> habits = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, Callee> callees = new(StringComparer.Ordinal);
    private readonly Thread thread;
    private volatile bool isClosed;

    public FarEnd()
    {
        socket.ReceiveBufferSize = socket.SendBufferSize = 8 << 20;
        socket.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        thread = new Thread(Run) { IsBackground = true };
        thread.Start();
    }

    public IPEndPoint Address => (IPEndPoint)socket.LocalEndPoint!;

    /// <summary>INVITEs by Call-ID that made a call: each one is one call at the carrier.</summary>
    public int Calls => callees.Count;

    public int Live => callees.Values.Count(c => !c.IsOver);

    /// <summary>Calls that were answered and acknowledged and are up.</summary>
    public int Talking => callees.Values.Count(c => c.IsTalking);

    /// <summary>The most calls that were up at once.</summary>
    public int MostLive { get; private set; }

    /// <summary>When each call came, in ms.</summary>
    public IReadOnlyList<long> Starts => [.. starts];

    private readonly ConcurrentQueue<long> starts = new();

    /// <summary>What callees do of whom nothing else is expected.</summary>
    public Habit Usual { get; set; } = new(404, TimeSpan.Zero);

    /// <summary>Asks each INVITE for this user and password by digest; null = takes all.</summary>
    public DigestCredentials? Wants { get; init; }

    /// <summary>A proxy before it, which asks first and each time.</summary>
    public DigestCredentials? ProxyWants { get; init; }

    /// <summary>The INVITEs that made calls, in order.</summary>
    public IReadOnlyList<SipMessage> Invites => [.. callees.Values.Select(c => c.Invite)];

    /// <summary>Calls that the caller ended by CANCEL, and by BYE.</summary>
    public int Cancelled => callees.Values.Count(c => c.EndedBy == SipMethods.Cancel);

    public int HungUp => callees.Values.Count(c => c.EndedBy == SipMethods.Bye);

    /// <summary>Sessions offered within calls, each as often as it came.</summary>
    public int ReInvites => offers.Count;

    /// <summary>The same, as they are.</summary>
    public IReadOnlyList<string> Offers => [.. offers];

    private readonly ConcurrentQueue<string> offers = new();

    /// <summary>Final responses to what was offered by <see cref="OfferAll"/>.</summary>
    public IReadOnlyList<int> Answers => [.. answers];

    private readonly ConcurrentQueue<int> answers = new();

    /// <summary>Every callee who talks offers a session; asks for one if this is empty.</summary>
    public void OfferAll(string session, int cseq = 1)
    {
        foreach (var callee in callees.Values)
        {
            callee.Ask(SipMethods.Invite, cseq, session);
        }
    }

    /// <summary>And takes the first back.</summary>
    public void TakeBackAll()
    {
        foreach (var callee in callees.Values)
        {
            callee.Ask(SipMethods.Cancel, 1, "");
        }
    }

    /// <summary>Every callee who talks hangs up.</summary>
    public void HangUpAll()
    {
        foreach (var callee in callees.Values)
        {
            callee.Bye();
        }
    }

    public void ForgetMostLive() => MostLive = 0;

    public void Expect(long phone, Habit habit) => habits[phone.ToString(CultureInfo.InvariantCulture)] = habit;

    public void Dispose()
    {
        isClosed = true;
        socket.Dispose();
        thread.Join();
    }

    private void Run()
    {
        var buffer = new byte[65_535];
        EndPoint from = new IPEndPoint(IPAddress.Any, 0);
        while (!isClosed)
        {
            try
            {
                var length = socket.ReceiveFrom(buffer, ref from);
                if (SipParser.Parse(buffer.AsSpan(0, length).ToArray(), out _) is { } message)
                {
                    Take(message, from);
                }
            }
            catch (Exception e) when (e is SocketException or ObjectDisposedException)
            {
                // the end, or an ICMP error
            }
        }
    }

    private void Take(SipMessage message, EndPoint from)
    {
        var known = callees.GetValueOrDefault(message.CallId);
        switch (message.Method)
        {
            case "OPTIONS" when message.IsRequest:
                Send(Response(message, 200, "probe"), from);
                break;
            case "INVITE" or "REGISTER" when message.IsRequest && known is null && !Proves(ProxyWants, message, SipHeader.ProxyAuthorization, "proxy", "p1"):
                Send(Response(message, 407, "challenge", "Proxy-Authenticate: Digest realm=\"proxy\", nonce=\"p1\", qop=\"auth\"\r\n"), from);
                break;
            case "REGISTER" when message.IsRequest && RefusalReason is null && IsWelcome(message):
                registrations.Add((message.First(SipHeader.Contact) ?? "", message.Number(SipHeader.Expires) ?? -1));
                Send(Response(message, 200, "registrar", $"Contact: {message.First(SipHeader.Contact)};expires={GrantedSeconds}\r\n"), from);
                break;
            case "REGISTER" when message.IsRequest && RefusalReason is { } reason:
                Send(Response(message, 403, "registrar").Replace("Status 403", reason, StringComparison.Ordinal), from);
                break;
            case "INVITE" or "REGISTER" when message.IsRequest && known is null && !IsWelcome(message):
                Send(Response(message, 401, "challenge", "WWW-Authenticate: Digest realm=\"far\", nonce=\"n1\", algorithm=SHA-256, qop=\"auth\"\r\n"), from);
                break;
            case "INVITE" when message.IsRequest && known is null:
                var user = SipUri.TryParse(message.RequestUri, out var uri) ? uri.User : null;
                var callee = new Callee(this, message, habits.GetValueOrDefault(user ?? "", Usual), from);
                callees[message.CallId] = callee;
                MostLive = Math.Max(MostLive, Live);
                starts.Enqueue(Environment.TickCount64);
                callee.Ring();
                break;
            case "CANCEL" or "BYE" when message.IsRequest && known is null:
                Send(Response(message, 481, "none"), from);
                break;
            default:
                known?.Take(message, from);
                break;
        }
    }

    /// <summary>Registrations that were taken: Contact and the seconds asked for.</summary>
    public IReadOnlyList<(string Contact, int Expires)> Registrations => [.. registrations];

    /// <summary>What a registration is given, whatever was asked for.</summary>
    public int GrantedSeconds { get; init; } = 60;

    /// <summary>Registrations are refused with this reason phrase; null = they are taken.</summary>
    public string? RefusalReason { get; init; }

    private readonly ConcurrentBag<(string Contact, int Expires)> registrations = [];

    private bool IsWelcome(SipMessage request) => Proves(Wants, request, SipHeader.Authorization, "far", "n1", "SHA-256");

    private static bool Proves(DigestCredentials? wanted, SipMessage request, SipHeader header, string realm, string nonce, string? algorithm = null)
    {
        if (wanted is null)
        {
            return true;
        }

        var given = request.First(header) is { } text ? SipText.Parameters(SipText.SplitList(text["Digest ".Length..])) : new Dictionary<string, string>();
        var challenge = new DigestChallenge { Realm = realm, Nonce = nonce, Algorithm = algorithm, HasQop = true };
        var count = int.Parse(given.GetValueOrDefault("nc", "1"), NumberStyles.HexNumber, CultureInfo.InvariantCulture);
        var right = wanted.Answer(challenge, request.Method, request.RequestUri, count, given.GetValueOrDefault("cnonce", ""));
        return given.TryGetValue("response", out var response) && right.Contains($"response=\"{response}\"", StringComparison.Ordinal);
    }

    private void Send(string text, EndPoint to)
    {
        try
        {
            socket.SendTo(Encoding.UTF8.GetBytes(text), to);
        }
        catch (ObjectDisposedException)
        {
            // the end
        }
    }

    private static string Response(SipMessage request, int status, string tag, string extra = "", string? session = null) =>
        $"SIP/2.0 {status} Status {status}\r\n" + string.Concat(request.Lines(SipHeader.Via).Select(v => $"Via: {v}\r\n"))
        + $"From: {request.First(SipHeader.From)}\r\nTo: {request.First(SipHeader.To)}{(request.To!.Tag is null ? ";tag=" + tag : "")}\r\n"
        + $"Call-ID: {request.CallId}\r\nCSeq: {request.First(SipHeader.CSeq)}\r\n{extra}{(session is null ? "" : "Content-Type: application/sdp\r\n")}Content-Length: {session?.Length ?? 0}\r\n\r\n{session}";

    private sealed class Callee(FarEnd owner, SipMessage invite, Habit habit, EndPoint caller)
    {
        private readonly Lock gate = new();
        private readonly string tag = "t" + Guid.NewGuid().ToString("N")[..8];
        private EndPoint caller = caller;
        private string last = "";
        private bool hasFinal;
        private bool isAcknowledged;

        public bool IsOver { get; private set; }

        public bool IsTalking => isAcknowledged && !IsOver;

        /// <summary>The caller's request that ended it; null = none did.</summary>
        public string? EndedBy { get; private set; }

        public SipMessage Invite => invite;

        public void Ring()
        {
            Say(Response(invite, 100, tag));
            Say(Response(invite, 180, tag));
            if (habit.Status != 0)
            {
                _ = Task.Delay(habit.After).ContinueWith(_ => Final(habit.Status), TaskScheduler.Default);
            }
        }

        public void Take(SipMessage message, EndPoint from)
        {
            lock (gate)
            {
                caller = from;
                switch (message.Method)
                {
                    case "INVITE" when message.IsRequest && message.To!.Tag is not null:
                        owner.offers.Enqueue(Encoding.UTF8.GetString(message.Body.Span));
                        if (habit.Moved != 0)
                        {
                            _ = SendAsync(Answer(message, habit.Moved), TimeSpan.FromMilliseconds(200));
                        }

                        break;
                    case "INVITE" when message.IsRequest:
                        owner.Send(last, caller);
                        break;
                    case "CANCEL" when message.IsRequest:
                        owner.Send(Response(message, IsOver && !hasFinal ? 481 : 200, tag), caller);
                        EndedBy ??= hasFinal || habit.AnswersCancel ? null : SipMethods.Cancel;
                        Final(habit.AnswersCancel ? 200 : 487);
                        break;
                    case "BYE" when message.IsRequest:
                        _ = SendAsync(Response(message, IsOver ? 481 : 200, tag), habit.ByeAfter);
                        EndedBy ??= IsOver ? null : SipMethods.Bye;
                        IsOver = true;
                        break;
                    case "INVITE" when message.Status >= 200:
                        owner.answers.Enqueue(message.Status);
                        Ask(SipMethods.Ack, message.CSeq.Number, "");
                        break;
                    case "ACK":
                        Acknowledged();
                        break;
                    default:
                        break;
                }
            }
        }

        private void Final(int status)
        {
            lock (gate)
            {
                if (hasFinal)
                {
                    return;
                }

                hasFinal = true;
                IsOver = status != 200;
                Say(Answer(invite, status));
                if (status == 200)
                {
                    _ = RepeatAsync();
                }
            }
        }

        private string Answer(SipMessage request, int status) => status == 200
            ? Response(request, status, tag, $"Contact: <sip:callee@{owner.Address}>\r\n", habit.Session)
            : Response(request, status, tag);

        private async Task SendAsync(string response, TimeSpan after)
        {
            if (after != TimeSpan.Zero)
            {
                await Task.Delay(after);
            }

            owner.Send(response, caller);
        }

        private async Task RepeatAsync()
        {
            for (var wait = 500; wait < 8_000 && !isAcknowledged && !owner.isClosed; wait *= 2)
            {
                await Task.Delay(wait);
                if (!isAcknowledged)
                {
                    Say(last);
                }
            }
        }

        private void Acknowledged()
        {
            if (isAcknowledged || IsOver)
            {
                return;
            }

            isAcknowledged = true;
            if (habit.HangsUpAfter is { } after)
            {
                _ = Task.Delay(after).ContinueWith(_ => Bye(), TaskScheduler.Default);
            }
        }

        public void Bye()
        {
            lock (gate)
            {
                if (IsOver || !isAcknowledged)
                {
                    return;
                }

                IsOver = true;
                Ask(SipMethods.Bye, 9, "");
            }
        }

        /// <summary>A request of its own within the call.</summary>
        public void Ask(string method, int cseq, string session) => owner.Send(
            $"{method} {SipNameAddr.Parse(invite.First(SipHeader.Contact))!.Uri} SIP/2.0\r\nVia: SIP/2.0/UDP {owner.Address};branch=z9hG4bK{tag}{cseq}\r\n"
            + $"From: {invite.First(SipHeader.To)};tag={tag}\r\nTo: {invite.First(SipHeader.From)}\r\nCall-ID: {invite.CallId}\r\nCSeq: {cseq} {method}\r\n"
            + $"{(session.Length > 0 ? "Content-Type: application/sdp\r\n" : "")}Content-Length: {session.Length}\r\n\r\n{session}",
            caller);

        private void Say(string text)
        {
            lock (gate)
            {
                last = text;
                owner.Send(text, caller);
            }
        }
    }
}
