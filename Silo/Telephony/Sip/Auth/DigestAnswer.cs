using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace Dialer.Silo.Telephony.Sip;

/// <summary>Answers to digest challenges (RFC 7616 §3.4). The password never leaves this class.</summary>
/// <param name="username">As the trunk's operator gave it.</param>
/// <param name="password">As the trunk's operator gave it.</param>
public sealed class DigestCredentials(string username, string password)
{
    public string Username => username;

    /// <summary>The value of Authorization or Proxy-Authorization.</summary>
    /// <param name="challenge">What the server asked for.</param>
    /// <param name="method">Of the request that carries the answer.</param>
    /// <param name="uri">Its Request-URI, as it is written.</param>
    /// <param name="count">How often this nonce has been used, from 1.</param>
    /// <param name="cnonce">A text of ours that nobody can foresee.</param>
    public string Answer(DigestChallenge challenge, string method, string uri, int count, string cnonce)
    {
        ArgumentNullException.ThrowIfNull(challenge);
        var nc = count.ToString("x8", CultureInfo.InvariantCulture);
        var secret = Hash(challenge, $"{username}:{challenge.Realm}:{password}");
        if (challenge.IsSession)
        {
            secret = Hash(challenge, $"{secret}:{challenge.Nonce}:{cnonce}");
        }

        var request = Hash(challenge, $"{method}:{uri}");
        var response = Hash(
            challenge, challenge.HasQop ? $"{secret}:{challenge.Nonce}:{nc}:{cnonce}:auth:{request}" : $"{secret}:{challenge.Nonce}:{request}");
        var text = new StringBuilder("Digest username=").Append(SipText.Quote(username))
            .Append(", realm=").Append(SipText.Quote(challenge.Realm))
            .Append(", nonce=").Append(SipText.Quote(challenge.Nonce))
            .Append(", uri=").Append(SipText.Quote(uri))
            .Append(", response=\"").Append(response).Append('"');
        if (challenge.Algorithm is not null)
        {
            text.Append(", algorithm=").Append(challenge.Algorithm);
        }

        if (challenge.HasQop || challenge.IsSession)
        {
            text.Append(", cnonce=").Append(SipText.Quote(cnonce));
        }

        if (challenge.HasQop)
        {
            text.Append(", qop=auth, nc=").Append(nc);
        }

        return challenge.Opaque is null ? text.ToString() : text.Append(", opaque=").Append(SipText.Quote(challenge.Opaque)).ToString();
    }

    private static string Hash(DigestChallenge challenge, string text)
    {
        var bytes = Encoding.UTF8.GetBytes(text);
#pragma warning disable CA5351 // the algorithm is the server's choice (RFC 7616 §3.3)
        var hash = challenge.IsSha256 ? SHA256.HashData(bytes) : MD5.HashData(bytes);
#pragma warning restore CA5351
        return Convert.ToHexStringLower(hash);
    }
}
