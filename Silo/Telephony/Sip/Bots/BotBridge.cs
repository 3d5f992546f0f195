using System.Text;

namespace Dialer.Silo.Telephony.Sip;

/// <summary>
/// Connects an answered callee to a voice bot by third-party call control (RFC 3725): two legs of ours, whose sessions we hand over
/// to each other, so that media flows between carrier and bot and none through here. Afterwards re-INVITEs and BYEs of either side
/// are passed on. Lives on the loop of both legs.
/// </summary>
internal sealed class BotBridge : ILegHost, ISipParty
{
    /// <summary>The callee's own re-INVITE may be under way when ours is to go: tried again after this, in ms.</summary>
    private const long RetryMs = 200;

    /// <summary>From the answer until both hear each other; a person does not wait longer in silence.</summary>
    private const long SetupMs = 15_000;

    private readonly IBridgedCall call;
    private readonly SipLeg callee;
    private readonly SipLoop loop;
    private readonly SipRoutes ways;
    private readonly bool isLateOffer;
    private readonly SipLeg bot;
    private readonly SipTrace? trace;
    private readonly long startedAt;
    private IReadOnlyList<SipRoute> routes = [];
    private int route;
    private long retryAt = long.MaxValue;
    private long limitAt;
    private long overAt = long.MaxValue;
    private State state;
    private bool wasUp;

    public BotBridge(IBridgedCall call, SipLeg callee, SipLoop loop, SipBot target, string headers, SilentSession silence, TimeSpan talk, bool isLateOffer, SipTrace? trace)
    {
        (this.call, this.callee, this.loop, this.isLateOffer, this.trace) = (call, callee, loop, isLateOffer, trace);
        ways = target.Routes;
        (startedAt, limitAt) = (loop.Now, loop.Now + SetupMs);
        var offer = isLateOffer ? Text(callee.RemoteSession) : null;
        bot = new SipLeg(target.IdsOf(callee.Ids), target.SettingsOf(offer, headers, silence, talk), this);
    }

    private enum State
    {
        /// <summary>The bot is being called.</summary>
        Calling,

        /// <summary>The callee is being moved to the bot's session.</summary>
        Moving,

        /// <summary>They hear each other.</summary>
        Up,
        Over,
    }

    public bool WasUp => wasUp || state == State.Up;

    /// <summary>How long the callee has heard nothing, in ms.</summary>
    public long Waited => Math.Min(overAt, loop.Now) - startedAt;

    public string CallId => bot.Ids.CallId + "/bridge";

    public bool IsGone => state is State.Up or State.Over;

    public long NextDue => IsGone ? long.MaxValue : Math.Min(retryAt, limitAt);

    long ILegHost.Now => loop.Now;

    SipHop ILegHost.Hop => Traced(routes[route].Hop);

    /// <summary>Calls the bot, as soon as it is known where it is.</summary>
    public void Start()
    {
        loop.Add(this);
        loop.Touched(this);
        if (isLateOffer && callee.RemoteSession.IsEmpty)
        {
            Fail("the trunk offered no session");
        }
        else if (ways.Ready.IsCompleted)
        {
            CallBot();
        }
        else
        {
            _ = ways.Ready.ContinueWith(_ => loop.Post(CallBot), TaskScheduler.Default);
        }
    }

    private void CallBot()
    {
        if (state != State.Calling)
        {
            return;
        }

        routes = ways.Current();
        if (routes.Count == 0)
        {
            Fail(ways.Fault ?? "the bot has no address");
            return;
        }

        loop.Add(bot);
        bot.Start();
        loop.Touched(bot);
    }

    /// <summary>The call ends, or is about to: so does the bot's leg.</summary>
    public void End()
    {
        wasUp |= state == State.Up;
        overAt = Math.Min(overAt, loop.Now);
        state = State.Over;
        bot.HangUp();
        loop.Touched(bot);
        loop.Touched(this);
    }

    /// <summary>The callee offers a session or asks for one: the bot's side answers. False: not connected yet.</summary>
    public bool CalleeOffered(SipMessage request) => state == State.Up && Relay(callee, bot, request);

    /// <summary>The callee took back what it offered.</summary>
    public void CalleeWithdrew() => Withdraw(bot);

    /// <summary>The callee answered, in its ACK, what the bot had offered.</summary>
    public void CalleeConfirmed(ReadOnlyMemory<byte> answer)
    {
        bot.Confirm(Text(answer));
        loop.Touched(bot);
    }

    public void Tick()
    {
        var now = loop.Now;
        if (limitAt <= now)
        {
            Fail("the bot was not connected in time");
        }
        else if (retryAt <= now)
        {
            retryAt = long.MaxValue;
            MoveCallee();
        }
    }

    void ISipParty.Receive(SipMessage message)
    {
    }

    void ISipParty.Undelivered(ReadOnlyMemory<byte> message)
    {
    }

