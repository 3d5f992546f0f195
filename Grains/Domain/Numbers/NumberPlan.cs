using Dialer.Numbers;
using PhoneNumbers;
using LibraryNumber = PhoneNumbers.PhoneNumber;
using PhoneNumber = Dialer.Numbers.PhoneNumber;

namespace Dialer.Domain.Numbers;

/// <summary>
/// The numbering plans of the world, as the phone library knows them: the only place that speaks to it about numbers.
/// Works on digits, without the library's own text parser, which guesses more than P33 allows.
/// </summary>
public static class NumberPlan
{
    private const int MaxCallingCodeDigits = 3;

    private static readonly PhoneNumberUtil Library = PhoneNumberUtil.GetInstance();

    private static readonly bool[] IsCallingCode = CallingCodes();

    /// <summary>Whether the number can exist, and what is known of it. False for numbers of no plan.</summary>
    public static bool TryRead(PhoneNumber phone, out NumberFacts facts)
    {
        facts = default;
        if (ToLibrary(phone) is not { } number)
        {
            return false;
        }

        var type = Library.GetNumberType(number);
        if (type == PhoneNumberType.UNKNOWN || Library.GetRegionCodeForNumber(number) is not { } country)
        {
            return false;
        }

        facts = new NumberFacts(country, Library.IsNumberGeographical(type, number.CountryCode));
        return true;
    }

    /// <summary>The calling code of a country, or 0 when the library knows no such country.</summary>
    public static int CallingCodeOf(string country) => Library.GetCountryCodeForRegion(country);

    /// <summary>Whether calling it costs more than a call (P39).</summary>
    public static bool IsPremium(PhoneNumber phone) => ToLibrary(phone) is { } number && Library.GetNumberType(number) is PhoneNumberType.PREMIUM_RATE;

    /// <summary>The number in the library's words; null when its first digits are no calling code.</summary>
    internal static LibraryNumber? ToLibrary(PhoneNumber phone)
    {
        var digits = CountDigits(phone.Value);
        for (var code = 1; code <= MaxCallingCodeDigits && code < digits; code++)
        {
            var scale = Power(digits - code);
            var callingCode = (int)(phone.Value / scale);
            if (IsCallingCode[callingCode])
            {
                return Build(callingCode, phone.Value % scale, digits - code);
            }
        }

        return null;
    }

    internal static int CountDigits(long value)
    {
        var digits = 1;
        for (; value >= 10; value /= 10)
        {
            digits++;
        }

        return digits;
    }

    internal static long Power(int exponent)
    {
        var power = 1L;
        for (; exponent > 0; exponent--)
        {
            power *= 10;
        }

        return power;
    }

    private static LibraryNumber Build(int callingCode, long national, int nationalDigits)
    {
        var builder = new LibraryNumber.Builder().SetCountryCode(callingCode).SetNationalNumber((ulong)national);
        var zeros = nationalDigits - CountDigits(national);
        if (zeros > 0)
        {
            // Italian numbers keep their zero behind the calling code; elsewhere a zero there makes the number invalid
            _ = builder.SetNumberOfLeadingZeros(zeros);
        }

        return builder.Build();
    }

    private static bool[] CallingCodes()
    {
        var codes = new bool[1000];
        foreach (var code in Library.GetSupportedCallingCodes())
        {
            codes[code] = true;
        }

        return codes;
    }
}
