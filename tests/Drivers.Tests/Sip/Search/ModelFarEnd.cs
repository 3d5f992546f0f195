using System.Globalization;
using System.Text;
using Dialer.Silo.Telephony.Sip;

namespace Dialer.Tests.Sip.Search;

/// <summary>
/// The trunk and the phones behind it as the RFC wants them: server transactions that repeat their final response until its ACK
/// (RFC 3261 §17.2.1), CANCEL (§9.2), forks with a tag each, challenges, reliable provisional responses (RFC 3262).
/// </summary>
internal sealed class ModelFarEnd(SearchPlan plan, FakeTime time, Action<byte[]> send)
{
    private readonly Dictionary<string, Server> servers = new(StringComparer.Ordinal);
    private readonly Dictionary<string, string> replies = new(StringComparer.Ordinal);
    private readonly List<ModelDialog> dialogs = [];
    private int highest;
    private int challenged;
    private int byeChallenged;

    public SearchPlan Plan => plan;

    public FakeTime Time => time;

    public IReadOnlyList<ModelDialog> Dialogs => dialogs;

    public void Send(string text) => send(Encoding.UTF8.GetBytes(text));

    public void Take(SipMessage message)
    {
        if (!message.IsRequest)
        {
            _ = dialogs.Any(d => d.Take(message));
            return;
        }

        var branch = message.TopVia!.Branch!;
        switch (message.Method)
        {
            case SipMethods.Invite:
                OnInvite(message, branch);
                break;
            case SipMethods.Ack when servers.TryGetValue(branch, out var server):
                server.IsConfirmed = true;
                break;
            case SipMethods.Ack:
                dialogs.FirstOrDefault(d => d.Tag == message.To!.Tag)?.Acknowledge();
                break;
            case SipMethods.Cancel:
                Reply(message, branch + "cancel", servers.ContainsKey(branch) ? 200 : 481);
                servers.GetValueOrDefault(branch)?.Cancel();
                break;
            case SipMethods.Bye:
                OnBye(message, branch);
                break;
            default:
                Reply(message, branch, 200);
                break;
        }
    }

    public static string Response(SipMessage request, int status, string? tag, string extra = "") =>
        string.Create(CultureInfo.InvariantCulture, $"SIP/2.0 {status} Status {status}\r\n") + $"Via: {request.First(SipHeader.Via)}\r\n"
        + $"From: {request.First(SipHeader.From)}\r\nTo: {request.First(SipHeader.To)}{(tag is null || request.To!.Tag is not null ? "" : ";tag=" + tag)}\r\n"
        + $"Call-ID: {request.CallId}\r\nCSeq: {request.First(SipHeader.CSeq)}\r\n{extra}Content-Length: 0\r\n\r\n";

    private void OnInvite(SipMessage invite, string branch)
    {
        if (servers.TryGetValue(branch, out var known))
        {
            known.Repeat();
        }
        else if (invite.CSeq.Number > highest)
        {
            highest = invite.CSeq.Number;
            servers[branch] = new Server(this, invite, isChallenge: challenged++ < plan.Challenges);
        }
    }

    private void OnBye(SipMessage bye, string branch)
    {
        var dialog = dialogs.FirstOrDefault(d => d.Tag == bye.To!.Tag);
        if (replies.ContainsKey(branch) || dialog is null or { IsOver: true })
        {
            Reply(bye, branch, 481);
            return;
        }

        if (byeChallenged < plan.ByeChallenges && plan.HasCredentials)
        {
            byeChallenged++;
            Reply(bye, branch, 407, Challenge(407, $"bye{byeChallenged}"));
            return;
        }

        dialog.IsOver = true;
        Reply(bye, branch, plan.ByeStatus);
    }

    /// <summary>A response that is the same for each repeat of its request; status 0 = none is ever sent.</summary>
    private void Reply(SipMessage request, string key, int status, string extra = "")
    {
        var text = replies.GetValueOrDefault(key) ?? (replies[key] = status == 0 ? "" : Response(request, status, "far", extra));
        if (text.Length > 0)
        {
            Send(text);
        }
    }

    private static string Challenge(int status, string nonce) =>
        $"{(status == 401 ? "WWW" : "Proxy")}-Authenticate: Digest realm=\"trunk\", nonce=\"{nonce}\", qop=\"auth\"\r\n";

    /// <summary>The server transaction of one INVITE.</summary>
    private sealed class Server
    {
        private readonly ModelFarEnd owner;
        private readonly SipMessage invite;
        private string last = "";
        private long finalAt;
        private bool hasFinal;
        private bool hasAnswer;

        public Server(ModelFarEnd owner, SipMessage invite, bool isChallenge)
        {
            (this.owner, this.invite) = (owner, invite);
            if (owner.Plan.SaysTrying)
            {
                Say(Response(invite, 100, null));
            }

            if (isChallenge)
            {
                var status = owner.Plan.Seed % 2 == 0 ? 401 : 407;
                Refuse(status, Challenge(status, $"n{owner.challenged}"));
                return;
            }

            foreach (var (after, index) in owner.Plan.RingsAfter.Select((r, i) => (r, i)))
            {
                owner.Time.After(after, () => Ring(index));
            }

            if (owner.Plan.Final != 0)
            {
                owner.Time.After(owner.Plan.FinalAfter, () => Final(owner.Plan.Final));
            }
        }

        public bool IsConfirmed { get; set; }

        public void Repeat()
        {
            if (last.Length > 0 && !IsConfirmed && !hasAnswer)
            {
                owner.Send(last);
            }
        }

        public void Cancel() => Final(owner.Plan.AnswersCancel ? 200 : 487);

        private void Ring(int index)
        {
            if (hasFinal || hasAnswer)
            {
                return;
            }

            var tag = owner.Plan.SecondAfter is not null && index % 2 == 1 ? "second" : "first";
            var reliable = owner.Plan.IsReliable && index == 0 ? "Require: 100rel\r\nRSeq: 7\r\n" : "";
            Say(Response(invite, index == 1 ? 183 : 180, tag, $"{reliable}Contact: <sip:{tag}@192.0.2.77:5099>\r\n"));
        }

        private void Final(int status)
        {
            if (hasFinal || hasAnswer)
            {
                return;
            }

            if (status != 200)
            {
                Refuse(status, "");
                return;
            }

            hasAnswer = true;
            owner.dialogs.Add(new ModelDialog(owner, invite, "first"));
            if (owner.Plan.SecondAfter is { } after)
            {
                owner.Time.After(after, () => owner.dialogs.Add(new ModelDialog(owner, invite, "second")));
            }
        }

        private void Refuse(int status, string extra)
        {
            hasFinal = true;
            finalAt = owner.Time.Now;
            last = Response(invite, status, "refused", extra);
            RepeatFinal(SipTimers.T1);
        }

        /// <summary>Timers G and H.</summary>
        private void RepeatFinal(long interval)
        {
            if (!IsConfirmed && owner.Time.Now - finalAt <= SipTimers.Timeout)
            {
                owner.Send(last);
                owner.Time.After(interval, () => RepeatFinal(Math.Min(interval * 2, SipTimers.T2)));
            }
        }

        private void Say(string text)
        {
            last = text;
            owner.Send(text);
        }
    }
}
