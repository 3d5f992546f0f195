using System.Collections.Concurrent;
using Dialer.Channels;
using Dialer.Grains.Common;
using Dialer.Grains.Silos;

namespace Dialer.Grains.Calls;

/// <summary>
/// Stores what other silos must know to end calls that this one leaves ringing (P30): before a call leaves. What was told before stays
/// stored as long as a call that left under it may ring: DNS may have moved the trunk meanwhile, and its phones ring where it was.
/// </summary>
public sealed class LineBook(ISiloStore store, ISiloIdentity silo, TimeProvider clock)
{
    /// <summary>The longest ringing that a channel can be set to, and what it takes to be over (P29).</summary>
    public static readonly TimeSpan Kept = TimeSpan.FromSeconds(300 + 60);

    private readonly ConcurrentDictionary<ChannelId, Page> pages = new();

    /// <summary>Has the driver's line stored; refused = nothing may leave.</summary>
    public async ValueTask<LineAnswer> TellAsync(ChannelId channel, ICallDriver driver)
    {
        ArgumentNullException.ThrowIfNull(driver);
        if (await driver.LineAsync(CancellationToken.None) is not { } line)
        {
            return new LineAnswer(null, "it is not known yet where the trunk is");
        }

        var page = pages.GetOrAdd(channel, _ => new Page());
        if (line.Length == 0 || page.Holds(line, clock))
        {
            return new LineAnswer(line);
        }

        // one write at a time: of two that overlap the older must not come last
        await page.Turn.WaitAsync();
        try
        {
            if (page.Holds(line, clock))
            {
                // whoever waited in front has stored it
                return new LineAnswer(line);
            }

            var text = page.With(line, clock);
            await store.TellLineAsync(silo.Number, channel, text);
            page.Written(line, clock);
            return new LineAnswer(line);
        }
        catch (Exception e) when (e is not OperationCanceledException)
        {
            return new LineAnswer(null, "the database did not take this silo's address");
        }
        finally
        {
            page.Turn.Release();
        }
    }

    /// <summary>The lines of a channel that are surely stored, and when a call left under each for the last time.</summary>
    private sealed class Page
    {
        private readonly Lock gate = new();
        private readonly Dictionary<string, long> used = new(StringComparer.Ordinal);

        public SemaphoreSlim Turn { get; } = new(1, 1);

        /// <summary>It is stored, and so is nothing that has grown old.</summary>
        public bool Holds(string line, TimeProvider clock)
        {
            lock (gate)
            {
                if (!used.ContainsKey(line) || used.Any(u => u.Key != line && IsOld(u.Value, clock)))
                {
                    return false;
                }

                used[line] = clock.GetTimestamp();
                return true;
            }
        }

        /// <summary>What is to be stored. A line that is left out is not held from here on, whatever becomes of the write.</summary>
        public string With(string line, TimeProvider clock)
        {
            lock (gate)
            {
                foreach (var old in used.Where(u => u.Key != line && IsOld(u.Value, clock)).Select(u => u.Key).ToList())
                {
                    used.Remove(old);
                }

                return string.Join('\n', used.Keys.Append(line).Distinct().Order(StringComparer.Ordinal));
            }
        }

        public void Written(string line, TimeProvider clock)
        {
            lock (gate)
            {
                used[line] = clock.GetTimestamp();
            }
        }

        private static bool IsOld(long since, TimeProvider clock) => clock.GetElapsedTime(since) > Kept;
    }
}

/// <summary>What <see cref="LineBook.TellAsync"/> found.</summary>
/// <param name="Line">What is stored and calls may leave under; empty where there is nothing to store.</param>
/// <param name="Refusal">Why nothing may leave; null = it may.</param>
public readonly record struct LineAnswer(string? Line, string? Refusal = null);
