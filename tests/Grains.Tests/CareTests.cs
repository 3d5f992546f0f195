using Dialer.Accounts;
using Dialer.Calls;
using Dialer.Campaigns;
using Dialer.Silo.Storage;
using Dialer.Subscribers;

namespace Dialer.Tests;

public sealed class SqliteCareTests(Rigs rigs) : CareTests(rigs, StorageEngine.Sqlite);

public sealed class PostgreSqlCareTests(Rigs rigs) : CareTests(rigs, StorageEngine.PostgreSql);

/// <summary>Care for the people called, on a silo that keeps it on simulated channels (P12, P22, P58, P60).</summary>
public abstract class CareTests(Rigs rigs, StorageEngine engine)
{
    private static readonly TimeZoneInfo Moscow = TimeZoneInfo.FindSystemTimeZoneById("Europe/Moscow");

    /// <summary>Any hour: only the rule of the test holds a number back.</summary>
    private static CampaignSettings AnyTime(CampaignSettings settings) => settings with { OuterHoursException = "a test at any hour" };

    [Fact]
    public async Task GapBetweenJobsOfAPhone_HoldsOverAllCampaigns_P22()
    {
        await using var rig = await rigs.CareAsync(engine);
        var (first, second) = (await rig.StageAsync(AnyTime), await rig.StageAsync(AnyTime));
        second.Trunk.OnDial = first.Trunk.OnDial = c => c.Reach();
        var phone = Rig.Phones(1)[0];
        await first.AddAsync(phone);
        await first.StartAsync();
        await first.UntilAsync(p => p.Counters.Answered == 1, "the first job is over");

        var job = await second.AddAsync(phone);
        await second.StartAsync();
        await Until.TrueAsync(async () => (await second.NotesAsync(job)).Any(n => n.Code == "gap"), "the timeline tells the gap");
        Assert.Empty(second.Trunk.Calls);

        rig.Clock.Forward(TimeSpan.FromMinutes(5));
        await second.UntilFinalAsync(job);
        Assert.True(second.Trunk.Calls[0].DialedAt - first.Trunk.Calls[0].DialedAt >= TimeSpan.FromMinutes(5));
    }

    [Fact]
    public async Task CallsPerDay_HoldOverAllCampaigns_AndTechnicalOnesAreGivenBack_P58()
    {
        await using var rig = await rigs.CareAsync(engine);
        // far from midnight: the calls are of one day
        ForwardToTomorrow(rig, hour: 12);
        var phone = Rig.Phones(1)[0];
        var errors = await rig.StageAsync(AnyTime, c => c with { Breaker = false });
        errors.Trunk.OnDial = c => c.End(CallClass.Technical);
        await errors.AddAsync(phone);
        await errors.StartAsync();
        await errors.UntilAsync(p => p.Counters.Backoff == 1, "a technical error");
        await errors.FinishAsync();

        for (var i = 0; i < 2; i++)
        {
            var stage = await rig.StageAsync(AnyTime);
            stage.Trunk.OnDial = c => c.End(CallClass.Busy);
            var job = await stage.AddAsync(phone);
            await stage.StartAsync();
            await stage.UntilFinalAsync(job);
            rig.Clock.Forward(TimeSpan.FromMinutes(5));
        }

        var third = await rig.StageAsync(AnyTime);
        third.Trunk.OnDial = c => c.Reach();
        var capped = await third.AddAsync(phone);
        await third.StartAsync();
        await Until.TrueAsync(async () => (await third.NotesAsync(capped)).Any(n => n.Code == "cap_day"), "the timeline tells the cap");
        Assert.Empty(third.Trunk.Calls);

        // the next local day; a deferral is looked at again at least each hour
        rig.Clock.Forward(TimeSpan.FromHours(25));
        Assert.Equal((JobResult.Reached, 1), ((await third.UntilFinalAsync(capped)).Result, third.Trunk.Calls.Count));
    }

