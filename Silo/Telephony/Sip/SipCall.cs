using System.Globalization;
using Dialer.Calls;
using Dialer.Channels;
using Dialer.Grains.Calls;

namespace Dialer.Silo.Telephony.Sip;

/// <summary>One call of the driver: the leg's host, and the one who turns its events into those of the contract. Lives on its loop.</summary>
internal sealed class SipCall(SipCallDriver driver, SipLoop loop, DialCommand command, UnixTime startedAt, long began) : ILegHost, IBridgedCall
{
    /// <summary>A callee who hangs up after so much silence has met no bot, in ms.</summary>
    private const long SilenceMs = 2_000;

    /// <summary>The signed address of this call (P41): a credential.</summary>
    public const string CallbackHeader = "X-Dialer-Callback";

    private IReadOnlyList<SipRoute> routes = [];
    private int route;
    private SipLeg? leg;
    private volatile bool isAnswered;
    private bool hasRung;
    private UnixTime answeredAt;

    /// <summary>When the last event was told: none is earlier than the one before.</summary>
    private UnixTime toldAt;
    private HangUpReason hangUp;
    private SipProfile? profile;
    private BotBridge? bridge;
    private string? botFault;
    private readonly SipTrace? trace = driver.TraceOf(command.Id);
    private int seq;

    public DialCommand Command => command;

    public SipLoop Loop => loop;

    /// <summary>When it was taken, on the monotonic clock.</summary>
    public long Began => began;

    public bool HasEnded { get; private set; }

    long ILegHost.Now => loop.Now;

    SipHop ILegHost.Hop => Traced(routes[route].Hop);

    public LiveCall AsLive() => new(command.Id, command.Campaign, command.To, isAnswered, startedAt);

    /// <summary>On the loop: sends the INVITE, unless it was hung up before or there is nobody to send it to.</summary>
    public void Begin(SipRoutes all, SipProfile? own)
    {
        if (HasEnded)
        {
            return;
        }

        // others would look for it only where it was said to go (P30)
        routes = command.Line is { } told ? SipLine.Only(all.Current(), told) : all.Current();
        profile = own;
        if (routes.Count == 0 || profile is null)
        {
            var facts = new LegEndFacts(LegEnd.NotSent, Text: all.Fault ?? "the trunk has no address");
            End(driver.Judge(facts), facts);
            return;
        }

        if (hangUp != HangUpReason.None)
        {
            var facts = new LegEndFacts(LegEnd.Cancelled);
            End(driver.Judge(facts), facts);
            return;
        }

        var settings = profile.SettingsOf(command.To, command.RingLimit, command.MaxTalk);
        if (command.Scenario.SipBotUri is { } bot)
        {
            // looked up while the phone rings
            _ = driver.BotOf(bot);
        }

        leg = new SipLeg(profile.IdsOf(command.Id), HasLateOffer ? settings with { Offer = null } : settings, this);
        loop.Add(leg);
        leg.Start();
        loop.Touched(leg);
    }

    /// <summary>On the loop: CANCEL or BYE as the call's state demands.</summary>
    public void HangUp(HangUpReason why)
    {
        hangUp = hangUp == HangUpReason.None ? why : hangUp;
        // both at once (P61)
        bridge?.End();
        if (leg is not null)
        {
            leg.HangUp();
            loop.Touched(leg);
        }
    }

    /// <summary>The driver gives it up: what became of it is not known.</summary>
    public void Lose()
    {
        var isKnown = !answeredAt.IsNone && hangUp != HangUpReason.None;
        End(
            isKnown ? new Outcome(CallClass.Answered, Fault.None) : new Outcome(CallClass.Unknown, Fault.Ourselves),
            new LegEndFacts(isKnown ? LegEnd.LocalBye : LegEnd.Lost, Text: "the far side did not confirm the end", At: leg?.EndedAt));
        if (leg is not null)
        {
            // whatever is still up there shall not stay up
            leg.HangUp();
            loop.Touched(leg);
        }
    }

    void IBridgedCall.BotFailed(string why)
    {
        botFault = why;
        HangUp(HangUpReason.None);
    }

    void IBridgedCall.BotLeft() => HangUp(HangUpReason.Bot);

    bool ILegHost.Offered(SipLeg from, SipMessage request) => bridge?.CalleeOffered(request) == true;

    void ILegHost.Withdrawn(SipLeg from) => bridge?.CalleeWithdrew();

    void ILegHost.Confirmed(SipLeg from, ReadOnlyMemory<byte> answer) => bridge?.CalleeConfirmed(answer);

    SipHop ILegHost.HopTo(SipUri next) => Traced(driver.HopTo(next, routes[route]));

    void ILegHost.Seen(SipLeg from, SipMessage message) => trace?.Received("callee", message);

    bool ILegHost.NextTarget()
    {
        driver.Failed(routes[route]);
        if (route + 1 >= routes.Count)
        {
            return false;
        }

        route++;
        return true;
    }

    void ILegHost.Reply(SipMessage request, ReadOnlyMemory<byte> response)
    {
        trace?.Replied("callee", request, response);
        request.Source?.Reply(request, response);
    }

