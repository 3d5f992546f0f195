using System.Text.Json.Nodes;
using Dialer.Bots;
using Dialer.Calls;
using Dialer.Grains.Calls;

namespace Dialer.Silo.Telephony.HttpBots;

/// <summary>
/// One call and its HTTP bot: tells the bot what happens, one event after the other, and does what it says. The call itself never waits
/// for it. Where the bot is all that an answered call is connected to, a bot that is not there at <c>/start</c> ends it (P41).
/// </summary>
internal sealed class HttpBotTalk(HttpBots bots, ICallDriver driver, DialCommand command)
{
    /// <summary>A callee who hangs up after so much silence has met no bot.</summary>
    private static readonly TimeSpan Silence = TimeSpan.FromSeconds(2);

    /// <summary>Ringing is a hint: once somebody has answered it does not hold up what counts for longer.</summary>
    private static readonly TimeSpan RingingGrace = TimeSpan.FromSeconds(1);

    /// <summary>A call ends by its bot's word soon, even while the database is slow to take what else it said.</summary>
    private static readonly TimeSpan HangUpWithin = TimeSpan.FromMilliseconds(500);

    private readonly Lock gate = new();
    private readonly Queue<BotEvent> pending = new();
    private bool isTelling;
    private bool hasRung;
    private bool hasEnded;
    private bool isMet;
    private long answeredTicks;
    private BotFault? absence;

    /// <summary>The ringing that is being told.</summary>
    private CancellationTokenSource? hint;

    // of the one who tells
    private CallBrief? brief;
    private JsonObject? redial;
    private bool isRedialTold;

    public DialCommand Command => command;

    public Uri Url { get; } = new(command.Scenario.HttpBotUrl!);

    /// <summary>Nothing else talks to the callee.</summary>
    private bool IsAlone => command.Scenario.SipBotUri is null;

    public void Ring(CallRinging ringing)
    {
        lock (gate)
        {
            if (!hasRung)
            {
                hasRung = true;
                Tell(new BotEvent(BotEvent.Ringing, ringing.At));
            }
        }
    }

    public void Answer(CallAnswered call)
    {
        lock (gate)
        {
            answeredTicks = bots.Clock.GetTimestamp();
            hint?.CancelAfter(RingingGrace);
            Tell(new BotEvent(BotEvent.Start, call.At));
        }
    }

    /// <summary>The end as the dialer hears of it: an answered call that met no bot is told as such (P41).</summary>
    public CallEnded End(CallEnded ended)
    {
        lock (gate)
        {
            hasEnded = true;
            var told = WithBot(ended);
            if (BotEvent.Of(told) is { } last)
            {
                Tell(last);
            }

            return told;
        }
    }

    private CallEnded WithBot(CallEnded ended)
    {
        if (!IsAlone || ended.Class != CallClass.Answered || (isMet && absence is null))
        {
            return ended;
        }

        var isSilent = answeredTicks != 0
            && ended.By is EndedBy.Callee or EndedBy.Network
            && bots.Clock.GetElapsedTime(answeredTicks) >= Silence;
        var fault = absence?.ToString() ?? (isSilent ? "the callee hung up before the bot answered" : null);
        return fault is null
            ? ended with { MissedBot = true }
            : ended with { Class = CallClass.BotFailed, Fault = Fault.Bot, Cause = ended.Cause with { Text = $"HTTP bot: {fault}" } };
    }

    /// <summary>Under the gate.</summary>
    private void Tell(BotEvent told)
    {
        pending.Enqueue(told);
        if (!isTelling)
        {
            isTelling = true;
            bots.Begin(this);
        }
    }

    /// <summary>Tells what there is to tell, then returns. Never fails.</summary>
    public async Task TellAllAsync(CancellationToken closing)
    {
        while (true)
        {
            BotEvent? next;
            lock (gate)
            {
                if (!pending.TryDequeue(out next))
                {
                    isTelling = false;
                    return;
                }
            }

            try
            {
                await TellAsync(next, closing);
            }
            catch (Exception e) when (e is not OutOfMemoryException)
            {
                bots.Broke(this, next, e);
            }
        }
    }

    private async Task TellAsync(BotEvent told, CancellationToken closing)
    {
        brief ??= await bots.ReadAsync(command.Id, closing);
        if (brief is null)
        {
            Failed(told, new BotFault(BotFault.NoData, "the call's data could not be read"));
            return;
        }

        redial ??= isRedialTold ? null : RawRequest.RedialOf(brief);
        isRedialTold = true;
        var body = BotMessage.Write(brief, told, (JsonObject?)redial?.DeepClone());
        var (answer, fault) = await SendAsync(told, body, closing);
        if (answer is null && fault is null)
        {
            return;
        }

        var words = fault is null ? BotWords.Read(answer) : default;
        fault ??= words.Fault;
        if (told.Name == BotEvent.Start && fault?.IsAbsence != true)
        {
            lock (gate)
            {
                isMet = true;
            }
        }

        if (fault is not null)
        {
            Failed(told, fault);
        }

        await DoAsync(told, words, closing);
    }

    /// <summary>The answer, or the fault; neither = it was a hint that was given up.</summary>
    private async Task<(byte[]? Answer, BotFault? Fault)> SendAsync(BotEvent told, byte[] body, CancellationToken closing)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(closing);
        var isHint = told.Name == BotEvent.Ringing;
        lock (gate)
        {
            hint = isHint ? limit : null;
            if (isHint && answeredTicks != 0)
            {
                limit.CancelAfter(RingingGrace);
            }
        }

        try
        {
            var (answer, fault) = await bots.SendAsync(this, told, BotMessage.IdOf(brief!, told), body, limit.Token);
            return isHint && limit.IsCancellationRequested ? (null, null) : (answer, fault);
        }
        finally
        {
            lock (gate)
            {
                hint = null;
            }
        }
    }

    /// <summary>Reported, and where nobody else talks to the callee he is not left to listen to silence.</summary>
    private void Failed(BotEvent told, BotFault fault)
    {
        bots.Report(this, told, fault);
        lock (gate)
        {
            if (told.Name != BotEvent.Start || !fault.IsAbsence || !IsAlone || hasEnded)
            {
                return;
            }

            absence = fault;
        }

        _ = driver.HangUpAsync(command.Id, HangUpReason.BotFailed, CancellationToken.None).AsTask();
    }

    private async Task DoAsync(BotEvent told, BotWords words, CancellationToken closing)
    {
        var saying = words.Reply is { } reply ? SayAsync(told, reply, closing) : Task.CompletedTask;
        if (words.HangsUp && told.Name == BotEvent.Start)
        {
            await Task.WhenAny(saying, Task.Delay(HangUpWithin, bots.Clock, closing));
            await driver.HangUpAsync(command.Id, HangUpReason.Bot, CancellationToken.None);
        }

        await saying;
    }

    private async Task SayAsync(BotEvent told, BotReply reply, CancellationToken closing)
    {
        var (said, fault) = await bots.SayAsync(command, reply, closing);
        if (fault is not null)
        {
            bots.Report(this, told, fault);
        }
        else if (said!.RedialAccepted is { } accepted)
        {
            redial = new JsonObject { ["accepted"] = accepted };
        }
    }
}
