namespace Dialer.Silo.Telephony.Sip;

/// <summary>Digest challenges to requests of ours (RFC 3261 §22, RFC 7616).</summary>
internal sealed partial class SipLeg
{
    private readonly DigestSession digest;

    /// <summary>Who challenged the INVITE: asked within the call by anybody else, on a way of his own choice, the password is not used.</summary>
    private readonly HashSet<string> realms = new(StringComparer.Ordinal);

    /// <summary>The answers to challenges that INVITEs carried, by CSeq: the ACK of a 2xx carries them too (§13.2.2.4).</summary>
    private readonly Dictionary<int, string> proofs = [];

    /// <summary>Header lines that answer the challenges to our INVITE; null when they cannot be, or were answered before in vain.</summary>
    private string? Authorize(SipMessage response)
    {
        var found = DigestChallenge.Of(response);
        realms.UnionWith(found.Select(c => c.Realm));
        return digest.Take(found, mayRepeat: false) ? Prove() : null;
    }

    /// <summary>What the INVITE was asked for so far, answered once more.</summary>
    private string Prove() => digest.Lines(SipMethods.Invite, settings.Target.ToString(), ids.ClientNonce(digest.Rounds));

    /// <summary>The same for a request within the call.</summary>
    private string? Authorize(SipMessage response, string method, SipDialog dialog)
    {
        var found = DigestChallenge.Of(response);
        if (!GoesTheInvitesWay(HopTo(dialog)))
        {
            // whoever wrote this Contact could ask in any name, and guess at the password with what he gets
            found = [.. found.Where(c => realms.Contains(c.Realm))];
        }

        return digest.Take(found, mayRepeat: method != SipMethods.Invite)
            ? digest.Lines(method, dialog.Path().Uri, ids.ClientNonce(digest.Rounds))
            : null;
    }

    private bool GoesTheInvitesWay(SipHop hop) => hop.Name == HopOf(cseq).Name;

    private void Remember(int number, string proof)
    {
        if (proof.Length > 0)
        {
            proofs[number] = proof;
        }
    }
}
