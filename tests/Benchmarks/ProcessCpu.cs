using System.Diagnostics;
using System.Globalization;

namespace Dialer.Benchmarks;

/// <summary>CPU time of this process, and of a server with all its children, from /proc.</summary>
internal static class ProcessCpu
{
    private const double TicksPerSecond = 100;

    public static TimeSpan Own()
    {
        using var self = Process.GetCurrentProcess();
        return self.TotalProcessorTime;
    }

    /// <summary>Of all children of this process that have ended.</summary>
    public static TimeSpan OwnChildren()
    {
        var stat = File.ReadAllText("/proc/self/stat");
        var fields = stat[(stat.LastIndexOf(')') + 2)..].Split(' ');
        return TimeSpan.FromSeconds(fields[13..15].Sum(f => double.Parse(f, CultureInfo.InvariantCulture)) / TicksPerSecond);
    }

    /// <summary>All processes of a user's name that begin with <paramref name="command"/>.</summary>
    public static TimeSpan Of(string command)
    {
        double ticks = 0;
        foreach (var directory in Directory.GetDirectories("/proc").Where(d => char.IsAsciiDigit(Path.GetFileName(d)[0])))
        {
            try
            {
                var stat = File.ReadAllText(Path.Combine(directory, "stat"));
                var end = stat.LastIndexOf(')');
                if (!stat.AsSpan(stat.IndexOf('(', StringComparison.Ordinal) + 1).StartsWith(command))
                {
                    continue;
                }

                // user, system, and those of children that have ended
                var fields = stat[(end + 2)..].Split(' ');
                ticks += fields[11..15].Sum(f => double.Parse(f, CultureInfo.InvariantCulture));
            }
            catch (IOException)
            {
                // the process has ended meanwhile
            }
        }

        return TimeSpan.FromSeconds(ticks / TicksPerSecond);
    }
}
