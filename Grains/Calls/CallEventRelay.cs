using System.Threading.Channels;
using Dialer.Calls;
using Dialer.Subscribers;
using Microsoft.Extensions.Logging;

namespace Dialer.Grains.Calls;

/// <summary>
/// Brings the facts of calls from the drivers of this silo to their subscribers. A fact that could not be stored is kept and
/// brought again, in a bounded buffer: while the database is away live calls end and their results wait here.
/// </summary>
public sealed partial class CallEventRelay : ICallEventSink, IAsyncDisposable
{
    /// <summary>So many undelivered facts close the desk to new calls.</summary>
    public const int MaxWaiting = 50_000;

    private static readonly TimeSpan Retry = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan LongestRetry = TimeSpan.FromSeconds(8);

    private readonly Channel<CallEvent> inbox = Channel.CreateUnbounded<CallEvent>(new UnboundedChannelOptions { SingleReader = true });
    private readonly CancellationTokenSource closing = new();
    private readonly IGrainFactory grains;
    private readonly TimeProvider clock;
    private readonly ILogger<CallEventRelay> logger;
    private readonly Task loop;
    private int waiting;

    public CallEventRelay(IGrainFactory grains, TimeProvider clock, ILogger<CallEventRelay> logger)
    {
        this.grains = grains;
        this.clock = clock;
        this.logger = logger;
        loop = Task.Run(RunAsync);
    }

    /// <summary>Facts on their way to the store.</summary>
    public int Waiting => Volatile.Read(ref waiting);

    public bool IsFull => Waiting >= MaxWaiting;

    public void Post(CallEvent callEvent)
    {
        // ringing is a hint that nothing durable follows from
        if (callEvent is CallRinging || !inbox.Writer.TryWrite(callEvent))
        {
            return;
        }

        Interlocked.Increment(ref waiting);
    }

    /// <summary>Waits until every fact is stored, at most for <paramref name="limit"/>: before a graceful stop.</summary>
    public async Task DrainAsync(TimeSpan limit)
    {
        var until = clock.GetTimestamp();
        while (Waiting > 0 && clock.GetElapsedTime(until) < limit)
        {
            await Task.Delay(TimeSpan.FromMilliseconds(20), clock);
        }
    }

    public async ValueTask DisposeAsync()
    {
        inbox.Writer.TryComplete();
        await closing.CancelAsync();
        await loop;
        closing.Dispose();
    }

    private async Task RunAsync()
    {
        await foreach (var callEvent in inbox.Reader.ReadAllAsync())
        {
            // not awaited: calls do not wait for each other; facts of one call keep their order, or are mended by its row
            _ = DeliverAsync(callEvent);
        }
    }

    private async Task DeliverAsync(CallEvent callEvent)
    {
        try
        {
            for (var wait = Retry; !await TryDeliverAsync(callEvent, isFirst: wait == Retry); wait = wait < LongestRetry ? 2 * wait : LongestRetry)
            {
                await Task.Delay(wait, clock, closing.Token);
            }
        }
        catch (OperationCanceledException)
        {
            // the process ends; the row stays live and is settled at the next start
        }
        finally
        {
            Interlocked.Decrement(ref waiting);
        }
    }

    private async Task<bool> TryDeliverAsync(CallEvent callEvent, bool isFirst)
    {
        try
        {
            await grains.GetGrain<ISubscriberGrain>(SubscriberKey.Of(callEvent.Campaign, callEvent.Phone)).OnCallAsync(callEvent);
            return true;
        }
        catch (Exception e) when (e is not OperationCanceledException || !closing.IsCancellationRequested)
        {
            // said once: while the database is away there may be thousands of these
            if (isFirst)
            {
                LogUndelivered(callEvent.Try, e.GetType().Name);
            }

            return false;
        }
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "A fact of call {Try} could not be stored ({Cause}); it is kept and brought again")]
    private partial void LogUndelivered(TryId @try, string cause);
}