    [Fact]
    public async Task OuterHours_HoldWhateverTheCampaignsWindow_AndOnlyAnExceptionLiftsThem_P60()
    {
        await using var rig = await rigs.CareAsync(engine);

        // Russia: 08–22, on weekends 09–20, by the zone of the campaign here
        ForwardToTomorrow(rig, hour: 3);
        var stage = await rig.StageAsync(c => c with { UseSubscriberLocalTime = false });
        stage.Trunk.OnDial = c => c.Reach();
        var job = await stage.AddAsync(Rig.Phones(1)[0]);
        await stage.StartAsync();

        var idle = (await stage.UntilAsync(p => p.Idle?.Code == "outside_hours", "outside the outer hours")).Idle!;
        var opens = TimeZoneInfo.ConvertTime(idle.Until.ToDateTimeOffset(), Moscow);
        var weekend = opens.DayOfWeek is DayOfWeek.Saturday or DayOfWeek.Sunday;
        Assert.Equal(new TimeSpan(weekend ? 9 : 8, 0, 0), opens.TimeOfDay);
        Assert.Empty(stage.Trunk.Calls);

        await stage.PauseAsync();
        await stage.EditAsync(AnyTime);
        await stage.ResumeAsync();
        await stage.UntilFinalAsync(job);
    }

    [Fact]
    public async Task SuspiciousOutcomes_PauseTheCampaign_AndResumeMayPutTheNumbersBack_P12()
    {
        await using var rig = await rigs.CareAsync(engine);
        var stage = await rig.StageAsync(c => AnyTime(c) with { MaxSimultaneousCalls = 1 });
        stage.Trunk.OnDial = c => c.End(CallClass.Nonexistent);
        await stage.AddAsync(60);
        await stage.StartAsync();
        var paused = await stage.UntilAsync(p => p is { Status: CampaignStatus.Paused, Counters.Live: 0 }, "paused by what it saw");

        Assert.Equal(PauseCodes.SuspiciousOutcomes, Assert.Single(paused.PauseCauses).Code);
        Assert.InRange(paused.Counters.Nonexistent, 20, 25);

        stage.Trunk.OnDial = c => c.Reach();
        Assert.True((await stage.Campaign.ResumeAsync("test", putBack: true)).IsDone);
        rig.Clock.Forward(TimeSpan.FromMinutes(5));
        var done = await stage.UntilAsync(p => p.Counters.Final == 60, "all done");
        Assert.InRange(done.Counters.Answered, 55, 60);
        await stage.AssertBooksAsync();
    }

    [Fact]
    public async Task OrganisationsSettings_AreTakenByVersion_AndFollowedByRunningCampaigns_P58()
    {
        await using var rig = await rigs.CareAsync(engine);
        var account = rig.Grains.GetGrain<IAccountGrain>(1);
        var view = await account.GetAsync();
        Assert.True((await account.PutAsync(view.Settings with { Care = view.Settings.Care with { CallsPerDay = 1 } }, view.Version)).IsDone);
        Assert.Equal("version_conflict", (await account.PutAsync(view.Settings, view.Version)).Refusal.Code);

        var stage = await rig.StageAsync(c => AnyTime(c) with { Attempts = new AttemptPolicy { Initial = 3, PauseMinutes = 1 } });
        stage.Trunk.OnDial = c => c.End(CallClass.Busy);
        var job = await stage.AddAsync(Rig.Phones(1)[0]);
        await stage.StartAsync();
        await stage.UntilJobAsync(job, j => j.Attempts == 1, "called once");
        rig.Clock.Forward(TimeSpan.FromMinutes(2));

        await Until.TrueAsync(async () => (await stage.NotesAsync(job)).Any(n => n.Code == "cap_day"), "the cap of one a day holds");
        Assert.Single(stage.Trunk.Calls);
    }

    private static void ForwardToTomorrow(Rig rig, int hour)
    {
        var local = TimeZoneInfo.ConvertTime(rig.Now.ToDateTimeOffset(), Moscow);
        rig.Clock.Forward(new DateTimeOffset(local.Date.AddDays(1).AddHours(hour), local.Offset) - local);
    }
}
