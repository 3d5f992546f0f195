using Dialer.Accounts;
using Dialer.Campaigns;
using Dialer.Domain.Campaigns;
using Dialer.Grains.Campaigns;
using Dialer.Grains.Channels;
using Dialer.Silo.Recovery;
using Dialer.Silo.Storage;
using Dialer.Subscribers;

namespace Dialer.Tests;

public sealed class SqlitePermitTests(Rigs rigs) : PermitTests(rigs, StorageEngine.Sqlite);

public sealed class PostgreSqlPermitTests(Rigs rigs) : PermitTests(rigs, StorageEngine.PostgreSql);

/// <summary>Permits are a cache of the live rows, and epochs decide between two activations (architecture: Permits; I1, I5).</summary>
public abstract class PermitTests(Rigs rigs, StorageEngine engine)
{
    [Fact]
    public async Task PermitFreedThatGotLost_ComesBackByTheLiveRows_P2()
    {
        var rig = await rigs.GetAsync(engine);
        var stage = await rig.StageAsync(c => c with { MaxSimultaneousCalls = 3 });
        stage.Trunk.OnDial = c => c.Reach();
        rig.Lost.Lose(stage.Campaign, nameof(ICampaignGrain.PermitFreedAsync));
        await stage.AddAsync(12);
        await stage.StartAsync();
        await stage.UntilAsync(p => p.Counters.Answered == 3, "three were called");
        await Until.TrueAsync(() => rig.Lost.Count(stage.Campaign, nameof(ICampaignGrain.PermitFreedAsync)) == 3, "three messages got lost");
        Assert.Equal("max_simultaneous_calls", (await stage.UntilAsync(p => p.Idle is not null, "stands")).Idle!.Code);

        rig.Lost.Deliver(stage.Campaign, nameof(ICampaignGrain.PermitFreedAsync));

        await stage.UntilAsync(p => p.Counters.Answered == 12, "the permits are back");
        Assert.InRange(stage.Trunk.MostLive, 1, 3);
        await stage.AssertBooksAsync();
    }

    [Fact]
    public async Task HintOfNewJobsThatGotLost_CostsAMoment_NotANumber()
    {
        var rig = await rigs.GetAsync(engine);
        var stage = await rig.StageAsync();
        stage.Trunk.OnDial = c => c.Reach();
        await stage.StartAsync();
        await stage.UntilAsync(p => p.Idle?.Code == "no_numbers", "nothing to do");
        rig.Lost.Lose(stage.Campaign, nameof(ICampaignGrain.JobsAddedAsync));

        await stage.AddAsync(3);

        await stage.UntilAsync(p => p.Counters.Answered == 3, "found by polling");
    }

    [Fact]
    public async Task StaleEpoch_IsRefused_NothingIsDialedUnderIt_I5()
    {
        var rig = await rigs.GetAsync(engine);
        var stage = await rig.StageAsync(c => c with { MaxSimultaneousCalls = 2 });
        await stage.AddAsync(6);
        await stage.StartAsync();
        await stage.Trunk.UntilLiveAsync(2, "the cap is full");
        var store = rig.Get<ICampaignStore>();
        var row = (await store.ReadAsync(stage.Id))!;

        // what a second activation does first: from here on the first one can dial nothing and write nothing
        Assert.True(await store.TransitionAsync(row, row.Epoch));
        Assert.False(await store.TransitionAsync(row, row.Epoch));
        await AssertRefusedAsync(rig, stage, row);
        var seen = stage.Trunk.Calls.Count;
        stage.Trunk.Live[0].Reach();

        // it is told so at its next intent, leaves, and the campaign goes on under a new epoch
        await stage.UntilAsync(_ => stage.Trunk.Calls.Count > seen, "the campaign goes on");
        Assert.True((await store.ReadAsync(stage.Id))!.Epoch > row.Epoch + 1);
        stage.Trunk.OnDial = c => c.Reach();
        foreach (var call in stage.Trunk.Live)
        {
            call.Reach();
        }

        await stage.UntilAsync(p => p.Counters.Final == 6, "all done");
        Assert.InRange(stage.Trunk.MostLive, 1, 2);
        await stage.AssertBooksAsync();
    }

    [Fact]
    public async Task TransitionOfAnActivationThatWasTakenOver_Fails_AndTheNextAskFindsTheTruth_I5()
    {
        var rig = await rigs.GetAsync(engine);
        var stage = await rig.StageAsync();
        await stage.StartAsync();
        var store = rig.Get<ICampaignStore>();
        var row = (await store.ReadAsync(stage.Id))!;
        Assert.True(await store.TransitionAsync(row with { Status = CampaignStatus.Finished, FinishedAt = rig.Now }, row.Epoch));

        await Assert.ThrowsAsync<InvalidOperationException>(() => stage.Campaign.PauseAsync("test"));

        await Until.TrueAsync(async () => (await stage.ViewAsync()).Status == CampaignStatus.Finished, "the row is the truth");
        Assert.Equal("campaign_state", (await stage.Campaign.PauseAsync("test")).Refusal.Code);
    }

