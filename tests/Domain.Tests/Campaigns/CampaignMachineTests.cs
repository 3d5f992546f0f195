using CsCheck;
using Dialer.Campaigns;
using Dialer.Domain.Campaigns;
using Dialer.Tests.Calendars;
using static Dialer.Campaigns.CampaignStatus;

namespace Dialer.Tests.Campaigns;

/// <summary>P9–P14, P16, P61: the whole table of a campaign's transitions.</summary>
public class CampaignMachineTests
{
    private static readonly UnixTime Now = TestTerms.At("2026-07-06T12:00:00+03:00");
    private static readonly UnixTime Before = Now - TimeSpan.FromHours(1);
    private static readonly UnixTime Later = Now + TimeSpan.FromHours(1);
    private static readonly PauseCause Minutes = new(PauseCodes.TelephonyMinutes, "No minutes.", Before);
    private static readonly PauseCause Down = new(PauseCodes.ChannelDown, "Down.", Before);
    private static readonly PauseCause Suspicious = new(PauseCodes.SuspiciousOutcomes, "Odd.", Before);
    private static readonly PauseCause Person = new(PauseCodes.Person, "By a person.", Before);

    /// <summary>Null = refused; the same status without an event = nothing to do.</summary>
    [Theory]
    [InlineData("start", Scheduled, Running, "started")]
    [InlineData("start", Running, Running, null)]
    [InlineData("start", Paused, null, null)]
    [InlineData("start", Finished, null, null)]
    [InlineData("start", Deleted, null, null)]
    [InlineData("pause", Scheduled, null, null)]
    [InlineData("pause", Running, Paused, "paused")]
    [InlineData("pause", Paused, Paused, null)]
    [InlineData("pause", Finished, null, null)]
    [InlineData("pause", Deleted, null, null)]
    [InlineData("resume", Scheduled, null, null)]
    [InlineData("resume", Running, Running, null)]
    [InlineData("resume", Paused, Running, "resumed")]
    [InlineData("resume", Finished, null, null)]
    [InlineData("resume", Deleted, null, null)]
    [InlineData("finish", Scheduled, Finished, "finished")]
    [InlineData("finish", Running, Finished, "finished")]
    [InlineData("finish", Paused, Finished, "finished")]
    [InlineData("finish", Finished, Finished, null)]
    [InlineData("finish", Deleted, null, null)]
    [InlineData("delete", Scheduled, Deleted, "deleted")]
    [InlineData("delete", Running, Deleted, "deleted")]
    [InlineData("delete", Paused, Deleted, "deleted")]
    [InlineData("delete", Finished, Deleted, "deleted")]
    [InlineData("delete", Deleted, Deleted, null)]
    public void Action_LeadsWhereTheTableSays(string action, CampaignStatus from, CampaignStatus? to, string? name)
    {
        var stand = new CampaignStand { Status = from };
        var answer = Act(action, stand);
        if (to is null)
        {
            Assert.False(answer.IsDone);
            Assert.Equal("campaign_state", answer.Refusal.Code);
            Assert.DoesNotContain(action, answer.Refusal.AllowedActions!);
            return;
        }

        Assert.Equal((to.Value, name), (answer.Value!.Stand.Status, answer.Value.Event));
        if (name is null)
        {
            Assert.Same(stand, answer.Value.Stand);
        }
    }

    [Fact]
    public void AllowedActions_AreExactlyThoseThatChangeSomething()
    {
        string[] actions = ["start", "pause", "resume", "finish", "delete"];
        Gen.Select(Stand, Gen.OneOf(actions)).Sample((stand, action) =>
        {
            var answer = Act(action, stand);
            Assert.Equal(answer is { IsDone: true, Value.Event: not null }, CampaignMachine.AllowedActions(stand).Contains(action));
            Assert.Equal(CampaignMachine.RefuseEdit(stand) is null, CampaignMachine.AllowedActions(stand).Contains("edit"));
        });
    }

