using Dialer.Domain.Notifications;
using Dialer.Events;

namespace Dialer.Tests.Notifications;

/// <summary>P51: when a delivery is tried again, what an answer means, and which events a webhook wants.</summary>
public class DeliveryTests
{
    [Fact]
    public void Schedule_GoesFromFiveSecondsToADay_ThenEnds_P51()
    {
        TimeSpan[] nominal =
        [
            TimeSpan.FromSeconds(5), TimeSpan.FromMinutes(5), TimeSpan.FromMinutes(30), TimeSpan.FromHours(2), TimeSpan.FromHours(5),
            TimeSpan.FromHours(10), TimeSpan.FromHours(14), TimeSpan.FromHours(20), TimeSpan.FromHours(24),
        ];
        for (var failed = 1; failed <= nominal.Length; failed++)
        {
            var pauses = Enumerable.Range(1, 200).Select(d => DeliverySchedule.PauseAfter(failed, d, 1)!.Value).ToList();
            Assert.All(pauses, p => Assert.InRange(p, nominal[failed - 1], nominal[failed - 1] * 1.2));
            // spread, and the same for the same delivery
            Assert.True(pauses.Distinct().Count() > 150);
            Assert.Equal(pauses[7], DeliverySchedule.PauseAfter(failed, 8, 1));
        }

        Assert.Null(DeliverySchedule.PauseAfter(nominal.Length + 1, 1, 1));
        Assert.Equal(nominal.Length + 1, DeliverySchedule.Attempts);
    }

    [Fact]
    public void Scale_ShortensThePauses() =>
        Assert.InRange(DeliverySchedule.PauseAfter(1, 3, 0.01)!.Value, TimeSpan.FromMilliseconds(50), TimeSpan.FromMilliseconds(60));

    [Theory]
    [InlineData(200, null, true, false, null, false)]
    [InlineData(204, null, true, false, null, false)]
    [InlineData(410, null, false, true, "gone", false)]
    [InlineData(302, null, false, false, "redirect", true)]
    [InlineData(404, null, false, false, "status", true)]
    [InlineData(503, null, false, false, "status", true)]
    [InlineData(0, "timeout", false, false, "timeout", true)]
    [InlineData(0, null, false, false, "failed", true)]
    public void Answers_AreJudged_P51(int status, string? error, bool isDelivered, bool isGone, string? word, bool isRetried)
    {
        var verdict = DeliveryVerdict.Of(status, error, 1, 1, 1);
        Assert.Equal((isDelivered, isGone, word, isRetried), (verdict.IsDelivered, verdict.IsGone, verdict.Error, verdict.Retry is not null));
    }

    [Fact]
    public void LastAttempt_IsNotRetried() => Assert.Null(DeliveryVerdict.Of(500, null, DeliverySchedule.Attempts, 1, 1).Retry);

    [Theory]
    [InlineData("", "job.finished", true)]
    [InlineData("*", "job.finished", true)]
    [InlineData("campaign.*", "campaign.paused", true)]
    [InlineData("campaign.*", "job.finished", false)]
    [InlineData("job.finished", "job.finished", true)]
    [InlineData("job.finished", "job.finished.more", false)]
    [InlineData("job.retry,campaign.*", "campaign.deleted", true)]
    public void Patterns_ChooseTypes(string patterns, string type, bool isChosen) =>
        Assert.Equal(isChosen, EventTypes.IsChosen(patterns.Split(',', StringSplitOptions.RemoveEmptyEntries), type));

    [Theory]
    [InlineData("*", true)]
    [InlineData("job.*", true)]
    [InlineData("job.answered", true)]
    [InlineData("webhook.test", false)]
    [InlineData("jobs.*", false)]
    [InlineData("job", false)]
    [InlineData("", false)]
    public void Patterns_AreKnownOrRefused(string pattern, bool isKnown) => Assert.Equal(isKnown, EventTypes.IsPattern(pattern));
}
