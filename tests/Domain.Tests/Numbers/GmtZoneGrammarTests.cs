using Dialer.Domain.Numbers;

namespace Dialer.Tests.Numbers;

/// <summary>P33, calls-api §1.4: every form of <c>gmtZone</c>, good and bad.</summary>
public class GmtZoneGrammarTests
{
    [Theory]
    [InlineData("Z", "+00:00")]
    [InlineData("UTC", "+00:00")]
    [InlineData("GMT", "+00:00")]
    [InlineData("UT", "+00:00")]
    [InlineData("+3", "+03:00")]
    [InlineData("-3", "-03:00")]
    [InlineData("+03", "+03:00")]
    [InlineData("-11", "-11:00")]
    [InlineData("+0330", "+03:30")]
    [InlineData("-0330", "-03:30")]
    [InlineData("+03:30", "+03:30")]
    [InlineData("-03:30", "-03:30")]
    [InlineData("+033015", "+03:30:15")]
    [InlineData("+03:30:15", "+03:30:15")]
    [InlineData("-03:30:15", "-03:30:15")]
    [InlineData("+05:45", "+05:45")]
    [InlineData("+00:00", "+00:00")]
    [InlineData("-00:00", "+00:00")]
    [InlineData("+18:00", "+18:00")]
    [InlineData("-18:00:00", "-18:00")]
    [InlineData("UTC+3", "+03:00")]
    [InlineData("UTC+03:00", "+03:00")]
    [InlineData("GMT-03:00", "-03:00")]
    [InlineData("GMT+0530", "+05:30")]
    [InlineData("UT-11", "-11:00")]
    [InlineData("UTC-053000", "-05:30")]
    [InlineData(" 03:00", "+03:00")]
    [InlineData(" 3", "+03:00")]
    [InlineData("UTC 03:00", "+03:00")]
    [InlineData("Europe/Moscow", "Europe/Moscow")]
    [InlineData("America/Argentina/Buenos_Aires", "America/Argentina/Buenos_Aires")]
    [InlineData("Asia/Calcutta", "Asia/Kolkata")]
    [InlineData("US/Pacific", "America/Los_Angeles")]
    [InlineData("Europe/Kiev", "Europe/Kyiv")]
    [InlineData("Europe/Amsterdam", "Europe/Amsterdam")]
    [InlineData("EST", "EST")]
    [InlineData("GMT0", "GMT0")]
    [InlineData("Etc/GMT+3", "Etc/GMT+3")]
    public void Grammar_Takes(string text, string key)
    {
        Assert.True(GmtZoneGrammar.TryParse(text, out var parsed));
        Assert.Equal(key, parsed);
        Assert.True(GmtZoneGrammar.TryParse(parsed, out var again));
        Assert.Equal(key, again);
    }

    [Theory]
    [InlineData("")]
    [InlineData(" ")]
    [InlineData("+")]
    [InlineData("-")]
    [InlineData("z")]
    [InlineData("3")]
    [InlineData("03:00")]
    [InlineData("+003")]
    [InlineData("+3:00")]
    [InlineData("+03:0")]
    [InlineData("+03:60")]
    [InlineData("+03:00:60")]
    [InlineData("+0360")]
    [InlineData("+03:0000")]
    [InlineData("+0300:00")]
    [InlineData("+19")]
    [InlineData("+18:01")]
    [InlineData("-18:00:01")]
    [InlineData("+24:00")]
    [InlineData("+1a")]
    [InlineData("+ 3")]
    [InlineData("++3")]
    [InlineData("+-3")]
    [InlineData("+03:00 ")]
    [InlineData("+٣")]
    [InlineData("UTC3")]
    [InlineData("UTC0")]
    [InlineData("UTC+")]
    [InlineData("GMT+19")]
    [InlineData("utc+3")]
    [InlineData("UTZ+3")]
    [InlineData("Europe/Moskow")]
    [InlineData("europe/moscow")]
    [InlineData(" Europe/Moscow")]
    [InlineData("Europe/Moscow ")]
    [InlineData("Europe/Moscow|Asia/Omsk")]
    [InlineData("МСК+7")]
    [InlineData("Etc/Unknown")]
    [InlineData("Europe/Moscow/Europe/Moscow/Europe/Moscow/Europe/Moscow/Europe/Mo")]
    public void Grammar_Refuses(string text)
    {
        Assert.False(GmtZoneGrammar.TryParse(text, out var key));
        Assert.Equal("", key);
    }
}
