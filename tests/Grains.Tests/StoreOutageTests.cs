using Dialer.Calls;
using Dialer.Campaigns;
using Dialer.Grains.Campaigns;
using Dialer.Grains.Common;
using Dialer.Silo.Storage;
using Dialer.Subscribers;

namespace Dialer.Tests;

public sealed class SqliteStoreOutageTests(Rigs rigs) : StoreOutageTests(rigs, StorageEngine.Sqlite);

public sealed class PostgreSqlStoreOutageTests(Rigs rigs) : StoreOutageTests(rigs, StorageEngine.PostgreSql);

/// <summary>The database does not confirm a commit (I6; failure plan "database away"): each test has a silo of its own.</summary>
public abstract class StoreOutageTests(Rigs rigs, StorageEngine engine)
{
    [Fact]
    public async Task IntentNotCommitted_NothingIsDialed_AndTheNumberComesAgain_P29()
    {
        await using var rig = await rigs.NewAsync(engine);
        var stage = await rig.StageAsync();
        rig.Store.Intents = CommitFault.NotCommitted;
        await stage.AddAsync(5);
        await stage.StartAsync();
        await Until.TrueAsync(() => rig.Store.Faults > 0, "an intent was not confirmed");
        Assert.Empty(stage.Trunk.Calls);

        // a hint makes the campaign read the rows again while their permits are still held
        var lane = Assert.Single(await rig.Get<ICampaignStore>().ReadLanesAsync(stage.Id));
        await stage.Campaign.WakeAsync(lane.Of(Dialer.Campaigns.LaneKind.At), new UnixTime(1));
        stage.Trunk.OnDial = c => c.Reach();
        rig.Store.Intents = CommitFault.None;
        await stage.UntilAsync(p => p.Counters.Answered == 5, "all are called once the database is back");

        Assert.Equal(5, stage.Trunk.Calls.Count);
        await stage.AssertBooksAsync();
    }

    [Fact]
    public async Task IntentCommittedButUnconfirmed_NothingIsDialedOnIt_AndItIsSettledAsUnknown_P29()
    {
        await using var rig = await rigs.NewAsync(engine);
        var stage = await rig.StageAsync(c => c with { MaxSimultaneousCalls = 2, Attempts = new() { PauseMinutes = 1 } });
        stage.Trunk.OnDial = c => c.Reach();
        rig.Store.Intents = CommitFault.CommittedUnconfirmed;
        var job = await stage.AddAsync(Rig.Phones(1)[0]);
        await stage.StartAsync();
        await stage.UntilAsync(p => p.Counters.Live == 1, "the intent is stored");
        rig.Store.Intents = CommitFault.None;
        Assert.Empty(stage.Trunk.Calls);

        // its own driver does not know it, twice, when it is older than 20 s
        rig.Clock.Forward(TimeSpan.FromSeconds(25));
        await stage.UntilAsync(p => p.Counters.Live == 0, "the live row is settled");
        var record = Assert.Single(await stage.TriesAsync(job));
        Assert.Equal((CallClass.Unknown, (short)0), (record.Class, record.AttemptNumber));
        Assert.Empty(stage.Trunk.Calls);

        rig.Clock.Forward(record.NextAt - rig.Now + TimeSpan.FromSeconds(1));
        await stage.UntilFinalAsync(job);
        Assert.Equal(new TryId(job, 2), Assert.Single(stage.Trunk.Calls).Id);
        await stage.AssertBooksAsync();
    }

