using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace Dialer.Signing;

/// <summary>
/// Signs what is sent to others as Standard Webhooks 1.0 says: HMAC-SHA256 over <c>id.timestamp.body</c>, in the headers
/// <c>webhook-id</c>, <c>webhook-timestamp</c> (Unix seconds) and <c>webhook-signature</c>.
/// </summary>
public static class StandardWebhooks
{
    public const string IdHeader = "webhook-id";
    public const string TimestampHeader = "webhook-timestamp";
    public const string SignatureHeader = "webhook-signature";

    private const string SecretPrefix = "whsec_";
    private const int SecretBytes = 32;

    /// <summary>A new secret: <c>whsec_</c> and 32 random bytes in base64.</summary>
    public static Secret NewSecret() => new(SecretPrefix + Convert.ToBase64String(RandomNumberGenerator.GetBytes(SecretBytes)));

    /// <summary>Whether a text is a secret that can sign: <c>whsec_</c> and 24–64 bytes in base64.</summary>
    public static bool IsSecret(string? text) => text is not null && KeyOf(text) is { Length: >= 24 and <= 64 };

    /// <summary>The value of <see cref="SignatureHeader"/>: <c>v1,</c> and the signature in base64.</summary>
    /// <param name="secret"><c>whsec_…</c>.</param>
    /// <param name="id">Stable id of the message: the same for each attempt to deliver it.</param>
    /// <param name="timestamp">When this attempt is made; receivers refuse what is older than about 5 minutes.</param>
    /// <param name="body">The body, byte for byte as it is sent.</param>
    /// <exception cref="ArgumentException">The secret is none.</exception>
    public static string Sign(Secret secret, string id, DateTimeOffset timestamp, ReadOnlySpan<byte> body)
    {
        ArgumentException.ThrowIfNullOrEmpty(id);
        var key = KeyOf(secret.Value) ?? throw new ArgumentException("A secret is whsec_ and base64.", nameof(secret));
        return Sign(key, id, timestamp.ToUnixTimeSeconds(), body);
    }

    /// <summary>As above, with a secret that a person made up: <c>whsec_</c> with base64, or any text, whose UTF-8 bytes are the key (P41).</summary>
    public static string Sign(string secret, string id, long timestampSeconds, ReadOnlySpan<byte> body)
    {
        ArgumentNullException.ThrowIfNull(secret);
        return Sign(KeyOf(secret) ?? Encoding.UTF8.GetBytes(secret), id, timestampSeconds, body);
    }

    /// <summary>Whether one of the signatures of a header fits; a header may carry several, separated by spaces.</summary>
    public static bool IsSignedBy(Secret secret, string id, DateTimeOffset timestamp, ReadOnlySpan<byte> body, string header)
    {
        ArgumentNullException.ThrowIfNull(header);
        var expected = Encoding.ASCII.GetBytes(Sign(secret, id, timestamp, body));
        return header.Split(' ').Any(given => CryptographicOperations.FixedTimeEquals(expected, Encoding.UTF8.GetBytes(given)));
    }

    private static string Sign(byte[] key, string id, long timestampSeconds, ReadOnlySpan<byte> body)
    {
        using var hmac = IncrementalHash.CreateHMAC(HashAlgorithmName.SHA256, key);
        hmac.AppendData(Encoding.UTF8.GetBytes(string.Create(CultureInfo.InvariantCulture, $"{id}.{timestampSeconds}.")));
        hmac.AppendData(body);
        return $"v1,{Convert.ToBase64String(hmac.GetHashAndReset())}";
    }

    private static byte[]? KeyOf(string secret)
    {
        if (!secret.StartsWith(SecretPrefix, StringComparison.Ordinal))
        {
            return null;
        }

        var text = secret.AsSpan(SecretPrefix.Length);
        var key = new byte[text.Length];
        return Convert.TryFromBase64Chars(text, key, out var length) ? key[..length] : null;
    }
}
