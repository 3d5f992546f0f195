using Dialer.Domain.Numbers;
using Dialer.Numbers;

namespace Dialer.Tests.Numbers;

/// <summary>P33: a phone as people write it.</summary>
public class PhoneParserTests
{
    [Theory]
    [InlineData("+7 (916) 123-45-67", "RU", 79161234567, false)]
    [InlineData("79161234567", "RU", 79161234567, false)]
    [InlineData("8 (495) 123-45-67", "RU", 74951234567, true)]
    [InlineData("89161234567", "RU", 79161234567, true)]
    [InlineData("8 701 123 45 67", "KZ", 77011234567, true)]
    [InlineData("8-701-123-45-67", "RU", 77011234567, true)]
    [InlineData("8\u00a0(916)\u2011123\u201345\u201367", "RU", 79161234567, true)]
    [InlineData("\u202a+7 916 123-45-67\u202c", "RU", 79161234567, false)]
    [InlineData("\ufeff79161234567", "RU", 79161234567, false)]
    [InlineData("  +375 29 123 45 67 ", "RU", 375291234567, false)]
    [InlineData("12671234567", "US", 0, false)]
    [InlineData("12125550123", "US", 12125550123, false)]
    [InlineData("+44 20 7946 0000", "RU", 442079460000, false)]
    [InlineData("+39 06 698 12345", "IT", 390669812345, false)]
    [InlineData("390669812345", "RU", 390669812345, false)]
    [InlineData("+84 91 234 56 78", "RU", 84912345678, false)]
    [InlineData("84912345678", "VN", 84912345678, false)]
    [InlineData("+61 8 9321 1234", "AU", 61893211234, false)]
    public void Parser_TakesWhatPeopleWrite(string text, string country, long expected, bool wasFixed)
    {
        var parsed = PhoneParser.Parse(text, country);
        Assert.Equal(expected != 0, parsed.IsValid);
        Assert.Equal(expected, parsed.Phone.Value);
        Assert.Equal(wasFixed, parsed.WasFixed);
    }

    [Theory]
    [InlineData("", "phone_empty")]
    [InlineData(" \t ", "phone_empty")]
    [InlineData("+-()", "phone_characters")]
    [InlineData("79161234567\t5", "phone_characters")]
    [InlineData("\t\n", "phone_empty")]
    [InlineData("abc", "phone_characters")]
    [InlineData("sip:100@pbx", "phone_characters")]
    [InlineData("+7(916)1234567 доб. 12", "phone_characters")]
    [InlineData("7916123456E", "phone_characters")]
    [InlineData("7.9161234567E10", "phone_scientific")]
    [InlineData("7,9161234567E+10", "phone_scientific")]
    [InlineData("7.92E+10", "phone_scientific")]
    [InlineData(" 8e10 ", "phone_scientific")]
    [InlineData("79161234567.0", "phone_decimal")]
    [InlineData("79161234567,00", "phone_decimal")]
    [InlineData("112", "phone_too_short")]
    [InlineData("+7 916 123-45-67, +7 916 123-45-68", "phone_characters")]
    [InlineData("79161234567 79161234568", "phone_too_long")]
    [InlineData("00 7 916 123 45 67", "phone_country_code")]
    [InlineData("+0 123 456", "phone_country_code")]
    [InlineData("+21012345678", "phone_country_code")]
    [InlineData("9161234567", "phone_country_code")]
    [InlineData("4951234567", "phone_country_code")]
    [InlineData("+7 999 000", "phone_invalid")]
    [InlineData("+7 000 123 45 67", "phone_invalid")]
    [InlineData("+8 916 123 45 67", "phone_country_code")]
    [InlineData("99999", "phone_country_code")]
    [InlineData("+44 (0)20 7946 0000", "phone_invalid")]
    public void Parser_RefusesWithAReason(string text, string code)
    {
        var parsed = PhoneParser.Parse(text, "RU");
        Assert.False(parsed.IsValid);
        Assert.Equal(code, parsed.Refusal.Code);
        Assert.True(parsed.Phone.IsNone);
    }

    [Fact]
    public void Parser_RefusesAnEndlessText()
    {
        Assert.Equal("phone_too_long", PhoneParser.Parse(new string(' ', 65), "RU").Refusal?.Code);
    }

    [Fact]
    public void LeadingEight_IsKept_WhenSevenWouldBeInvalid()
    {
        // +84 is Vietnam; +7 012 … exists nowhere
        Assert.Equal(0, PhoneParser.Parse("80123456789", "RU").Phone.Value);
        Assert.Equal(8613912345678, PhoneParser.Parse("8613912345678", "RU").Phone.Value);
    }

    [Fact]
    public void NumberOfAnotherCountry_WithoutPlus_IsRefused_WhenItMayBeANationalNumber()
    {
        // 495 is Moscow, +49 is Germany: a guess would ring a stranger
        Assert.Equal(PhoneRefusals.National, PhoneParser.Parse("4951234567", "RU").Refusal);
        Assert.Equal(4951234567, PhoneParser.Parse("+4951234567", "RU").Phone.Value);
        Assert.Equal(4951234567, PhoneParser.Parse("4951234567", "DE").Phone.Value);
    }

    [Theory]
    [InlineData("9161234567")]
    [InlineData("79990001")]
    [InlineData("79161234567.0")]
    [InlineData("abc9161234567")]
    public void Refusal_NamesNoDigitsOfThePhone(string text)
    {
        var refusal = PhoneParser.Parse(text, "RU").Refusal;
        Assert.NotNull(refusal);
        Assert.DoesNotContain("1234567", refusal.Text, StringComparison.Ordinal);
        Assert.DoesNotContain("0001", refusal.Text, StringComparison.Ordinal);
    }

    [Fact]
    public void ParsedPhone_PrintsMasked()
    {
        Assert.DoesNotContain("9161234567", PhoneParser.Parse("+79161234567", "RU").ToString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(79161234567, "RU")]
    [InlineData(77011234567, "KZ")]
    [InlineData(375291234567, "BY")]
    [InlineData(80012345678, "")]
    [InlineData(999999999, "")]
    public void PhoneCountry_ComesFromTheDigits(long phone, string country)
    {
        Assert.Equal(country, PhoneCountry.Of(new PhoneNumber(phone)));
    }
}
