using System.Security.Cryptography;

namespace Dialer.Gateway.Commands.Dial;

/// <summary>By what a list is known again: its content, whatever its name, and the country under which its numbers are read.</summary>
internal static class ListIdentity
{
    /// <summary>Null when the file cannot be read: the import says why.</summary>
    public static async Task<string?> OfAsync(string path, string country, CancellationToken cancel)
    {
        try
        {
            await using var file = File.OpenRead(path);
            return $"dial:{country.ToUpperInvariant()}:" + Convert.ToHexStringLower(await SHA256.HashDataAsync(file, cancel));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }
}
