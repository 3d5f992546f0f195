namespace Dialer.Domain.Numbers;

/// <summary>
/// Why a text is no phone (P33, P34). One shared object per reason: a list may hold a million bad rows, and none of the
/// texts repeats the number.
/// </summary>
public static class PhoneRefusals
{
    public static readonly Refusal Empty = new("phone_empty", "The phone is empty.");

    public static readonly Refusal Characters = new(
        "phone_characters",
        "A phone is digits, and may hold spaces and + - ( ) only. Remove letters, extensions and other signs.");

    public static readonly Refusal Scientific = new(
        "phone_scientific",
        "Excel wrote this phone as a number like 7.9161234567E10, and its last digits may be lost. "
        + "Format the column as text, enter the phones anew and save the file again.");

    public static readonly Refusal DecimalPoint = new(
        "phone_decimal",
        "The phone was written as a number with a decimal point. Format the column as text and save the file again.");

    public static readonly Refusal TooShort = new("phone_too_short", "A phone with its country code has at least 5 digits.");

    public static readonly Refusal TooLong = new("phone_too_long", "A phone has at most 15 digits. Leave one phone per row.");

    public static readonly Refusal CountryCode = new(
        "phone_country_code",
        "The phone has no country code that exists. Write it in full, for example 7 916 … for Russia or 44 20 … for Britain.");

    public static readonly Refusal National = new(
        "phone_country_code",
        "This looks like a number of the list's own country without its country code. Write it in full; "
        + "if it is a number of another country, put + before it.");

    public static readonly Refusal Invalid = new(
        "phone_invalid", "The numbering plan of its country has no such number. Check for missing or extra digits.");
}
