using Dialer.Gateway.Events;

namespace Dialer.Tests.Events;

/// <summary>The mark that a reader of all campaigns comes again with.</summary>
public class ResumeMarkTests
{
    [Fact]
    public void Mark_IsReadAsItWasWritten()
    {
        var dice = new Random(7);
        for (var round = 0; round < 200; round++)
        {
            var cursors = new SortedDictionary<long, long>();
            for (var i = dice.Next(ResumeMark.MaxCampaigns + 1); i > 0; i--)
            {
                cursors[dice.NextInt64(1, round % 2 == 0 ? 5_000 : long.MaxValue)] = dice.NextInt64(0, round % 3 == 0 ? 100 : long.MaxValue);
            }

            Assert.Equal(cursors, ResumeMark.TryRead(ResumeMark.Of(cursors)));
        }
    }

    [Fact]
    public void TooManyCampaigns_HaveNoMark() =>
        Assert.Null(ResumeMark.Of(new SortedDictionary<long, long>(Enumerable.Range(1, ResumeMark.MaxCampaigns + 1).ToDictionary(i => (long)i, i => 1L))));

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("12-3")]
    [InlineData("a1.*")]
    [InlineData("a1.gA")]
    [InlineData("a1.____________________")]
    public void OtherTexts_AreNoMark(string? text) => Assert.Null(ResumeMark.TryRead(text));
}
