using DnsClient.Protocol;

namespace Dialer.Silo.Telephony.Sip;

/// <summary>What DNS says to one question, CNAMEs followed.</summary>
/// <param name="Records">Of the type asked for; empty = none, or no answer.</param>
/// <param name="Additional">Addresses that came along unasked.</param>
/// <param name="Seconds">Smallest time to live of the records and the CNAMEs before them.</param>
/// <param name="IsAnswered">False: nobody answered, so that nothing is known.</param>
internal sealed record DnsAnswer(
    IReadOnlyList<DnsResourceRecord> Records, IReadOnlyList<AddressRecord> Additional, int Seconds, bool IsAnswered)
{
    /// <summary>There is none.</summary>
    public static readonly DnsAnswer Nothing = new([], [], int.MaxValue, true);

    public static readonly DnsAnswer Silence = new([], [], int.MaxValue, false);

    /// <summary>Whose record it is, as <see cref="DnsName"/> has it; empty when that is no name.</summary>
    public static string Owner(DnsResourceRecord record) =>
        // Original: the library turns the xn-- labels of an owner (not those of a target) into Unicode
        DnsName.TryNormalize(record.DomainName.Original, out var name) ? name : "";

    /// <summary>A time to live with its highest bit set is 0 (RFC 2181 §8).</summary>
    public static int SecondsOf(DnsResourceRecord record) => Math.Max(0, record.InitialTimeToLive);
}
