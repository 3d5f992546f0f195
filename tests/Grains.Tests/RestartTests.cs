using Dialer.Calls;
using Dialer.Campaigns;
using Dialer.Domain.Phones;
using Dialer.Domain.Subscribers;
using Dialer.Grains.Calls;
using Dialer.Grains.Campaigns;
using Dialer.Grains.Channels;
using Dialer.Grains.Common;
using Dialer.Grains.Subscribers;
using Dialer.Numbers;
using Dialer.Reports;
using Dialer.Silo.Recovery;
using Dialer.Silo.Storage;
using Dialer.Subscribers;

namespace Dialer.Tests;

public sealed class SqliteRestartTests(Rigs rigs) : RestartTests(rigs, StorageEngine.Sqlite);

public sealed class PostgreSqlRestartTests(Rigs rigs) : RestartTests(rigs, StorageEngine.PostgreSql);

/// <summary>The process is killed with calls up, and another starts on the same data (P10, P29, P30).</summary>
public abstract class RestartTests(Rigs rigs, StorageEngine engine)
{
    [Fact]
    public async Task LiveCallsOfADeadProcess_AreEndedAtTheCarrierAndSettled_P29_P30()
    {
        await using var rig = await rigs.NewAsync(engine);
        var stage = await rig.StageAsync(c => c with { MaxSimultaneousCalls = 4, Attempts = new() { PauseMinutes = 1 } });
        await stage.AddAsync(10);
        await stage.StartAsync();
        var live = await stage.Trunk.UntilLiveAsync(4, "the cap is full");
        live[0].Answer();
        live[1].Answer();
        await Until.TrueAsync(
            async () => (await rig.Get<ICampaignStore>().ReadLiveAsync(stage.Id)).Count(r => !r.AnsweredAt.IsNone) == 2,
            "two answers are stored");

        stage.Trunk.OnDial = c => c.Reach();
        await rig.RestartAsync();
        stage = stage.Again();
        await stage.UntilAsync(p => p.Counters is { Final: 8, Waiting: 2 }, "the campaign goes on by itself");

        var jobs = await stage.JobsAsync();
        JobReport Of(ScriptedCall call) => jobs.Single(j => j.Phone.Value == call.Phone);
        Assert.Equal(live.Select(c => c.Id).OrderBy(i => i.Job), stage.Trunk.Orphans.OrderBy(i => i.Job));
        Assert.All(live, c => Assert.True(c.HasEnded));
        Assert.All(live.Take(2), c => Assert.Equal((JobResult.Unknown, 1), (Of(c).Result, Of(c).Attempts)));
        foreach (var ringing in live.Skip(2).Select(Of))
        {
            var record = Assert.Single(await stage.TriesAsync(ringing.Id));
            Assert.Equal((CallClass.Unknown, (short)0, 0), (record.Class, record.AttemptNumber, ringing.Attempts));
            // ring timeout 30 s + 60 s: that phone may still be ringing
            Assert.True(ringing.NextAt >= record.EndedAt + TimeSpan.FromSeconds(90), $"rung again at {ringing.NextAt}, settled {record.EndedAt}");
        }

        rig.Clock.Forward(TimeSpan.FromSeconds(92));
        await stage.UntilAsync(p => p.Counters.Final == 10, "those of unknown fate are called again after their rest");
        Assert.Equal(12, stage.Trunk.Calls.Count);
        Assert.Equal(2, (await stage.AssertBooksAsync()).Unknown);
        Assert.InRange(stage.Trunk.MostLiveOf(stage.Id), 1, 4);
    }

    [Fact]
    public async Task CallThatMayStillBeUp_KeepsItsPermit_UntilItsLongestTimeHasPassed_P30()
    {
        await using var rig = await rigs.NewAsync(engine);
        var stage = await rig.StageAsync(c => c with { MaxSimultaneousCalls = 1 }, c => c with { MaxCallSeconds = 60 });
        await stage.AddAsync(2);
        await stage.StartAsync();
        await stage.Trunk.UntilLiveAsync(1, "the cap is full");

        stage.Trunk.Orphan = OrphanResult.MayBeUp;
        stage.Trunk.OnDial = c => c.Reach();
        await rig.RestartAsync();
        stage = stage.Again();
        await Until.TrueAsync(() => stage.Trunk.Orphans.Count == 1, "the carrier was asked");
        await stage.UntilAsync(p => p.Idle?.Code == "max_simultaneous_calls", "the permit is not free");
        Assert.Single(stage.Trunk.Calls);

        // ring 30 s + call 60 s + 60 s
        rig.Clock.Forward(TimeSpan.FromSeconds(151));
        await stage.UntilAsync(p => p.Counters.Answered == 1, "the permit is back and the other number is called");
    }

