using System.Diagnostics;

namespace Dialer.Tests.Sip.Fuzz;

/// <summary>What reading a message may cost: a fixed part and a part for each of its bytes.</summary>
/// <param name="FixedBytes">Memory for the tables of a message of any length.</param>
/// <param name="BytesPerByte">Memory for each byte of it.</param>
/// <param name="Longest">Time for the longest message there may be; far above what it takes, far below what a square would take.</param>
internal sealed record Bounds(long FixedBytes, long BytesPerByte, TimeSpan Longest)
{
    /// <summary>Does it; says what went over its bounds, null when nothing did.</summary>
    public string? Over(int length, Action read)
    {
        var best = TimeSpan.MaxValue;
        for (var trial = 0; trial < 3; trial++)
        {
            var (before, began) = (GC.GetAllocatedBytesForCurrentThread(), Stopwatch.GetTimestamp());
            read();
            var took = Stopwatch.GetElapsedTime(began);
            var allocated = GC.GetAllocatedBytesForCurrentThread() - before;
            var allowed = FixedBytes + (BytesPerByte * length);
            if (allocated > allowed)
            {
                return $"{length} bytes took {allocated} bytes of memory, {allowed} are allowed";
            }

            // others use the machine too: it has gone over only if it does so each time
            best = took < best ? took : best;
            if (best <= Longest)
            {
                return null;
            }
        }

        return $"{length} bytes took {best.TotalMilliseconds:0} ms, {Longest.TotalMilliseconds:0} are allowed";
    }
}
