using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace Dialer.Silo.Signing;

/// <summary>
/// Signatures of what we send, as Standard Webhooks has them (P41, P51): HMAC-SHA256 over <c>id.timestamp.body</c>, so that the
/// receiver knows who wrote, when, and drops repeats by the id.
/// </summary>
public static class StandardWebhooks
{
    public const string IdHeader = "webhook-id";
    public const string TimestampHeader = "webhook-timestamp";
    public const string SignatureHeader = "webhook-signature";

    /// <summary>What a secret begins with whose rest is its bytes in base64.</summary>
    public const string Base64Prefix = "whsec_";

    /// <summary>The value of <see cref="SignatureHeader"/>.</summary>
    /// <param name="secret"><c>whsec_…</c> with base64, or any text, whose UTF-8 bytes are the key.</param>
    /// <param name="id">The value of <see cref="IdHeader"/>: the same for each repeat of a message.</param>
    /// <param name="timestampSeconds">The value of <see cref="TimestampHeader"/>: seconds since 1970.</param>
    /// <param name="body">The body as it is sent.</param>
    public static string Sign(string secret, string id, long timestampSeconds, ReadOnlySpan<byte> body)
    {
        ArgumentNullException.ThrowIfNull(secret);
        using var hmac = IncrementalHash.CreateHMAC(HashAlgorithmName.SHA256, KeyOf(secret));
        hmac.AppendData(Encoding.UTF8.GetBytes(string.Create(CultureInfo.InvariantCulture, $"{id}.{timestampSeconds}.")));
        hmac.AppendData(body);
        return $"v1,{Convert.ToBase64String(hmac.GetHashAndReset())}";
    }

    private static byte[] KeyOf(string secret)
    {
        if (secret.StartsWith(Base64Prefix, StringComparison.Ordinal))
        {
            var key = new byte[secret.Length];
            if (Convert.TryFromBase64String(secret[Base64Prefix.Length..], key, out var length))
            {
                return key[..length];
            }
        }

        return Encoding.UTF8.GetBytes(secret);
    }
}
