using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using Dialer.Calls;

namespace Dialer.Silo.Callbacks;

/// <summary>The signature of a call's callback address (P41): HMAC-SHA256 by a key derived from the installation's secret, base64url.</summary>
internal static class CallbackSignature
{
    private const int KeyBytes = 32;

    private static readonly byte[] Purpose = "dialer callback"u8.ToArray();

    /// <summary>The key for callbacks alone, so that no other use of the secret can make one (RFC 5869).</summary>
    public static byte[] KeyOf(byte[] secret) => HKDF.DeriveKey(HashAlgorithmName.SHA256, secret, KeyBytes, info: Purpose);

    public static string Of(byte[] key, TryId call) => Base64Url.EncodeToString(HMACSHA256.HashData(
        key, Encoding.ASCII.GetBytes($"callback:{call}")));

    public static bool IsEqual(string a, string b) => CryptographicOperations.FixedTimeEquals(Encoding.UTF8.GetBytes(a), Encoding.UTF8.GetBytes(b));
}