    [Fact]
    public void RunningCampaign_HasNoCause_AndAFinishedOneNeverLeavesItsEnd()
    {
        Gen.Select(Stand, Gen.Int[0, 8].Array[1, 20]).Sample((stand, acts) =>
        {
            foreach (var act in acts)
            {
                var before = stand.Status;
                stand = Walk(stand, act);
                Assert.True(stand.Status != Running || stand.Causes.Count == 0);
                Assert.True(before is not (Finished or Deleted) || stand.Status == before || stand.Status == Deleted);
                Assert.True(stand.Status is not (Finished or Deleted) || !stand.FinishedAt.IsNone);
                Assert.Equal(stand.Causes.Count, stand.Causes.DistinctBy(c => c.Code).Count());
            }
        });
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Start_RemembersWhenItFirstRan(bool hasRun)
    {
        var stand = new CampaignStand { Status = hasRun ? Paused : Scheduled, StartedAt = hasRun ? Before : UnixTime.None };
        var running = Act(hasRun ? "resume" : "start", stand).Value!.Stand;
        Assert.Equal(hasRun ? Before : Now, running.StartedAt);
    }

    [Theory]
    [InlineData(+1, Scheduled)]
    [InlineData(0, Running)]
    [InlineData(-1, Running)]
    public void Resume_OfACampaignThatNeverRan_WaitsForItsStart_IfThatIsAhead(int hours, CampaignStatus status)
    {
        var stand = new CampaignStand { Status = Paused, StartsAt = Now + TimeSpan.FromHours(hours), Causes = [Person] };
        var step = CampaignMachine.Resume(stand, Now).Value!;
        Assert.Equal((status, "resumed"), (step.Stand.Status, step.Event));
        Assert.Empty(step.Stand.Causes);
        Assert.Equal(Running, CampaignMachine.Resume(stand with { StartedAt = Before }, Now).Value!.Stand.Status);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Resume_IsRefused_NamingAllCausesThatHold_AndOnlyThose(bool neverRan)
    {
        var stand = new CampaignStand
        {
            Status = Paused,
            StartsAt = neverRan ? Later : UnixTime.None,
            StartedAt = neverRan ? UnixTime.None : Before,
            Causes = [Person, Minutes, Suspicious, Down],
        };
        var answer = CampaignMachine.Resume(stand, Now);
        Assert.Equal([PauseCodes.TelephonyMinutes, PauseCodes.ChannelDown], answer.Refusals.Select(r => r.Code));
        Assert.DoesNotContain("resume", CampaignMachine.AllowedActions(stand));

        stand = CampaignMachine.Lift(CampaignMachine.Lift(stand, PauseCodes.ChannelDown).Stand, PauseCodes.TelephonyMinutes).Stand;
        Assert.Equal(Paused, stand.Status);
        Assert.Equal([Person, Suspicious], stand.Causes);
        Assert.Equal(neverRan ? Scheduled : Running, CampaignMachine.Resume(stand, Now).Value!.Stand.Status);
    }

    [Fact]
    public void Start_IsRefused_WhileACauseHolds()
    {
        var answer = CampaignMachine.Start(new CampaignStand { Status = Scheduled, Causes = [Down, Minutes] }, Now);
        Assert.Equal([PauseCodes.ChannelDown, PauseCodes.TelephonyMinutes], answer.Refusals.Select(r => r.Code));
    }

    [Theory]
    [InlineData(Scheduled, Paused, "paused_automatically")]
    [InlineData(Running, Paused, "paused_automatically")]
    [InlineData(Paused, Paused, null)]
    public void Cause_PausesWhatIsOpen_AndIsKeptBesideTheOthers(CampaignStatus from, CampaignStatus to, string? name)
    {
        var stand = new CampaignStand { Status = from, Causes = from == Paused ? [Person] : [] };
        var step = CampaignMachine.Hold(stand, Minutes);
        Assert.Equal((to, name), (step.Stand.Status, step.Event));
        Assert.Equal([.. stand.Causes, Minutes], step.Stand.Causes);
        var second = CampaignMachine.Hold(step.Stand, Down);
        Assert.Null(second.Event);
        Assert.Equal([.. stand.Causes, Minutes, Down], second.Stand.Causes);
        Assert.Same(second.Stand, CampaignMachine.Hold(second.Stand, Down with { Since = Now }).Stand);
    }

    [Theory]
    [InlineData(Finished)]
    [InlineData(Deleted)]
    public void Cause_SaysNothingToACampaignThatIsOver(CampaignStatus status)
    {
        var stand = new CampaignStand { Status = status };
        var step = CampaignMachine.Hold(stand, Minutes);
        Assert.Same(stand, step.Stand);
        Assert.Null(step.Event);
    }

    [Theory]
    [InlineData(Scheduled, true)]
    [InlineData(Running, false)]
    [InlineData(Paused, true)]
    [InlineData(Finished, false)]
    [InlineData(Deleted, false)]
    public void Conditions_AreEditable_OnlyWhileScheduledOrPaused(CampaignStatus status, bool isEditable)
    {
        Assert.Equal(isEditable, CampaignMachine.RefuseEdit(new CampaignStand { Status = status }) is null);
    }

    [Theory]
    [InlineData(-3600_000, true)]
    [InlineData(0, true)]
    [InlineData(1, false)]
    public void PlannedStart_StartsByItself_AlsoWhenItsInstantWasMissed(int ms, bool isDue)
    {
        var stand = new CampaignStand { Status = Scheduled, StartsAt = new UnixTime(Now.Ms + ms) };
        var due = CampaignMachine.Due(stand, UnixTime.None, Now);
        Assert.Equal(isDue, due is not null);
        Assert.Equal(isDue ? "started" : null, due?.Event);
        Assert.Null(CampaignMachine.Due(stand with { StartsAt = UnixTime.None }, UnixTime.None, Now));
        Assert.Null(CampaignMachine.Due(stand with { Status = Paused }, UnixTime.None, Now));
    }

    [Fact]
    public void PlannedStart_WithACauseThatHolds_PausesInstead()
    {
        var due = CampaignMachine.Due(new CampaignStand { Status = Scheduled, StartsAt = Before, Causes = [Down] }, UnixTime.None, Now)!;
        Assert.Equal((Paused, "paused_automatically"), (due.Stand.Status, due.Event));
        Assert.Equal([Down], due.Stand.Causes);
    }

    [Theory]
    [InlineData(Scheduled, true)]
    [InlineData(Running, true)]
    [InlineData(Paused, true)]
    [InlineData(Finished, false)]
    [InlineData(Deleted, false)]
    public void FinishAtInstant_FinishesWhatIsOpen(CampaignStatus status, bool finishes)
    {
        var stand = new CampaignStand { Status = status, StartsAt = Before, Causes = [Minutes] };
        Assert.Equal(finishes ? "finished" : null, CampaignMachine.Due(stand, Now, Now)?.Event);
        Assert.NotEqual("finished", CampaignMachine.Due(stand, new UnixTime(Now.Ms + 1), Now)?.Event);
    }

    [Fact]
    public void Delete_OfAFinishedCampaign_KeepsWhenItFinished()
    {
        Assert.Equal(Before, CampaignMachine.Delete(new CampaignStand { Status = Finished, FinishedAt = Before }, Now).Value!.Stand.FinishedAt);
        Assert.Equal(Now, CampaignMachine.Delete(new CampaignStand { Status = Running }, Now).Value!.Stand.FinishedAt);
    }

    private static readonly Gen<CampaignStand> Stand =
        from status in Gen.OneOf(Scheduled, Running, Paused, Finished, Deleted)
        from starts in Gen.OneOf(UnixTime.None, Before, Later)
        from started in Gen.Bool
        from causes in Gen.Shuffle(new[] { Minutes, Down, Suspicious, Person }, 0, 4)
        select new CampaignStand
        {
            Status = status,
            StartsAt = starts,
            StartedAt = started ? Before : UnixTime.None,
            FinishedAt = status is Finished or Deleted ? Before : UnixTime.None,
            Causes = status == Paused ? causes : [],
        };

    private static Answer<CampaignStep> Act(string action, CampaignStand stand) => action switch
    {
        "start" => CampaignMachine.Start(stand, Now),
        "pause" => CampaignMachine.Pause(stand, Now),
        "resume" => CampaignMachine.Resume(stand, Now),
        "finish" => CampaignMachine.Finish(stand, Now),
        _ => CampaignMachine.Delete(stand, Now),
    };

    private static CampaignStand Walk(CampaignStand stand, int act) => act switch
    {
        0 => CampaignMachine.Hold(stand, Minutes).Stand,
        1 => CampaignMachine.Hold(stand, Down).Stand,
        2 => CampaignMachine.Lift(stand, PauseCodes.ChannelDown).Stand,
        3 => CampaignMachine.Due(stand, UnixTime.None, Now)?.Stand ?? stand,
        _ => Act(new[] { "start", "pause", "resume", "finish", "delete" }[act - 4], stand).Value?.Stand ?? stand,
    };
}