    SipHop ILegHost.HopTo(SipUri next) => Traced(ways.HopTo(next, routes[route]));

    void ILegHost.Seen(SipLeg leg, SipMessage message) => trace?.Received("bot", message);

    bool ILegHost.NextTarget()
    {
        ways.Failed(routes[route]);
        if (route + 1 >= routes.Count)
        {
            return false;
        }

        route++;
        return true;
    }

    void ILegHost.Reply(SipMessage request, ReadOnlyMemory<byte> response)
    {
        trace?.Replied("bot", request, response);
        request.Source?.Reply(request, response);
    }

    void ILegHost.Tell(SipLeg leg, LegEventKind kind, LegEndFacts? end)
    {
        if (state == State.Over)
        {
            return;
        }

        if (kind == LegEventKind.Answered && leg.IsCancelled)
        {
            // it is being hung up: nobody is moved to it
            Fail("the bot did not answer in time");
        }
        else if (kind == LegEventKind.Answered)
        {
            BotAnswered();
        }
        else if (kind is LegEventKind.HangingUp or LegEventKind.Ended && state == State.Up)
        {
            // a leg that hangs up by itself is as good as over: the callee does not listen to its BYE's repeats
            wasUp = true;
            (state, overAt) = (State.Over, loop.Now);
            call.BotLeft();
        }
        else if (kind is LegEventKind.HangingUp or LegEventKind.Ended)
        {
            Fail(end!.How == LegEnd.Refused ? $"the bot refused: {end.Status} {end.Text}" : end.Text ?? "the bot hung up at once");
        }
    }

    bool ILegHost.Offered(SipLeg leg, SipMessage request) => state == State.Up && Relay(bot, callee, request);

    void ILegHost.Withdrawn(SipLeg leg) => Withdraw(callee);

    void ILegHost.Confirmed(SipLeg leg, ReadOnlyMemory<byte> answer)
    {
        callee.Confirm(Text(answer));
        loop.Touched(callee);
    }

    private SipHop Traced(SipHop hop) => trace is null ? hop : new TracedHop(hop, trace, "bot");

    private void BotAnswered()
    {
        if (bot.RemoteSession.IsEmpty)
        {
            Fail("the bot answered without a session");
            return;
        }

        if (isLateOffer)
        {
            callee.Confirm(Text(bot.RemoteSession));
            loop.Touched(callee);
            Connected();
            return;
        }

        state = State.Moving;
        MoveCallee();
    }

    private void MoveCallee()
    {
        var isOffered = callee.Offer(Text(bot.RemoteSession), (status, answer) =>
        {
            if (status is >= 200 and < 300 && !answer.IsEmpty)
            {
                bot.Confirm(Text(answer));
                loop.Touched(bot);
                Connected();
            }
            else if (callee.IsUp)
            {
                Fail($"the trunk did not take the bot's session: {status}");
            }
        });
        loop.Touched(callee);
        if (!isOffered)
        {
            retryAt = loop.Now + RetryMs;
            loop.Touched(this);
        }
    }

    private void Connected()
    {
        if (state is State.Calling or State.Moving)
        {
            state = State.Up;
            loop.Touched(this);
        }
    }

    private void Fail(string why)
    {
        if (state is State.Over)
        {
            return;
        }

        (state, overAt) = (State.Over, loop.Now);
        bot.HangUp();
        loop.Touched(bot);
        loop.Touched(this);
        call.BotFailed(why);
    }

    /// <summary>What one side offers, the other is offered; what that answers, the first is answered.</summary>
    private bool Relay(SipLeg from, SipLeg to, SipMessage request)
    {
        var isOffered = to.Offer(request.Body.IsEmpty ? null : Text(request.Body), (status, answer) =>
        {
            var isTaken = status is >= 200 and < 300;
            var isAnswered = from.AnswerOffer(isTaken ? 200 : status is 491 ? 491 : 488, Text(answer));
            loop.Touched(from);
            if (isTaken && !isAnswered)
            {
                Restore(from, to, request.Body.IsEmpty);
            }
        }, yields: true);
        loop.Touched(to);
        if (!isOffered)
        {
            from.AnswerOffer(491, "");
        }

        return true;
    }

    /// <summary>One side took back what the other has taken up: that one goes back to the session which holds.</summary>
    private void Restore(SipLeg from, SipLeg to, bool isAsked)
    {
        var session = Text(from.RemoteSession);
        if (isAsked)
        {
            to.Confirm(session);
        }
        else
        {
            to.Offer(session, static (_, _) => { }, yields: true);
        }

        loop.Touched(to);
    }

    private void Withdraw(SipLeg to)
    {
        to.Withdraw();
        loop.Touched(to);
    }

    private static string Text(ReadOnlyMemory<byte> session) => Encoding.UTF8.GetString(session.Span);
}
