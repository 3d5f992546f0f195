using Dialer.Campaigns;
using Dialer.Domain.Notifications;
using Dialer.Notifications;

namespace Dialer.Tests.Notifications;

/// <summary>P17: four events and no others; who may be written to; when it is tried again.</summary>
public class MailRulesTests
{
    private const string Somebody = "key";

    [Theory]
    [InlineData(CampaignStatus.Running, true, "paused", Somebody, PauseCodes.Person, MailKind.PausedByPerson)]
    [InlineData(CampaignStatus.Running, true, "paused_automatically", null, PauseCodes.TelephonyMinutes, MailKind.PausedByLimit)]
    [InlineData(CampaignStatus.Running, true, "paused_automatically", null, PauseCodes.SpeechMinutes + "," + PauseCodes.TelephonyMinutes, MailKind.PausedByLimit)]
    [InlineData(CampaignStatus.Running, true, "paused_automatically", null, PauseCodes.TelephonyMinutes + "," + PauseCodes.ScenarioDown, MailKind.PausedByTechnicalError)]
    [InlineData(CampaignStatus.Running, true, "paused_automatically", null, PauseCodes.ChannelDown, MailKind.PausedByTechnicalError)]
    [InlineData(CampaignStatus.Running, true, "paused_automatically", null, PauseCodes.SuspiciousOutcomes, MailKind.PausedByTechnicalError)]
    [InlineData(CampaignStatus.Scheduled, false, "paused_automatically", null, PauseCodes.ListDeleted, MailKind.PausedByTechnicalError)]
    [InlineData(CampaignStatus.Scheduled, false, "paused_automatically", null, PauseCodes.ChannelDeleted, MailKind.PausedByTechnicalError)]
    [InlineData(CampaignStatus.Running, true, "finished", Somebody, "", MailKind.FinishedByPerson)]
    [InlineData(CampaignStatus.Scheduled, false, "finished", Somebody, "", MailKind.FinishedByPerson)]
    [InlineData(CampaignStatus.Running, true, "finished", null, "", MailKind.None)]
    [InlineData(CampaignStatus.Running, true, "deleted", Somebody, "", MailKind.FinishedByPerson)]
    [InlineData(CampaignStatus.Paused, true, "deleted", Somebody, "", MailKind.FinishedByPerson)]
    [InlineData(CampaignStatus.Paused, false, "deleted", Somebody, "", MailKind.None)]
    [InlineData(CampaignStatus.Scheduled, false, "deleted", Somebody, "", MailKind.None)]
    [InlineData(CampaignStatus.Finished, true, "deleted", Somebody, "", MailKind.None)]
    [InlineData(CampaignStatus.Scheduled, false, "started", Somebody, "", MailKind.None)]
    [InlineData(CampaignStatus.Scheduled, false, "started", null, "", MailKind.None)]
    [InlineData(CampaignStatus.Paused, true, "resumed", Somebody, "", MailKind.None)]
    [InlineData(CampaignStatus.Paused, true, "edited", Somebody, PauseCodes.Person, MailKind.None)]
    [InlineData(CampaignStatus.None, false, "created", Somebody, "", MailKind.None)]
    public void Transition_IsToldOnlyIfItIsOneOfTheFour_P17(CampaignStatus before, bool isStarted, string transition, string? actor, string causes, MailKind kind) =>
        Assert.Equal(kind, MailRules.KindOf(
            before,
            new UnixTime(isStarted ? 1 : 0),
            transition,
            actor,
            [.. causes.Split(',', StringSplitOptions.RemoveEmptyEntries).Select(c => new PauseCause(c, "", new UnixTime(1)))]));

    [Theory]
    [InlineData("a@b.example", 1)]
    [InlineData("a@b.example, c.d+e@f.example ,A@B.example", 2)]
    [InlineData("почта@пример.рф", 0)]
    [InlineData("a@пример.рф", 1)]
    [InlineData("", 0)]
    [InlineData("a@b.example,", 0)]
    [InlineData("nobody", 0)]
    [InlineData("A B <a@b.example>", 0)]
    [InlineData("a@b.example\r\nBcc: c@d.example", 0)]
    [InlineData("a@b .example", 0)]
    [InlineData("a@b@c.example", 0)]
    [InlineData("1@a.b,2@a.b,3@a.b,4@a.b,5@a.b,6@a.b,7@a.b,8@a.b,9@a.b,10@a.b", 10)]
    [InlineData("1@a.b,2@a.b,3@a.b,4@a.b,5@a.b,6@a.b,7@a.b,8@a.b,9@a.b,10@a.b,11@a.b", 0)]
    public void Addresses_AreOneOrSeveral_AndNothingElse_P17(string text, int count)
    {
        var isRight = MailAddresses.TryParse(text, out var addresses);
        Assert.Equal(count, isRight ? addresses.Count : 0);
    }

    [Fact]
    public void Pauses_GrowToAQuarterOfAnHour_P17()
    {
        Assert.Equal([2, 4, 8, 16, 32, 64, 128, 256, 512, 900, 900], Enumerable.Range(1, 11).Select(t => (int)MailRules.PauseAfter(t).TotalSeconds));
        Assert.Equal(MailRules.LongestPause, MailRules.PauseAfter(100_000));
        Assert.Throws<ArgumentOutOfRangeException>(() => MailRules.PauseAfter(0));
    }
}
