using Dialer.Accounts;
using Dialer.Campaigns;
using Dialer.Domain.Campaigns;

namespace Dialer.Tests.Campaigns;

/// <summary>P12, P13, P46: what used up packages, and a trunk without funds, mean for a campaign.</summary>
public class PackageCausesTests
{
    private static readonly UnixTime Now = new(1_000_000);
    private static readonly PauseCause Telephony = new(PauseCodes.TelephonyMinutes, "t", Now);
    private static readonly PauseCause Speech = new(PauseCodes.SpeechMinutes, "s", Now);
    private static readonly PauseCause Funds = new(PauseCodes.TelephonyMinutes, "402", Now, IsTrunkFunds: true);
    private static readonly PauseCause Person = new(PauseCodes.Person, "p", Now);

    public static TheoryData<CampaignStatus, long, bool, string?> Follows => new()
    {
        { CampaignStatus.Running, 0, true, "paused_automatically" },
        { CampaignStatus.Scheduled, 5_000_000, true, "paused_automatically" },
        { CampaignStatus.Scheduled, 0, false, null },
        { CampaignStatus.Paused, 0, true, null },
        { CampaignStatus.Finished, 0, false, null },
        { CampaignStatus.Deleted, 0, false, null },
    };

    [Theory, MemberData(nameof(Follows))]
    public void UsedUpPackage_HoldsWhatRunsOrIsPlanned_ButNoDraft_P46(CampaignStatus status, long startsAt, bool isHeld, string? name)
    {
        var stand = new CampaignStand { Status = status, StartsAt = new(startsAt) };
        var step = PackageCauses.Follow(stand, new(Telephony, null), hasBot: false);
        Assert.Equal(name, step.Event);
        Assert.Equal((isHeld ? CampaignStatus.Paused : status, isHeld), (step.Stand.Status, step.Stand.Causes.Contains(Telephony)));
        if (!isHeld)
        {
            Assert.Same(stand, step.Stand);
        }
    }

    [Fact]
    public void Speech_HoldsOnlyCampaignsWithABot_AndBothAreNamed_P12()
    {
        var running = new CampaignStand { Status = CampaignStatus.Running };
        Assert.Same(running, PackageCauses.Follow(running, new(null, Speech), hasBot: false).Stand);
        var held = PackageCauses.Follow(running, new(Telephony, Speech), hasBot: true).Stand;
        Assert.Equal([Telephony, Speech], held.Causes);
        var refused = CampaignMachine.Resume(held, Now);
        Assert.Equal([PauseCodes.TelephonyMinutes, PauseCodes.SpeechMinutes], refused.Refusals.Select(r => r.Code));
        Assert.DoesNotContain("resume", CampaignMachine.AllowedActions(held));
    }

    [Fact]
    public void BuyingMore_LiftsTheCause_ButResumeIsForPeople_P12()
    {
        var held = new CampaignStand { Status = CampaignStatus.Paused, Causes = [Person, Telephony, Speech, Funds] };
        var step = PackageCauses.Follow(held, new(null, Speech with { Text = "later" }), hasBot: true);
        Assert.Equal((CampaignStatus.Paused, null), (step.Stand.Status, step.Event));
        Assert.Equal([Person, Speech, Funds], step.Stand.Causes);
        Assert.Equal([Person, Funds], PackageCauses.Follow(step.Stand, PackageVerdict.None, hasBot: true).Stand.Causes);
    }

    [Fact]
    public void TrunkWithoutFunds_PausesOnce_AndAPersonsResumeLiftsIt_P46()
    {
        var running = new CampaignStand { Status = CampaignStatus.Running, StartedAt = Now };
        var paused = CampaignMachine.Hold(running, Funds);
        Assert.Equal((CampaignStatus.Paused, "paused_automatically"), (paused.Stand.Status, paused.Event));
        Assert.Same(paused.Stand, CampaignMachine.Hold(paused.Stand, Funds with { Since = Now + TimeSpan.FromSeconds(1) }).Stand);
        Assert.Contains("resume", CampaignMachine.AllowedActions(paused.Stand));
        Assert.Equal((CampaignStatus.Running, 0), (CampaignMachine.Resume(paused.Stand, Now).Value!.Stand.Status, CampaignMachine.Resume(paused.Stand, Now).Value!.Stand.Causes.Count));

        // beside a package that is used up it stays two causes, of which one holds
        var both = CampaignMachine.Hold(paused.Stand, Telephony).Stand;
        Assert.Equal([Funds, Telephony], both.Causes);
        Assert.Equal([Telephony], both.Blocking);
        Assert.Equal([Funds], CampaignMachine.Lift(both, PauseCodes.TelephonyMinutes).Stand.Causes);
    }
}
