namespace Dialer.Silo.Telephony.Sip;

/// <summary>What one sender was asked for and has answered, over all tries of a request (RFC 3261 §22, RFC 7616 §3.4).</summary>
internal sealed class DigestSession(DigestCredentials? credentials)
{
    /// <summary>Rounds of challenges that are answered: more is a server that does not want us.</summary>
    private const int MaxRounds = 3;

    /// <summary>How often each nonce was used: its next count is one more.</summary>
    private readonly Dictionary<string, int> nonces = new(StringComparer.Ordinal);

    /// <summary>The last challenge of each realm: a proxy and a server behind it may both ask, and both want their answer each time.</summary>
    private readonly List<DigestChallenge> asked = [];

    /// <summary>How often it was asked since the last request that was taken.</summary>
    public int Rounds { get; private set; }

    /// <summary>Takes challenges in. False: they cannot be answered, or were before in vain.</summary>
    /// <param name="found">Those of one response.</param>
    /// <param name="mayRepeat">A nonce that comes again is no proof of a wrong password: it may be that of another request.</param>
    public bool Take(IReadOnlyList<DigestChallenge> found, bool mayRepeat)
    {
        if (credentials is null || found.Count == 0 || Rounds >= MaxRounds)
        {
            return false;
        }

        Rounds++;
        if (!mayRepeat && found.Any(c => nonces.ContainsKey(c.Nonce)))
        {
            return false;
        }

        asked.RemoveAll(known => found.Any(c => c.Realm == known.Realm && c.IsProxy == known.IsProxy));
        asked.AddRange(found);
        return true;
    }

    /// <summary>Header lines that answer everything asked so far; empty = nothing was.</summary>
    public string Lines(string method, string uri, string cnonce)
    {
        var lines = "";
        foreach (var challenge in asked)
        {
            var count = nonces[challenge.Nonce] = nonces.GetValueOrDefault(challenge.Nonce) + 1;
            lines += $"{(challenge.IsProxy ? "Proxy-Authorization" : "Authorization")}: {credentials!.Answer(challenge, method, uri, count, cnonce)}\r\n";
        }

        return lines;
    }

    /// <summary>A request was taken: another has rounds of its own.</summary>
    public void BeginAnew() => Rounds = 0;

    /// <summary>A request was taken: the next one may be challenged anew, with the same nonce too.</summary>
    public void Forget()
    {
        Rounds = 0;
        nonces.Clear();
        asked.Clear();
    }
}
