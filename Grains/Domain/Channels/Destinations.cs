using System.Collections.Concurrent;
using System.Globalization;
using System.Text.RegularExpressions;
using Dialer.Campaigns;
using Dialer.Channels;
using Dialer.Domain.Numbers;
using Dialer.Numbers;

namespace Dialer.Domain.Channels;

/// <summary>
/// Which numbers a trunk may call (P39): those that begin as named, premium numbers included; without names those of the
/// organisation's country that are no premium numbers.
/// </summary>
public sealed partial class Destinations
{
    /// <summary>Few texts, each read once: the check stands before every call.</summary>
    private static readonly ConcurrentDictionary<string, Destinations> Known = new(StringComparer.Ordinal);

    private readonly IReadOnlyList<string> prefixes;

    private Destinations(IReadOnlyList<string> prefixes) => this.prefixes = prefixes;

    public static bool TryParse(string? text, out Destinations destinations, out string fault)
    {
        var parts = text?.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries) ?? [];
        destinations = new Destinations([.. parts.Select(p => p.TrimStart('+'))]);
        var bad = parts.FirstOrDefault(p => !Digits().IsMatch(p));
        fault = bad is null ? "" : $"'{bad}' is no beginning of a number: write 1 to 15 digits with country code, separated by commas, for example 7,375.";
        return bad is null;
    }

    /// <summary>Why a campaign's trunk may not call this number; null = it may. Only SIP trunks are held to destinations.</summary>
    public static string? Refuse(CampaignTerms terms, PhoneNumber phone)
    {
        return Of(terms) is { } destinations ? Refuse(destinations, phone) : null;
    }

    public static string? Refuse(DestinationTerms terms, PhoneNumber phone)
    {
        ArgumentNullException.ThrowIfNull(terms);
        return Of(terms.Prefixes).Refuse(phone, terms.Country);
    }

    /// <summary>What a campaign's numbers are held to; null = any may be called.</summary>
    public static DestinationTerms? Of(CampaignTerms terms)
    {
        ArgumentNullException.ThrowIfNull(terms);
        return terms.Channel is { Kind: ChannelKind.Sip, Sip: { } sip } ? new DestinationTerms(sip.DestinationPrefixes, terms.Country) : null;
    }

    /// <summary>As settings that passed their check write them.</summary>
    public static Destinations Of(string? text) =>
        Known.GetOrAdd(text ?? "", static t => TryParse(t, out var destinations, out _) ? destinations : new Destinations([]));

    /// <summary>Why this number may not be called, in words; null = it may.</summary>
    /// <param name="phone">With country code.</param>
    /// <param name="country">The organisation's, ISO.</param>
    public string? Refuse(PhoneNumber phone, string country)
    {
        if (prefixes.Count > 0)
        {
            var digits = phone.Value.ToString(CultureInfo.InvariantCulture);
            return prefixes.Any(p => digits.StartsWith(p, StringComparison.Ordinal)) ? null : "the trunk may not call numbers that begin so";
        }

        // a calling code may be that of several countries
        if (!NumberPlan.TryRead(phone, out var facts) || !facts.Country.Equals(country, StringComparison.OrdinalIgnoreCase))
        {
            return "the trunk may call numbers of the organisation's country only";
        }

        return NumberPlan.IsPremium(phone) ? "a premium number, which the trunk may call only if it is named" : null;
    }

    [GeneratedRegex(@"^\+?[0-9]{1,15}\z")]
    private static partial Regex Digits();
}
