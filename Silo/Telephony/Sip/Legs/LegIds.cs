using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace Dialer.Silo.Telephony.Sip;

/// <summary>
/// The identifiers of a leg, all made from its name (the try id) and a key that every silo of an installation has: any silo can
/// write the CANCEL or the BYE of a leg whose own silo is lost, and nobody else can guess them (I2, P30).
/// </summary>
/// <param name="name">The leg's name, unique for ever.</param>
/// <param name="domain">What Call-IDs of this installation end with.</param>
/// <param name="key">At least 16 bytes, secret.</param>
public sealed class LegIds(string name, string domain, ReadOnlyMemory<byte> key)
{
    public string Name => name;

    public string CallId { get; } = $"{name}@{domain}";

    public string FromTag { get; } = Derive(key, name, "tag", 0);

    private readonly string branch = SipVia.MagicCookie + Derive(key, name, "branch", 0);

    /// <summary>
    /// The branch of the client transaction with this CSeq (RFC 3261 §8.1.1.7). A CANCEL has that of its INVITE. The secret is one
    /// for the leg: who sees one branch sees the leg's messages anyway.
    /// </summary>
    public string Branch(int cseq, string method) =>
        string.Create(CultureInfo.InvariantCulture, $"{branch}{(method is SipMethods.Cancel or SipMethods.Invite ? "" : method)}{cseq}");

    /// <summary>The branch of the ACK of a 2xx, one for each fork that answered.</summary>
    public string AckBranch(int cseq, string remoteTag)
    {
        ArgumentNullException.ThrowIfNull(remoteTag);
        // FNV-1a: the same in every process, and short whatever the far side's tag is
        var hash = 2_166_136_261u;
        foreach (var letter in remoteTag)
        {
            hash = (hash ^ letter) * 16_777_619u;
        }

        return string.Create(CultureInfo.InvariantCulture, $"{branch}-{cseq}-{SipMethods.Ack}-{hash:x8}");
    }

    /// <summary>A client nonce for digest: not to be foreseen by the server that chose the nonce.</summary>
    public string ClientNonce(int cseq) => Derive(key, name, "cnonce", cseq);

    private static string Derive(ReadOnlyMemory<byte> key, string name, string what, int number)
    {
        Span<byte> hash = stackalloc byte[32];
        HMACSHA256.HashData(key.Span, Encoding.ASCII.GetBytes($"{name}/{what}/{number}"), hash);
        return Convert.ToHexStringLower(hash[..10]);
    }
}
