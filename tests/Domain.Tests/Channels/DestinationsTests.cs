using Dialer.Domain.Channels;
using Dialer.Numbers;

namespace Dialer.Tests.Channels;

/// <summary>What a SIP trunk may call, and what its settings may hold (P39).</summary>
public class DestinationsTests
{
    [Theory]
    // the organisation's country, no premium numbers; a calling code may be that of several countries
    [InlineData(null, 79_161_234_567, true)]
    [InlineData(null, 74_951_234_567, true)]
    [InlineData(null, 77_011_234_567, false)]
    [InlineData(null, 78_091_234_567, false)]
    [InlineData(null, 375_291_234_567, false)]
    [InlineData(null, 14_155_550_123, false)]
    // named beginnings allow what they name, premium numbers included, and nothing else
    [InlineData("375, +7916", 375_291_234_567, true)]
    [InlineData("375, +7916", 79_161_234_567, true)]
    [InlineData("375, +7916", 79_171_234_567, false)]
    [InlineData("7809", 78_091_234_567, true)]
    public void Number_MayBeCalledOrNot_P39(string? prefixes, long phone, bool isAllowed) =>
        Assert.Equal(isAllowed, Destinations.Of(prefixes).Refuse(new PhoneNumber(phone), "RU") is null);

    [Theory]
    [InlineData("7,375", true)]
    [InlineData("", true)]
    [InlineData("+7", true)]
    [InlineData("seven", false)]
    [InlineData("7;8", false)]
    [InlineData("1234567890123456", false)]
    public void Prefixes_AreDigits(string text, bool isRight)
    {
        Assert.Equal(isRight, Destinations.TryParse(text, out _, out var fault));
        Assert.Equal(isRight, fault.Length == 0);
    }
}