    [Theory]
    [InlineData(CommitFault.NotCommitted)]
    [InlineData(CommitFault.CommittedUnconfirmed)]
    public async Task OutcomesUnconfirmed_ResultsAreKept_AndWrittenOnceItIsBack(CommitFault fault)
    {
        await using var rig = await rigs.NewAsync(engine);
        var stage = await rig.StageAsync(c => c with { MaxSimultaneousCalls = 6 });
        await stage.AddAsync(12);
        await stage.StartAsync();
        var live = await stage.Trunk.UntilLiveAsync(6, "the cap is full");
        live[0].Answer();
        live[1].Answer();
        await Until.TrueAsync(
            async () => (await rig.Get<ICampaignStore>().ReadLiveAsync(stage.Id)).Count(r => !r.AnsweredAt.IsNone) == 2, "two answers are stored");

        rig.Store.Steps = fault;
        live[0].End();
        live[1].End();
        live[2].Reach();
        live[3].End(CallClass.Busy);
        live[4].End(CallClass.Nonexistent);
        live[5].End(CallClass.NoAnswer);
        await Until.TrueAsync(() => rig.Store.Faults >= (fault == CommitFault.NotCommitted ? 3 : 1), "outcomes were not confirmed");
        if (fault == CommitFault.NotCommitted)
        {
            Assert.Equal(6, stage.Trunk.Calls.Count);
            Assert.Equal(6, (await stage.ViewAsync()).Counters.Live);
        }

        stage.Trunk.OnDial = c => c.Reach();
        rig.Store.Steps = CommitFault.None;
        await stage.UntilAsync(p => p.Counters.Final == 12, "kept results are written, the rest is called");

        var jobs = await stage.JobsAsync();
        Assert.Equal(
            [JobResult.Reached, JobResult.Reached, JobResult.Reached, JobResult.NoAnswer, JobResult.Nonexistent, JobResult.NoAnswer],
            live.Select(c => jobs.Single(j => j.Phone.Value == c.Phone).Result));
        Assert.Equal(12, (await stage.AssertBooksAsync()).Tries);
    }

    [Fact]
    public async Task NoWritesForFifteenMinutes_PauseWithTheReason_AndAResumeGoesOn_P12()
    {
        await using var rig = await rigs.NewAsync(engine);
        // one a second is asked for: what was not confirmed holds its permit for a while
        var stage = await rig.StageAsync(c => c with { MaxSimultaneousCalls = 30 }, c => c with { CallsPerSecond = 1 });
        stage.Trunk.OnDial = c => c.Reach();
        rig.Store.Intents = CommitFault.NotCommitted;
        await stage.AddAsync(30);
        await stage.StartAsync();
        for (var round = 0; round < 25 && !await IsPausedAsync(stage); round++)
        {
            var before = rig.Store.Faults;
            await Until.TrueAsync(
                async () => rig.Store.Faults > before || await IsPausedAsync(stage), "an intent is tried and not confirmed, or the campaign is paused");
            // two of them are a gap at most: a failure may be noted after the step that follows it
            rig.Clock.Forward(TimeSpan.FromSeconds(50));
        }

        await stage.UntilAsync(p => p.Status == CampaignStatus.Paused, "the campaign is paused");
        var view = (await stage.Campaign.GetAsync())!;
        Assert.Equal(PauseCodes.StorageFailing, Assert.Single(view.PauseCauses).Code);
        Assert.Contains("resume", view.AllowedActions);
        Assert.Empty(stage.Trunk.Calls);

        rig.Store.Intents = CommitFault.None;
        Assert.True((await stage.Campaign.ResumeAsync("test")).IsDone);
        await stage.UntilAsync(p => p.Counters.Answered > 3, "numbers are called again");
        await stage.Campaign.PauseAsync("test");
        await stage.UntilAsync(p => p.Counters.Live == 0, "no call is up");
        await stage.AssertBooksAsync();
    }

    [Fact]
    public async Task LongOutage_PausesOnceBeforeAnybodyIsCalled_AlsoInANewActivation_P12()
    {
        await using var rig = await rigs.NewAsync(engine);
        var stage = await rig.StageAsync();
        stage.Trunk.OnDial = c => c.Reach();
        await stage.StartAsync();
        for (var i = 0; i < 13; i++)
        {
            // as the silo's watch sees it while no campaign can be active
            rig.Get<StorageWatch>().Failed();
            rig.Clock.Forward(TimeSpan.FromSeconds(80));
        }

        await stage.AddAsync(3);
        await stage.UntilAsync(p => p.Status == CampaignStatus.Paused, "the campaign is paused");
        Assert.Equal(PauseCodes.StorageFailing, Assert.Single((await stage.Campaign.GetAsync())!.PauseCauses).Code);
        Assert.Empty(stage.Trunk.Calls);

        Assert.True((await stage.Campaign.ResumeAsync("test")).IsDone);
        await stage.UntilAsync(p => p.Counters.Answered == 3, "all are called");
        await stage.AssertBooksAsync();
    }

    private static async Task<bool> IsPausedAsync(Stage stage) => (await stage.Campaign.GetAsync())!.Status == CampaignStatus.Paused;
}
