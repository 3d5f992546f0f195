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
    private readonly SdpOrigin toCallee;
    private readonly SdpOrigin toBot;
    private readonly IReadOnlyList<SipRoute> routes;
    private readonly SipRoutes ways;
    private readonly bool isLateOffer;
    private readonly SipLeg bot;
    private readonly SipTrace? trace;
    private readonly long startedAt;
    private int route;
    private long retryAt = long.MaxValue;
    private long limitAt;
    private State state;

    public BotBridge(IBridgedCall call, SipLeg callee, SipLoop loop, SipBot target, string headers, SilentSession silence, bool isLateOffer, SipTrace? trace)
    {
        (this.call, this.callee, this.loop, this.isLateOffer, this.trace) = (call, callee, loop, isLateOffer, trace);
        (ways, routes) = (target.Routes, target.Routes.Current());
        (toCallee, toBot) = (new SdpOrigin(silence.Address), new SdpOrigin(silence.Address));
        (startedAt, limitAt) = (loop.Now, loop.Now + SetupMs);
        var offer = isLateOffer ? toBot.Own(callee.RemoteSession) : null;
        bot = new SipLeg(target.IdsOf(callee.Ids), target.SettingsOf(offer, headers, silence), this);
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

    public bool IsUp => state == State.Up;

    /// <summary>How long the callee has heard nothing, in ms.</summary>
    public long Waited => loop.Now - startedAt;

    public string CallId => bot.Ids.CallId + "/bridge";

    public bool IsGone => state is State.Up or State.Over;

    public long NextDue => IsGone ? long.MaxValue : Math.Min(retryAt, limitAt);

    long ILegHost.Now => loop.Now;

    SipHop ILegHost.Hop => Traced(routes[route].Hop);

    /// <summary>Calls the bot.</summary>
    public void Start()
    {
        if (routes.Count == 0)
        {
            Fail(ways.Fault ?? "the bot has no address");
            return;
        }

        loop.Add(this);
        loop.Add(bot);
        bot.Start();
        loop.Touched(bot);
        loop.Touched(this);
    }

    /// <summary>The callee's leg has ended: so does the bot's.</summary>
    public void CalleeEnded()
    {
        state = State.Over;
        bot.HangUp();
        loop.Touched(bot);
        loop.Touched(this);
    }

    /// <summary>The callee offers a session or asks for one: the bot's side answers. False: not connected yet.</summary>
    public bool CalleeOffered(SipMessage request) => state == State.Up && Relay(callee, bot, toCallee, toBot, request);

    /// <summary>The callee answered, in its ACK, what the bot had offered.</summary>
    public void CalleeConfirmed(ReadOnlyMemory<byte> answer)
    {
        bot.Confirm(toBot.Own(answer));
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

    void ISipParty.Undelivered()
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

        if (kind == LegEventKind.Answered)
        {
            BotAnswered();
        }
        else if (kind == LegEventKind.Ended && state == State.Up)
        {
            state = State.Over;
            call.BotLeft();
        }
        else if (kind == LegEventKind.Ended)
        {
            Fail(end!.How == LegEnd.Refused ? $"the bot refused: {end.Status} {end.Text}" : end.Text ?? "the bot hung up at once");
        }
    }

    bool ILegHost.Offered(SipLeg leg, SipMessage request) => state == State.Up && Relay(bot, callee, toBot, toCallee, request);

    void ILegHost.Confirmed(SipLeg leg, ReadOnlyMemory<byte> answer)
    {
        callee.Confirm(toCallee.Own(answer));
        loop.Touched(callee);
    }

    private SipHop Traced(SipHop hop) => trace is null ? hop : new TracedHop(hop, trace, "bot");

    private void BotAnswered()
    {
        if (isLateOffer)
        {
            callee.Confirm(toCallee.Own(bot.RemoteSession));
            loop.Touched(callee);
            Connected();
            return;
        }

        state = State.Moving;
        MoveCallee();
    }

    private void MoveCallee()
    {
        var isOffered = callee.Offer(toCallee.Own(bot.RemoteSession), (status, answer) =>
        {
            if (status is >= 200 and < 300)
            {
                bot.Confirm(toBot.Own(answer));
                loop.Touched(bot);
                Connected();
            }
            else if (state != State.Over)
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

        state = State.Over;
        bot.HangUp();
        loop.Touched(bot);
        loop.Touched(this);
        call.BotFailed(why);
    }

    /// <summary>What one side offers, the other is offered; what that answers, the first is answered.</summary>
    private bool Relay(SipLeg from, SipLeg to, SdpOrigin toFrom, SdpOrigin toTo, SipMessage request)
    {
        var session = request.Body.IsEmpty ? null : toTo.Own(request.Body);
        var isOffered = to.Offer(session, (status, answer) =>
        {
            from.AnswerOffer(status is >= 200 and < 300 ? 200 : status is 491 ? 491 : 488, toFrom.Own(answer));
            loop.Touched(from);
        });
        loop.Touched(to);
        if (!isOffered)
        {
            from.AnswerOffer(491, "");
        }

        return true;
    }
}
