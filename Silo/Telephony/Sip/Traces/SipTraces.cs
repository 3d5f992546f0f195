using Microsoft.Extensions.Logging;

namespace Dialer.Silo.Telephony.Sip;

/// <summary>
/// The folder of calls' traces: one file a call, named by its try. They hold numbers of people, so they are few and do not stay:
/// old ones are deleted when new ones come.
/// </summary>
internal sealed partial class SipTraces(string directory, TimeProvider clock, ILogger<SipTraces> logger)
{
    private const int MostFiles = 2_000;
    private const int CleanEvery = 100;
    private static readonly TimeSpan Kept = TimeSpan.FromDays(7);

    private readonly Lock turn = new();
    private int written;

    public static string NameOf(string call) => $"{call}.sip.txt";

    /// <summary>Writes in the background; a disk that is full costs the trace, not the call.</summary>
    public void Write(SipTrace trace)
    {
        // read here, on the call's loop: late repeats are still noted down
        var (call, text) = (trace.Call, trace.Text());
        _ = Task.Run(() => Write(call, text));
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

    private void Write(string call, string text)
    {
        lock (turn)
        {
            try
            {
                Directory.CreateDirectory(directory);
                File.WriteAllText(Path.Combine(directory, NameOf(call)), text);
                if (written++ % CleanEvery == 0)
                {
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
        var now = clock.GetUtcNow().UtcDateTime;
        var files = new DirectoryInfo(directory).GetFiles("*.sip.txt").OrderByDescending(f => f.LastWriteTimeUtc).ToList();
        foreach (var old in files.Where((f, i) => i >= MostFiles || now - f.LastWriteTimeUtc > Kept))
        {
            old.Delete();
        }
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "A SIP trace was not written: {Cause}")]
    private static partial void LogNotWritten(ILogger logger, string cause);
}
