using System.Collections.Concurrent;
using Dialer.Bots;
using Dialer.Calls;
using Dialer.Channels;
using Dialer.Grains.Calls;
using Dialer.Silo.Storage.Notes;
using Dialer.Subscribers;
using Microsoft.Extensions.Logging;

namespace Dialer.Silo.Telephony.HttpBots;

/// <summary>
/// The HTTP bots of this silo's calls (P15, P41): tells them what happens to a call and brings what they answer to its subscriber.
/// A bot that fails or is slow is reported, and never holds up or loses a result.
/// </summary>
internal sealed partial class HttpBots(
    ICallBriefs briefs,
    IGrainFactory grains,
    HttpBotClient client,
    JobNotes notes,
    TimeProvider clock,
    ILogger<HttpBots> logger) : ICallLayer, IAsyncDisposable
{
    /// <summary>The person at the phone waits no longer than this for a turn at the bot, the request's own limit besides.</summary>
    private static readonly TimeSpan LiveTurn = TimeSpan.FromSeconds(2);

    /// <summary>Nobody waits for what is told of a call that is over.</summary>
    private static readonly TimeSpan LateTurn = TimeSpan.FromSeconds(60);

    /// <summary>So long it is tried to read a call's data, of which its bot is told.</summary>
    private static readonly TimeSpan ReadLimit = TimeSpan.FromSeconds(3);

    /// <summary>So long it is tried to store what a bot said.</summary>
    private static readonly TimeSpan SayLimit = TimeSpan.FromMinutes(5);

    private static readonly TimeSpan FirstRetry = TimeSpan.FromMilliseconds(250);
    private static readonly TimeSpan LongestRetry = TimeSpan.FromSeconds(4);

    private readonly ConcurrentDictionary<string, BotLane> lanes = new(StringComparer.Ordinal);
    private readonly CancellationTokenSource closing = new();
    private int telling;

    public TimeProvider Clock => clock;

    /// <summary>Calls with something left to tell.</summary>
    public int Telling => Volatile.Read(ref telling);

    public ICallDriver Around(ChannelId channel, ChannelSettings settings, ICallEventSink sink, Func<ICallEventSink, ICallDriver> make)
    {
        ArgumentNullException.ThrowIfNull(sink);
        ArgumentNullException.ThrowIfNull(make);
        return new HttpBotDriver(this, sink, make);
    }

    public ValueTask<TrunkHealth> ProbeAsync(Uri url, CancellationToken cancel) => client.ProbeAsync(url, cancel);

    /// <summary>Waits until every bot was told everything, at most for <paramref name="limit"/>: before a graceful stop.</summary>
    public async Task DrainAsync(TimeSpan limit)
    {
        var began = clock.GetTimestamp();
        while (Telling > 0 && clock.GetElapsedTime(began) < limit)
        {
            await Task.Delay(TimeSpan.FromMilliseconds(20), clock);
        }

        await notes.DrainAsync();
    }

    public async ValueTask DisposeAsync()
    {
        if (!closing.IsCancellationRequested)
        {
            await closing.CancelAsync();
        }
    }

    /// <summary>Has a talk tell what it holds, beside whoever calls.</summary>
    public void Begin(HttpBotTalk talk)
    {
        Interlocked.Increment(ref telling);
        ThreadPool.UnsafeQueueUserWorkItem(static t => _ = t.Bots.RunAsync(t.Talk), (Bots: this, Talk: talk), preferLocal: false);
    }

    private async Task RunAsync(HttpBotTalk talk)
    {
        try
        {
            await talk.TellAllAsync(closing.Token);
        }
        finally
        {
            Interlocked.Decrement(ref telling);
        }
    }

    /// <summary>What the bot is told of the call; null when it cannot be read.</summary>
    public async Task<CallBrief?> ReadAsync(TryId id, CancellationToken cancel)
    {
        CallBrief? brief = null;
        return await PersistAsync(async () => brief = await briefs.ReadAsync(id), ReadLimit, cancel) ? brief : null;
    }

    public async Task<(byte[] Answer, BotFault? Fault)> SendAsync(HttpBotTalk talk, BotEvent told, string id, byte[] body, CancellationToken cancel)
    {
        var lane = lanes.GetOrAdd(talk.Url.AbsoluteUri, _ => new BotLane());
        var began = clock.GetTimestamp();
        try
        {
            if (!await lane.EnterAsync(told.End is null ? LiveTurn : LateTurn, cancel))
            {
                return ([], new BotFault(BotFault.QueueFull, "too many events wait for the bot"));
            }
        }
        catch (OperationCanceledException)
        {
            return ([], new BotFault(BotFault.Timeout, "it was given up"));
        }

        try
        {
            return await client.SendAsync(talk.Url, talk.Command.Scenario.HttpBotSecret, id, body, cancel);
        }
        finally
        {
            lane.Leave();
            HttpBotMetrics.Answered(told, clock.GetElapsedTime(began));
        }
    }

    /// <summary>Brings what a bot said to the call's subscriber, again and again while the database does not take it (I6).</summary>
    public async Task<(BotAnswer? Said, BotFault? Fault)> SayAsync(DialCommand command, BotReply reply, CancellationToken cancel)
    {
        BotAnswer? said = null;
        var subscriber = grains.GetGrain<ISubscriberGrain>(SubscriberKey.Of(command.Campaign, command.To));
        if (!await PersistAsync(async () => said = await subscriber.BotSaidAsync(command.Id, reply), SayLimit, cancel))
        {
            return (null, new BotFault(BotFault.Storage, "what the bot said could not be stored"));
        }

        return said!.IsTaken ? (said, null) : (null, new BotFault(BotFault.NotTaken, said.Why ?? "it was not taken"));
    }

    /// <summary>On the number's timeline, in the log and in the figures (P32, P41).</summary>
    public void Report(HttpBotTalk talk, BotEvent told, BotFault fault)
    {
        HttpBotMetrics.Failed(told, fault);
        var command = talk.Command;
        notes.Add(new JobNote(command.Id.Job, command.Campaign, clock.Now(), JobNote.BotFault, $"{told.Name}: {fault}"));
        if (fault.Cause == BotFault.BreakerOpen)
        {
            // said when the breaker opened; while it is open there may be thousands of these
            LogLeftAlone(command.Id, told.Name);
        }
        else
        {
            LogFailed(command.Id, command.To, told.Name, talk.Url.Authority, fault.Cause);
        }
    }

    public void Broke(HttpBotTalk talk, BotEvent told, Exception e)
    {
        HttpBotMetrics.Failed(told, new BotFault("internal", ""));
        if (!closing.IsCancellationRequested)
        {
            LogBroke(talk.Command.Id, told.Name, e);
        }
    }

    private async Task<bool> PersistAsync(Func<Task> work, TimeSpan limit, CancellationToken cancel)
    {
        var began = clock.GetTimestamp();
        for (var wait = FirstRetry; ; wait = wait < LongestRetry ? 2 * wait : LongestRetry)
        {
            try
            {
                await work();
                return true;
            }
            catch (Exception e) when (e is System.Data.Common.DbException or OrleansException or TimeoutException or IOException)
            {
                if (clock.GetElapsedTime(began) + wait > limit)
                {
                    return false;
                }
            }

            await Task.Delay(wait, clock, cancel);
        }
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "Call {Try} to {Phone}: its HTTP bot at {Bot} failed at {Event} ({Cause})")]
    private partial void LogFailed(TryId @try, Dialer.Numbers.PhoneNumber phone, string @event, string bot, string cause);

    [LoggerMessage(Level = LogLevel.Debug, Message = "Call {Try}: its HTTP bot was not asked at {Event}: it is left alone for some seconds")]
    private partial void LogLeftAlone(TryId @try, string @event);

    [LoggerMessage(Level = LogLevel.Error, Message = "Call {Try}: telling its HTTP bot of {Event} broke off")]
    private partial void LogBroke(TryId @try, string @event, Exception exception);
}
