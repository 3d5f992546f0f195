using Dialer.Domain.Numbers;

namespace Dialer.Silo.Hosting;

/// <summary>The table of number ranges that the settings name (P4), read once at start: taken whole or not at all.</summary>
internal static class NumberRangesFile
{
    /// <exception cref="ConfigurationRefusedException">The file cannot be read, or a line of it is wrong.</exception>
    public static ZoneFinder Read(string? path)
    {
        if (string.IsNullOrWhiteSpace(path))
        {
            return ZoneFinder.Default;
        }

        try
        {
            var parsed = NumberRangesParser.Parse(File.ReadLines(path));
            return parsed.IsDone
                ? new ZoneFinder(parsed.Value)
                : throw new ConfigurationRefusedException($"Dialer:NumberRanges, {path}: {string.Join(" ", parsed.Refusals.Select(r => r.Text))}");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new ConfigurationRefusedException($"Dialer:NumberRanges: {path} cannot be read: {e.Message} Give the path of a text file.", e);
        }
    }
}
