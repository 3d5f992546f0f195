namespace Dialer.Silo.Storage;

/// <summary>
/// A name as it is stored beside itself to be searched by: small letters, and the Russian "ё" as "е", as people type it. Folded here
/// because SQLite's <c>lower</c> knows ASCII only, and PostgreSQL's what the database's locale knows.
/// </summary>
internal static class FoldedName
{
    public static string Of(string name) => name.ToLowerInvariant().Replace('ё', 'е');

    /// <summary>A pattern of <c>like … escape '\'</c> for names that hold this text.</summary>
    public static string Containing(string part) => $"%{Of(part)
        .Replace("\\", "\\\\", StringComparison.Ordinal).Replace("%", "\\%", StringComparison.Ordinal).Replace("_", "\\_", StringComparison.Ordinal)
        .Replace("\0", "", StringComparison.Ordinal)}%";
}
