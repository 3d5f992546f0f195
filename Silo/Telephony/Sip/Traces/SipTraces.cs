using System.Threading.Channels;
using Dialer.Calls;
using Microsoft.Extensions.Logging;

namespace Dialer.Silo.Telephony.Sip;

/// <summary>
/// The folder of calls' traces: one file a call, named by its try. They hold numbers of people, so they are few and do not stay:
/// old ones are deleted, whether new ones come or not.
/// </summary>
internal sealed partial class SipTraces : IAsyncDisposable
{
    private const string Extension = ".sip.txt";
    private const int MostFiles = 2_000;
    private const int CleanEvery = 100;

    /// <summary>What may wait for the disk, in characters of all traces: beyond that traces are lost, and calls are not.</summary>
    private const long MaxWaiting = 8 << 20;

    private static readonly TimeSpan Kept = TimeSpan.FromDays(7);
    private static readonly TimeSpan CleanAfter = TimeSpan.FromHours(1);

    /// <summary>A disk that hangs must not keep the process from ending.</summary>
    private static readonly TimeSpan CloseLimit = TimeSpan.FromSeconds(2);

    private readonly Channel<(string Call, string Text, Action? Task)> waiting = Channel.CreateUnbounded<(string, string, Action?)>(new UnboundedChannelOptions { SingleReader = true });
    private readonly string directory;
    private readonly TimeProvider clock;
    private readonly ILogger logger;
    private readonly ITimer cleaning;
    private readonly Task writer;
    private long characters;
    private int isCleanWanted;
    private int isFull;
    private int written;

    public SipTraces(string directory, TimeProvider clock, ILogger<SipTraces> logger)
    {
        (this.directory, this.clock, this.logger) = (directory, clock, logger);
        writer = Task.Run(RunAsync);
        cleaning = clock.CreateTimer(static s => ((SipTraces)s!).WantClean(), this, TimeSpan.Zero, CleanAfter);
    }

    public static string NameOf(string call) => $"{call}{Extension}";

    /// <summary>Writes in the background; a disk that is full or slow costs the trace, not the call.</summary>
    public void Write(SipTrace trace)
    {
        // read here, on the call's loop: late repeats are still noted down
        var text = trace.Text();
        if (Interlocked.Add(ref characters, text.Length) > MaxWaiting || !waiting.Writer.TryWrite((trace.Call, text, null)))
        {
            Interlocked.Add(ref characters, -text.Length);
            if (Interlocked.Exchange(ref isFull, 1) == 0)
            {
                LogNotWritten(logger, "too many are waiting for the disk");
            }
        }
    }

    /// <summary>The trace of a call; null if none was written or it has been cleaned away.</summary>
    public async Task<string?> ReadAsync(string call)
    {
        try
        {
            return await File.ReadAllTextAsync(Path.Combine(directory, NameOf(call)));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    /// <summary>Jobs whose calls have traces here; none when the folder cannot be read.</summary>
    public Task<IReadOnlyCollection<JobId>> ReadJobsAsync()
    {
        var found = new TaskCompletionSource<IReadOnlyCollection<JobId>>(TaskCreationOptions.RunContinuationsAsynchronously);
        var isTaken = waiting.Writer.TryWrite(("", "", () =>
        {
            try
            {
                found.SetResult([.. Files().Select(f => f.Job).Distinct()]);
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                LogNotRead(logger, e.Message);
                found.SetResult([]);
            }
        }
        ));
        return isTaken ? found.Task : Task.FromResult<IReadOnlyCollection<JobId>>([]);
    }

    /// <summary>Deletes in the background all traces of these jobs, and those that wait for the disk.</summary>
    public void Erase(IReadOnlySet<JobId> jobs) => waiting.Writer.TryWrite(("", "", () =>
    {
        foreach (var (file, _) in Files().Where(f => jobs.Contains(f.Job)))
        {
            Delete(file);
        }
    }
    ));

    public async ValueTask DisposeAsync()
    {
        await cleaning.DisposeAsync();
        waiting.Writer.TryComplete();
        await writer.WaitAsync(CloseLimit).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    private void WantClean()
    {
        // one waits: more of them would do nothing more
        if (Interlocked.Exchange(ref isCleanWanted, 1) == 0)
        {
            waiting.Writer.TryWrite(("", "", null));
        }
    }

    /// <summary>The only one that touches the disk: when that hangs, one thread waits for it.</summary>
    private async Task RunAsync()
    {
        await foreach (var (call, text, task) in waiting.Reader.ReadAllAsync())
        {
            Interlocked.Add(ref characters, -text.Length);
            try
            {
                if (task is not null)
                {
                    task();
                    continue;
                }

                if (call.Length > 0)
                {
                    Directory.CreateDirectory(directory);
                    await File.WriteAllTextAsync(Path.Combine(directory, NameOf(call)), text);
                    Volatile.Write(ref isFull, 0);
                }

                if (call.Length == 0 || ++written % CleanEvery == 0)
                {
                    Volatile.Write(ref isCleanWanted, 0);
                    Clean();
                }
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                LogNotWritten(logger, e.Message);
            }
        }
    }

    private void Clean()
    {
        var folder = new DirectoryInfo(directory);
        if (!folder.Exists)
        {
            return;
        }

        var now = clock.GetUtcNow().UtcDateTime;
        var files = folder.GetFiles($"*{Extension}").OrderByDescending(f => f.LastWriteTimeUtc).ToList();
        foreach (var old in files.Where((f, i) => i >= MostFiles || now - f.LastWriteTimeUtc > Kept))
        {
            Delete(old);
        }
    }

    private List<(FileInfo File, JobId Job)> Files()
    {
        var folder = new DirectoryInfo(directory);
        var files = new List<(FileInfo, JobId)>();
        foreach (var file in folder.Exists ? folder.EnumerateFiles($"*{Extension}") : [])
        {
            if (TryId.TryParse(file.Name.AsSpan(0, file.Name.Length - Extension.Length), out var id))
            {
                files.Add((file, id.Job));
            }
        }

        return files;
    }

    private void Delete(FileInfo file)
    {
        try
        {
            file.Delete();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // the others go all the same
            LogNotDeleted(logger, e.Message);
        }
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "A SIP trace was not written: {Cause}")]
    private static partial void LogNotWritten(ILogger logger, string cause);

    [LoggerMessage(Level = LogLevel.Warning, Message = "The folder of SIP traces cannot be read: {Cause}")]
    private static partial void LogNotRead(ILogger logger, string cause);

    [LoggerMessage(Level = LogLevel.Warning, Message = "A SIP trace was not deleted: {Cause}")]
    private static partial void LogNotDeleted(ILogger logger, string cause);
}
