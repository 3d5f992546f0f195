using System.Security.Cryptography;

namespace Dialer.Gateway.Commands.Dial;

/// <summary>By what a list is known again: its content, whatever its name.</summary>
internal static class ListIdentity
{
    /// <summary>Null when the file cannot be read: the import says why.</summary>
    public static async Task<string?> OfAsync(string path, CancellationToken cancel)
    {
        try
        {
            await using var file = File.OpenRead(path);
            return "dial:" + Convert.ToHexStringLower(await SHA256.HashDataAsync(file, cancel));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }
}
