using Dialer.Silo.Storage.Privacy;
using Dialer.Silo.Telephony.Sip;
using Microsoft.Extensions.Logging;

namespace Dialer.Silo.Recovery;

/// <summary>
/// Deletes the traces of this silo's calls whose number was erased, or whose job went with its campaign (P57). It asks for the jobs
/// that have files here: also a silo that was away at the erasure, or that wrote a trace after it, comes to it by itself.
/// </summary>
internal sealed partial class TraceJanitor(SipTraces traces, ErasureStore erasure, TimeProvider clock, ILogger<TraceJanitor> logger)
    : SiloLoop(clock, TimeSpan.FromSeconds(30))
{
    protected override async Task PassAsync(CancellationToken cancel)
    {
        // a disk that hangs must not hold up the end of the silo
        var jobs = await traces.ReadJobsAsync().WaitAsync(cancel);
        if (jobs.Count > 0 && await erasure.ReadErasedAsync(jobs) is { Count: > 0 } erased)
        {
            traces.Erase(erased);
        }
    }

    protected override void LogFailed(Exception cause) => LogPassFailed(cause);

    [LoggerMessage(Level = LogLevel.Warning, Message = "Looking for traces of erased numbers failed; tried again soon")]
    private partial void LogPassFailed(Exception cause);
}