    private SipHop Traced(SipHop hop) => trace is null ? hop : new TracedHop(hop, trace, "callee");

    private bool HasLateOffer => command.Scenario is { SipBotUri: not null, Handover: BotHandover.LateOffer };

    void ILegHost.Tell(SipLeg leg, LegEventKind kind, LegEndFacts? end)
    {
        hasRung |= kind is LegEventKind.Ringing or LegEventKind.Answered;
        switch (kind)
        {
            case LegEventKind.Ringing when hangUp == HangUpReason.None && !HasEnded:
                driver.Post(new CallRinging { Try = command.Id, Campaign = command.Campaign, Phone = command.To, Seq = ++seq, At = toldAt = driver.Now });
                break;
            case LegEventKind.Answered:
                Answered(leg);
                break;
            case LegEventKind.HangingUp:
                // both at once (P61)
                bridge?.End();
                break;
            case LegEventKind.Ended:
                if (end is { IsSilent: true, How: not LegEnd.NotSent })
                {
                    // this call may have got there and goes nowhere else (I2); the next one tries another target first
                    driver.Failed(routes[route]);
                }

                End(driver.Judge(end!), end!);
                break;
            default:
                break;
        }
    }

    private void Answered(SipLeg answered)
    {
        if (HasEnded)
        {
            return;
        }

        answeredAt = toldAt = driver.Now;
        isAnswered = true;
        if (hangUp == HangUpReason.None)
        {
            driver.Post(new CallAnswered
            {
                Try = command.Id,
                Campaign = command.Campaign,
                Phone = command.To,
                Seq = ++seq,
                At = answeredAt,
                Leg = answered.Record(),
            });
            if (!answered.IsCancelled)
            {
                // at the ring limit he is being hung up: no bot is called for him
                Connect(answered);
            }
        }
    }

    /// <summary>Hands the callee to the bot, if there is one.</summary>
    private void Connect(SipLeg answered)
    {
        if (command.Scenario.SipBotUri is not { } uri)
        {
            return;
        }

        if (driver.BotOf(uri) is not { } bot)
        {
            ((IBridgedCall)this).BotFailed("the bot's URI cannot be read");
            return;
        }

        var headers = $"X-Dialer-Call-Id: {command.Id}\r\nX-Dialer-Phone: {command.To.Value.ToString(CultureInfo.InvariantCulture)}\r\n"
            + (driver.CallbackOf(command) is { } callback ? $"{CallbackHeader}: {callback}\r\n" : "");
        bridge = new BotBridge(this, answered, loop, bot, headers, profile!.Silence, command.MaxTalk, HasLateOffer, trace);
        bridge.Start();
    }

    /// <summary>An answered call whose callee met no bot, or waited for it in vain (P41).</summary>
    private Outcome WithBot(Outcome outcome, LegEndFacts facts)
    {
        if (outcome.Class != CallClass.Answered)
        {
            return outcome;
        }

        if (botFault is null && facts.How is LegEnd.RemoteBye or LegEnd.Lost && bridge is { WasUp: false, Waited: >= SilenceMs })
        {
            botFault = "the callee hung up before the bot was connected";
        }

        return botFault is null ? outcome : new Outcome(CallClass.BotFailed, Fault.Bot);
    }

    private void End(Outcome judged, LegEndFacts facts)
    {
        if (HasEnded)
        {
            return;
        }

        HasEnded = true;
        var outcome = WithBot(judged, facts);
        try
        {
            bridge?.End();
        }
        finally
        {
            Tell(outcome, facts);
        }
    }

    private void Tell(Outcome outcome, LegEndFacts facts)
    {
        trace?.Say(string.Create(
            CultureInfo.InvariantCulture, $"ended: {outcome.Class} ({facts.How}, {facts.Status}, Q.850 {facts.Q850}) {botFault ?? facts.Text}"));
        driver.Keep(trace);
        driver.Remove(this);
        driver.Post(new CallEnded
        {
            Try = command.Id,
            Campaign = command.Campaign,
            Phone = command.To,
            Seq = ++seq,
            At = UnixTime.Max(driver.Now - TimeSpan.FromMilliseconds(facts.At is { } at ? loop.Now - at : 0), toldAt),
            Class = outcome.Class,
            By = By(facts),
            Fault = outcome.Fault,
            Cause = new RawCause(facts.Status, facts.Q850, botFault ?? facts.Text),
            AnsweredAt = answeredAt,
            IsChannelClass = outcome.IsChannelClass,
            IsNoFunds = outcome.IsNoFunds,
            HasRung = hasRung,
            MissedBot = outcome.Class == CallClass.Answered && command.Scenario.SipBotUri is not null && bridge?.WasUp != true,
        });
        driver.Ended();
    }

    private EndedBy By(LegEndFacts facts) => facts.How switch
    {
        LegEnd.RemoteBye => EndedBy.Callee,
        LegEnd.Refused => facts.Status is 486 or 600 or 603 ? EndedBy.Callee : EndedBy.Network,
        LegEnd.LocalBye or LegEnd.Cancelled => hangUp == HangUpReason.Bot ? EndedBy.Bot : EndedBy.Ourselves,
        _ => EndedBy.Network,
    };
}
