using Dialer.Calls;
using Dialer.Grains.Calls;

namespace Dialer.Tests;

/// <summary>One call at the scripted carrier: rings until the test answers or ends it, or the dialer hangs up.</summary>
public sealed class ScriptedCall
{
    private readonly Lock gate = new();
    private readonly ScriptedDriver driver;
    private readonly Action<ScriptedCall> onEnded;
    private int seq;

    internal ScriptedCall(DialCommand command, ScriptedDriver driver, UnixTime now, int order, Action<ScriptedCall> onEnded)
    {
        Command = command;
        this.driver = driver;
        this.onEnded = onEnded;
        DialedAt = now;
        DialedTicks = TimeProvider.System.GetTimestamp();
        Order = order;
    }

    public DialCommand Command { get; }

    public TryId Id => Command.Id;

    public long Phone => Command.To.Value;

    public CampaignId Campaign => Command.Campaign;

    public UnixTime DialedAt { get; }

    /// <summary>When it came, on this machine's monotonic clock.</summary>
    public long DialedTicks { get; }

    /// <summary>Its place among all calls of its trunk.</summary>
    public int Order { get; }

    public UnixTime AnsweredAt { get; private set; }

    public bool IsAnswered => !AnsweredAt.IsNone;

    public bool HasEnded { get; private set; }

    public CallClass Class { get; private set; }

    /// <summary>Why the dialer ended it; none if it did not.</summary>
    public HangUpReason HungUpFor { get; internal set; }

    internal ScriptedDriver Driver => driver;

    internal LiveCall AsLive() => new(Id, Campaign, Command.To, IsAnswered, DialedAt);

    /// <summary>The phone rings.</summary>
    public void Ring() => Tell(now => new CallRinging { Try = Id, Campaign = Campaign, Phone = Command.To, Seq = ++seq, At = now });

    /// <summary>The callee answers.</summary>
    public void Answer() => Tell(now =>
    {
        AnsweredAt = now;
        return new CallAnswered { Try = Id, Campaign = Campaign, Phone = Command.To, Seq = ++seq, At = now };
    });

    /// <summary>The callee answers and hangs up at once.</summary>
    public void Reach(BotReply? bot = null)
    {
        Answer();
        End(CallClass.Answered, bot);
    }

    /// <summary>The callee answers and hears silence: the bot was not there (P41).</summary>
    public void FailBot()
    {
        Answer();
        End(CallClass.BotFailed);
    }

    /// <summary>The callee answers and is gone before the bot is connected.</summary>
    public void MissBot()
    {
        Answer();
        End(CallClass.Answered, missedBot: true);
    }

    /// <summary>The call ends; an answered one as answered or without its bot, whatever is said.</summary>
    public void End(
        CallClass callClass = CallClass.NoAnswer, BotReply? bot = null, bool isChannelClass = false, EndedBy by = EndedBy.Callee, bool hasRung = false, bool missedBot = false, bool isNoFunds = false) => Tell(now =>
    {
        HasEnded = true;
        Class = IsAnswered && callClass != CallClass.BotFailed ? CallClass.Answered : callClass;
        onEnded(this);
        return new CallEnded
        {
            Try = Id,
            Campaign = Campaign,
            Phone = Command.To,
            Seq = ++seq,
            At = now,
            Class = Class,
            By = by,
            AnsweredAt = AnsweredAt,
            IsChannelClass = isChannelClass,
            IsNoFunds = isNoFunds,
            HasRung = hasRung || IsAnswered,
            MissedBot = missedBot,
            Cause = isNoFunds ? new RawCause(402, 0, "Payment Required") : new RawCause(Class switch { CallClass.Answered or CallClass.BotFailed => 200, CallClass.Busy => 486, CallClass.Technical => 503, _ => 480 }),
            Bot = bot,
        };
    });

    /// <summary>Ends without a word to anyone: the call's own driver is gone.</summary>
    internal void EndUnheard()
    {
        lock (gate)
        {
            if (!HasEnded)
            {
                HasEnded = true;
                onEnded(this);
            }
        }
    }

    internal void HangUp(HangUpReason why)
    {
        HungUpFor = why;
        End(CallClass.Cancelled, by: why == HangUpReason.Bot ? EndedBy.Bot : EndedBy.Ourselves);
    }

    private void Tell(Func<UnixTime, CallEvent> happen)
    {
        lock (gate)
        {
            if (!HasEnded)
            {
                driver.Post(happen(driver.Now()));
            }
        }
    }
}
