using System.Globalization;
using System.Reflection;

namespace Dialer.Silo.Storage.Migrations;

/// <summary>The numbered SQL files in this assembly. A file never changes once released; a change is a new file.</summary>
internal static class MigrationScripts
{
    public static IReadOnlyList<(int Number, string Name, string Text)> Of(string folder) =>
        [.. Names(folder)
            .Where(n => char.IsAsciiDigit(n[0]))
            .Order(StringComparer.Ordinal)
            .Select(n => (int.Parse(n.AsSpan(0, 4), CultureInfo.InvariantCulture), n, Text(folder, n)))];

    /// <summary>Queries of the Orleans providers: blocks that begin with a line <c>-- name: KEY</c>.</summary>
    public static IEnumerable<(string Key, string Text)> Queries(string folder)
    {
        const string mark = "-- name: ";
        foreach (var block in Text(folder, "queries.sql").Split("\n" + mark).Skip(1))
        {
            var end = block.IndexOf('\n', StringComparison.Ordinal);
            yield return (block[..end].Trim(), block[(end + 1)..].Trim());
        }
    }

    private static IEnumerable<string> Names(string folder)
    {
        var prefix = Prefix(folder);
        return Assembly.GetExecutingAssembly().GetManifestResourceNames()
            .Where(n => n.StartsWith(prefix, StringComparison.Ordinal))
            .Select(n => n[prefix.Length..]);
    }

    private static string Text(string folder, string name)
    {
        using var stream = Assembly.GetExecutingAssembly().GetManifestResourceStream(Prefix(folder) + name)
            ?? throw new InvalidOperationException($"no script {folder}/{name}");
        using var reader = new StreamReader(stream);
        return reader.ReadToEnd();
    }

    private static string Prefix(string folder) => $"migrations/{folder}/";
}
