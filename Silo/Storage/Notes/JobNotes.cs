using System.Threading.Channels;
using Dialer.Subscribers;
using Microsoft.Extensions.Logging;

namespace Dialer.Silo.Storage.Notes;

/// <summary>
/// Entries of numbers' timelines that belong to no step (P32): collected, and written many at once after the writes of calls. A note is
/// a help to people, not a record: what comes while too many wait, or the database is away, is dropped.
/// </summary>
internal sealed partial class JobNotes : IAsyncDisposable
{
    private const int MaxWaiting = 10_000;
    private const int MostAtOnce = 200;
    private const int LongestDetail = 300;
    private static readonly TimeSpan DrainLimit = TimeSpan.FromSeconds(2);

    private readonly Channel<JobNote> waiting = Channel.CreateBounded<JobNote>(
        new BoundedChannelOptions(MaxWaiting) { SingleReader = true });

    private readonly IDatabase database;
    private readonly TimeProvider clock;
    private readonly ILogger<JobNotes> logger;
    private readonly Task loop;
    private int undone;

    public JobNotes(IDatabase database, TimeProvider clock, ILogger<JobNotes> logger)
    {
        (this.database, this.clock, this.logger) = (database, clock, logger);
        loop = Task.Run(RunAsync);
    }

    public void Add(JobNote note)
    {
        ArgumentNullException.ThrowIfNull(note);
        Interlocked.Increment(ref undone);
        var cut = note.Detail is { Length: > LongestDetail } detail ? note with { Detail = detail[..LongestDetail] } : note;
        if (!waiting.Writer.TryWrite(cut))
        {
            Interlocked.Decrement(ref undone);
        }
    }

    /// <summary>Waits until what was added is written, at most a moment.</summary>
    public async Task DrainAsync()
    {
        var began = clock.GetTimestamp();
        while (Volatile.Read(ref undone) > 0 && clock.GetElapsedTime(began) < DrainLimit)
        {
            await Task.Delay(TimeSpan.FromMilliseconds(20), clock);
        }
    }

    public async ValueTask DisposeAsync()
    {
        waiting.Writer.TryComplete();
        await loop;
    }

    private async Task RunAsync()
    {
        var batch = new List<JobNote>();
        while (await waiting.Reader.WaitToReadAsync())
        {
            while (batch.Count < MostAtOnce && waiting.Reader.TryRead(out var note))
            {
                batch.Add(note);
            }

            try
            {
                await WriteAsync(batch);
            }
            catch (Exception e) when (e is not OutOfMemoryException)
            {
                LogDropped(batch.Count, e.GetType().Name);
            }

            Interlocked.Add(ref undone, -batch.Count);
            batch.Clear();
        }
    }

    // of a job that was erased meanwhile nothing is kept (P57)
    private Task<int> WriteAsync(List<JobNote> batch) => database.WriteAsync(
        async (connection, _) =>
        {
            foreach (var note in batch)
            {
                await connection.ExecuteAsync(
                    "insert into job_note (job, campaign, at, code, detail) "
                        + "select @job, @campaign, @at, cast(@code as text), cast(@detail as text) where exists (select 1 from call_job where id = @job)",
                    ("job", note.Job.Value), ("campaign", note.Campaign.Value), ("at", note.At.Ms), ("code", note.Code), ("detail", note.Detail));
            }

            return batch.Count;
        },
        isBulk: true);

    [LoggerMessage(Level = LogLevel.Warning, Message = "{Count} notes on timelines could not be written ({Cause})")]
    private partial void LogDropped(int count, string cause);
}