    [Fact]
    public async Task ActivationThatWasTakenOver_AnswersWhatIsStored_AndRefusesNoEditByWhatItRemembers_I5()
    {
        var rig = await rigs.GetAsync(engine);
        var store = rig.Get<ICampaignStore>();
        async Task<Stage> OvertakenAsync()
        {
            var stage = await rig.StageAsync();
            await stage.StartAsync();
            var row = (await store.ReadAsync(stage.Id))!;
            Assert.True(await store.TransitionAsync(row with { Status = CampaignStatus.Finished, FinishedAt = rig.Now, SettingsVersion = 7 }, row.Epoch));
            return stage;
        }

        var seen = await OvertakenAsync();
        Assert.Equal((CampaignStatus.Finished, 7), ((await seen.Campaign.GetAsync())!.Status, (await seen.Campaign.GetAsync())!.SettingsVersion));
        var followed = await OvertakenAsync();
        var progress = (await followed.Campaign.ProgressAsync())!;
        Assert.Equal((CampaignStatus.Finished, "finished"), (progress.Status, progress.Idle!.Code));

        // by its memory the version would be another one
        var edited = await OvertakenAsync();
        var settings = (await store.ReadAsync(edited.Id))!.Settings;
        await Assert.ThrowsAsync<InvalidOperationException>(() => edited.Campaign.EditAsync(settings, default, 7, "test"));
        Assert.NotEqual("version_conflict", (await edited.Campaign.EditAsync(settings, default, 7, "test")).Refusal.Code);
    }

    [Fact]
    public async Task ChannelTakenOver_ItsOldBundlesAreVoid_AndDialingGoesOn_I5()
    {
        var rig = await rigs.GetAsync(engine);
        var stage = await rig.StageAsync(c => c with { MaxSimultaneousCalls = 2 });
        await stage.AddAsync(30);
        await stage.StartAsync();
        await stage.Trunk.UntilLiveAsync(2, "the cap is full");
        var store = rig.Get<IChannelStore>();
        var row = (await store.ReadAsync(stage.ChannelId))!;
        Assert.True(await store.WriteAsync(row, row.Epoch));

        stage.Trunk.OnDial = c => c.Reach();
        foreach (var call in stage.Trunk.Live)
        {
            call.Reach();
        }

        await stage.UntilAsync(p => p.Counters.Final == 30, "all done under a new epoch of the channel");
        await stage.AssertBooksAsync();
    }

    [Fact]
    public async Task CallWithoutALiveRow_IsHungUp_AndARowWithoutACallIsSettled()
    {
        await using var rig = await rigs.NewAsync(engine);
        var stage = await rig.StageAsync(c => c with { MaxSimultaneousCalls = 2 });
        await stage.AddAsync(2);
        await stage.StartAsync();
        var live = await stage.Trunk.UntilLiveAsync(2, "both up");

        // the row of one is settled behind its call's back
        var row = (await rig.Get<ICampaignStore>().ReadLiveAsync(stage.Id)).Single(r => r.Try == live[0].Id);
        Assert.True(await stage.Subscriber(live[0].Phone).SettleAsync(row, knownOver: true));
        rig.Clock.Forward(TimeSpan.FromSeconds(25));
        rig.Get<CallReconciler>().Nudge();
        await Until.TrueAsync(() => live[0].HasEnded, "the call without a row is hung up");

        Assert.False(live[1].HasEnded);
        Assert.Equal(1, (await stage.ViewAsync()).Counters.Live);
    }

    private static async Task AssertRefusedAsync(Rig rig, Stage stage, CampaignRow stale)
    {
        var channel = (await rig.Get<IChannelStore>().ReadAsync(stage.ChannelId))!;
        var lane = (await rig.Get<ICampaignStore>().ReadLanesAsync(stage.Id))[0];
        var waiting = (await rig.Get<ICampaignStore>().ReadRangeAsync(
            stage.Id, new(lane.Of(LaneKind.At), LaneCursor.Start, 1)))[0];
        var answer = await stage.Subscriber(waiting.Phone.Value).AdmitAsync(new Admission
        {
            Row = waiting,
            Lane = lane,
            Terms = rig.Get<ICareResolver>().Terms(stage.Id, stale.Settings, channel.Settings, CampaignStatus.Running),
            Epoch = stale.Epoch,
            Channel = stage.ChannelId,
            ChannelEpoch = channel.Epoch,
            PlannedAt = rig.Now,
            TokenTicks = long.MaxValue,
            TokenUntil = UnixTime.Never,
            AskerSilo = 1,
        });
        Assert.Equal(AdmissionResult.EpochPassed, answer.Result);
        Assert.Empty(stage.Trunk.CallsTo(waiting.Phone.Value));
    }
}
