using System.Globalization;
using System.Text.RegularExpressions;
using Dialer.Domain.Numbers;
using Dialer.Numbers;

namespace Dialer.Domain.Channels;

/// <summary>
/// Which numbers a trunk may call (P39): those that begin as named, premium numbers included; without names those of the
/// organisation's country that are no premium numbers.
/// </summary>
public sealed partial class Destinations
{
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

        if (NumberPlan.CallingCodeOf(country) != NumberPlan.CallingCodeOf(phone))
        {
            return "the trunk may call numbers of the organisation's country only";
        }

        return NumberPlan.IsPremium(phone) ? "a premium number, which the trunk may call only if it is named" : null;
    }

    [GeneratedRegex(@"^\+?[0-9]{1,15}\z")]
    private static partial Regex Digits();
}