    [Fact]
    public async Task CallWhoseCarrierCannotBeAsked_IsSettled_WhenItsLongestTimeHasPassed_P29_P30()
    {
        await using var rig = await rigs.NewAsync(engine);
        var stage = await rig.StageAsync(c => c with { MaxSimultaneousCalls = 1 }, c => c with { MaxCallSeconds = 60 });
        await stage.AddAsync(1);
        await stage.StartAsync();
        await stage.Trunk.UntilLiveAsync(1, "the call is up");

        rig.Carrier.IsUnusable = true;
        await rig.RestartAsync(() =>
        {
            rig.Clock.Forward(TimeSpan.FromSeconds(151));
            return Task.CompletedTask;
        });
        stage = stage.Again();
        var settled = await stage.UntilAsync(p => p.Counters.Live == 0, "its permit is back");
        Assert.Equal((1, 0), (settled.Counters.Waiting, settled.Counters.Attempts));
    }

    [Fact]
    public async Task StartInstantThatPassedWhileNothingRan_StartsAtTheNextStart_P10()
    {
        await using var rig = await rigs.NewAsync(engine);
        var stage = await rig.StageAsync(startsAt: rig.Now + TimeSpan.FromMinutes(30));
        stage.Trunk.OnDial = c => c.Reach();
        await stage.AddAsync(2);

        await rig.RestartAsync(() =>
        {
            rig.Clock.Forward(TimeSpan.FromMinutes(31));
            return Task.CompletedTask;
        });

        await stage.Again().UntilAsync(p => p.Counters.Answered == 2, "started by itself");
    }

    [Fact]
    public async Task PausedAndScheduledCampaigns_AreAsTheyWere_AfterARestart()
    {
        await using var rig = await rigs.NewAsync(engine);
        var paused = await rig.StageAsync();
        await paused.AddAsync(3);
        await paused.StartAsync();
        await paused.PauseAsync();
        var settled = paused.Trunk.Calls.Count;
        var draft = await rig.StageAsync();

        await rig.RestartAsync();
        paused = paused.Again();

        var view = await paused.ViewAsync();
        Assert.Equal((CampaignStatus.Paused, PauseCodes.Person), (view.Status, Assert.Single(view.PauseCauses).Code));
        Assert.Equal(CampaignStatus.Scheduled, (await draft.Again().ViewAsync()).Status);
        await paused.UntilAsync(p => p.Counters.Live == 0, "calls of the dead process are settled");
        Assert.Equal(settled, paused.Trunk.Calls.Count);
    }

    [Fact]
    public async Task CallsThatRunWhileTheHostStopsGracefully_AreHungUpAndTheirResultsStored()
    {
        await using var rig = await rigs.NewAsync(engine);
        var stage = await rig.StageAsync(c => c with { MaxSimultaneousCalls = 2 });
        await stage.AddAsync(2);
        await stage.StartAsync();
        var live = await stage.Trunk.UntilLiveAsync(2, "both up");
        live[0].Answer();

        await rig.StopAndStartAsync();
        stage = stage.Again();

        // stored as ended by the drain, or settled at the next start: never lost, never dialed twice, an answer spends the attempt
        await stage.UntilAsync(p => p.Counters.Live == 0, "no call is left");
        Assert.All(live, c => Assert.True(c.HasEnded));
        await stage.AssertBooksAsync();
    }

    [Fact]
    public async Task IntentOfALostProcess_ThatIsStoredLate_IsSettledToo_P29()
    {
        await using var rig = await rigs.NewAsync(engine);
        var lost = rig.Get<ISiloIdentity>().Number;
        await rig.RestartAsync();
        rig.Get<CallReconciler>().Nudge();

        // what the lost process had sent to the database arrives now, under an epoch that still holds
        var stage = await rig.StageAsync(c => c with { MaxSimultaneousCalls = 2 });
        stage.Trunk.Refuse = _ => "only the lost process dials";
        var phone = Rig.Phones(1)[0];
        var job = await stage.AddAsync(phone);
        await stage.StartAsync();
        await Until.TrueAsync(async () => await StoreLateAsync(rig, stage, phone, lost), "the late intent is stored");

        rig.Get<CallReconciler>().Nudge();
        await stage.UntilAsync(p => p.Counters.Live == 0, "it is settled");
        Assert.Contains(await stage.TriesAsync(job), t => t.Class == CallClass.Unknown);
        Assert.Single(stage.Trunk.Orphans);
    }

    private static async Task<bool> StoreLateAsync(Rig rig, Stage stage, long phone, int silo)
    {
        var number = new PhoneNumber(phone);
        var stored = (await rig.Get<IDialStore>().ReadSubscriberAsync(stage.Id, number))!;
        var row = Assert.Single(stored.Rows);
        var live = row with
        {
            Status = JobStatus.Live,
            TryNumber = row.TryNumber + 1,
            TryStartedAt = rig.Now,
            Silo = silo,
            Version = row.Version + 1,
        };
        var answer = await rig.Get<IDialStore>().WriteIntentAsync(new IntentWrite
        {
            Row = live,
            Epoch = (await rig.Get<ICampaignStore>().ReadAsync(stage.Id))!.Epoch,
            Channel = stage.ChannelId,
            ChannelEpoch = (await rig.Get<IChannelStore>().ReadAsync(stage.ChannelId))!.Epoch,
            Phone = new PhoneRequest(number, live.Try, stored.Terms.Care, "", stored.Terms.Settings.TimeZone),
            At = rig.Now,
            Counters = CounterDelta.Between(row, live),
        });
        return answer.Result == IntentResult.Stored;
    }
}
