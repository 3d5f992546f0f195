namespace Dialer.Silo.Telephony.Sip;

/// <summary>Digest challenges to requests of ours (RFC 3261 §22, RFC 7616).</summary>
internal sealed partial class SipLeg
{
    /// <summary>Rounds of challenges that are answered: more is a server that does not want us.</summary>
    private const int MaxChallenges = 3;

    /// <summary>How often each nonce was used: its next count is one more (RFC 7616 §3.4).</summary>
    private readonly Dictionary<string, int> nonces = new(StringComparer.Ordinal);

    /// <summary>The last challenge of each realm: a proxy and a server behind it may both ask, and both want their answer each time.</summary>
    private readonly List<DigestChallenge> asked = [];
    private int challenges;

    /// <summary>A request was taken: the next one may be challenged anew, with the same nonce too.</summary>
    private void ForgetChallenges()
    {
        challenges = 0;
        nonces.Clear();
        asked.Clear();
    }

    /// <summary>Header lines that answer the response's challenges; null when they cannot be, or were answered before in vain.</summary>
    private string? Authorize(SipMessage response, string method, string uri)
    {
        var found = DigestChallenge.Of(response);
        if (settings.Credentials is not { } credentials || found.Count == 0 || challenges >= MaxChallenges)
        {
            return null;
        }

        challenges++;
        if (method == SipMethods.Invite && found.Any(c => nonces.ContainsKey(c.Nonce)))
        {
            // the same nonce again, after our answer: the password is wrong
            return null;
        }

        asked.RemoveAll(known => found.Any(c => c.Realm == known.Realm && c.IsProxy == known.IsProxy));
        asked.AddRange(found);
        var lines = "";
        foreach (var challenge in asked)
        {
            var count = nonces[challenge.Nonce] = nonces.GetValueOrDefault(challenge.Nonce) + 1;
            var answer = credentials.Answer(challenge, method, uri, count, ids.ClientNonce(challenges));
            lines += $"{(challenge.IsProxy ? "Proxy-Authorization" : "Authorization")}: {answer}\r\n";
        }

        return lines;
    }
}
