using System.Globalization;
using Dialer.Numbers;

namespace Dialer.Domain.Numbers;

/// <summary>
/// A phone as people write it → a number (P33). Spaces and <c>+ - ( )</c> are dropped; the country code must be there; only
/// one thing is mended: a leading 8 becomes 7. Nothing is guessed, because a wrong guess rings a stranger.
/// </summary>
public static class PhoneParser
{
    /// <summary>Longest text that is looked at; a longer one is no phone.</summary>
    public const int MaxTextLength = 64;

    /// <param name="text">One phone.</param>
    /// <param name="country">ISO country of the list: <c>RU</c> and <c>KZ</c> allow the leading 8; others change nothing.</param>
    public static ParsedPhone Parse(ReadOnlySpan<char> text, string country)
    {
        ArgumentNullException.ThrowIfNull(country);
        if (ReadDigits(text, out var value, out var digits, out var hasPlus) is { } refusal)
        {
            return ParsedPhone.Refused(refusal);
        }

        if (!hasPlus && IsLeadingEight(value, digits, country))
        {
            var mended = new PhoneNumber(value - 8 * NumberPlan.Power(10) + 7 * NumberPlan.Power(10));
            if (NumberPlan.TryRead(mended, out var mendedFacts))
            {
                return new ParsedPhone(mended, mendedFacts, true, null);
            }
        }

        var phone = new PhoneNumber(value);
        if (!NumberPlan.TryRead(phone, out var facts))
        {
            return ParsedPhone.Refused(WhyInvalid(phone, digits, hasPlus, country));
        }

        if (!hasPlus && facts.Country != country && IsNational(value, digits, country))
        {
            return ParsedPhone.Refused(PhoneRefusals.National);
        }

        return new ParsedPhone(phone, facts, false, null);
    }

    private static bool IsLeadingEight(long value, int digits, string country) =>
        digits == 11 && value / NumberPlan.Power(10) == 8 && country is "RU" or "KZ";

    private static Refusal WhyInvalid(PhoneNumber phone, int digits, bool hasPlus, string country)
    {
        if (!hasPlus && IsNational(phone.Value, digits, country))
        {
            return PhoneRefusals.National;
        }

        return NumberPlan.ToLibrary(phone) is null ? PhoneRefusals.CountryCode : PhoneRefusals.Invalid;
    }

    /// <summary>Whether the digits are a number of the country once its calling code is put before them.</summary>
    private static bool IsNational(long value, int digits, string country)
    {
        var code = NumberPlan.CallingCodeOf(country);
        if (code == 0 || digits + NumberPlan.CountDigits(code) > PhoneNumber.MaxDigits)
        {
            return false;
        }

        return NumberPlan.TryRead(new PhoneNumber(code * NumberPlan.Power(digits) + value), out _);
    }

    private static Refusal? ReadDigits(ReadOnlySpan<char> text, out long value, out int digits, out bool hasPlus)
    {
        value = 0;
        digits = 0;
        hasPlus = false;
        if (text.Length > MaxTextLength)
        {
            return PhoneRefusals.TooLong;
        }

        var leadingZero = false;
        foreach (var sign in text)
        {
            if (char.IsAsciiDigit(sign))
            {
                leadingZero |= digits == 0 && sign == '0';
                if (++digits > PhoneNumber.MaxDigits)
                {
                    return PhoneRefusals.TooLong;
                }

                value = value * 10 + (sign - '0');
            }
            else if (sign == '+')
            {
                hasPlus = true;
            }
            else if (!IsDropped(sign))
            {
                return WhyNotDigits(text);
            }
        }

        if (digits == 0)
        {
            return IsBlank(text) ? PhoneRefusals.Empty : PhoneRefusals.Characters;
        }

        if (digits < PhoneNumber.MinDigits)
        {
            return PhoneRefusals.TooShort;
        }

        return leadingZero ? PhoneRefusals.CountryCode : null;
    }

    /// <summary>
    /// Spaces, dashes and brackets in any of their Unicode forms, and the invisible marks that phones copied from an
    /// address book carry.
    /// </summary>
    private static bool IsDropped(char sign) => sign switch
    {
        ' ' or '-' or '(' or ')' => true,
        < '\u0080' => false,
        _ => char.GetUnicodeCategory(sign) is UnicodeCategory.SpaceSeparator or UnicodeCategory.DashPunctuation or UnicodeCategory.Format,
    };

    private static bool IsBlank(ReadOnlySpan<char> text)
    {
        foreach (var sign in text)
        {
            if (!char.IsWhiteSpace(sign))
            {
                return false;
            }
        }

        return true;
    }

    /// <summary>Tells blanks that are not dropped, and the two marks that Excel leaves, so that the reason can name the cure.</summary>
    private static Refusal WhyNotDigits(ReadOnlySpan<char> text)
    {
        text = text.Trim();
        if (text.IsEmpty)
        {
            return PhoneRefusals.Empty;
        }

        var exponent = text.IndexOfAny('e', 'E');
        if (exponent > 0)
        {
            var power = text[(exponent + 1)..].TrimStart('+');
            return IsDecimal(text[..exponent]) && IsDigits(power) ? PhoneRefusals.Scientific : PhoneRefusals.Characters;
        }

        return IsDecimal(text) ? PhoneRefusals.DecimalPoint : PhoneRefusals.Characters;
    }

    private static bool IsDecimal(ReadOnlySpan<char> text)
    {
        var point = text.IndexOfAny('.', ',');
        return point < 0 ? IsDigits(text) : IsDigits(text[..point]) && IsDigits(text[(point + 1)..]);
    }

    private static bool IsDigits(ReadOnlySpan<char> text) => !text.IsEmpty && !text.ContainsAnyExceptInRange('0', '9');
}
