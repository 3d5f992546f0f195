namespace Dialer.Silo.Telephony.Sip;

/// <summary>What a SIP URI resolves to (RFC 3263 §4).</summary>
/// <param name="List">In the order they are to be tried, all over one transport; empty when nothing was found.</param>
/// <param name="GoodFor">How long the answer stands, from the moment it was given: after that ask again.</param>
/// <param name="Fault">Why the list is empty, in words; null when it is not.</param>
public sealed record SipTargets(IReadOnlyList<SipTarget> List, TimeSpan GoodFor, string? Fault)
{
    /// <summary>
    /// A question on the way was not answered, so that other or better targets may exist. Who has an older, whole list does well to
    /// stay with it until the next one.
    /// </summary>
    public bool IsPartial { get; init; }
}
