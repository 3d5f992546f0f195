using Dialer.Campaigns;
using Dialer.Channels;
using Dialer.PhoneLists;
using Dialer.Silo.Storage;

namespace Dialer.Tests;

/// <summary>Campaigns on imported lists (P36, P37), channels and lists that go away (P12, P13, P45).</summary>
public class ListTests(Rigs rigs)
{
    [Theory, BothEngines]
    public async Task ImportedList_IsLoadedWhileDialing_AndTotalIsThereFromTheStart_P37(StorageEngine engine)
    {
        var rig = await rigs.GetAsync(engine);
        const int rows = 2500;
        var list = await ImportAsync(rig, rows);
        var stage = await rig.StageAsync(c => c with { List = list, MaxSimultaneousCalls = 40 });
        stage.Trunk.OnDial = c => c.Reach();
        Assert.Equal(0, (await stage.ViewAsync()).Counters.Total);

        var started = await stage.Campaign.StartAsync("test");
        Assert.Equal(rows, (await stage.ViewAsync()).Counters.Total);
        Assert.Equal(CampaignStatus.Running, started.Value!.Status);

        // in the middle of the loading; what is loaded is loaded once
        await stage.UntilAsync(p => p.Counters.Loaded > 0, "loading has begun");
        await stage.PauseAsync();
        await stage.ResumeAsync();
        var done = await stage.UntilAsync(p => p.Counters.Answered == rows, "every row is called", TimeSpan.FromSeconds(60));

        Assert.Equal((rows, rows), (done.Counters.Total, done.Counters.Loaded));
        Assert.Equal(rows, stage.Trunk.Calls.Select(c => c.Phone).Distinct().Count());
        await stage.AssertBooksAsync();
    }

    [Theory, BothEngines]
    public async Task PriorityColumn_OrdersTheRowsThatAreLoaded_P23_P37(StorageEngine engine)
    {
        var rig = await rigs.GetAsync(engine);
        var phones = Rig.Phones(6);
        var text = "phone,DIALER_PRIORITY\n" + string.Concat(phones.Select((p, i) => $"{p},{5 - (i / 2)}\n"));
        var stage = await rig.StageAsync(c => c with { MaxSimultaneousCalls = 1 });
        var list = await rig.ImportAsync(text);
        await stage.EditAsync(c => c with { List = list });

        // the cap is taken by a number of the API until everything is loaded
        await stage.AddAsync(1);
        await stage.StartAsync();
        var first = (await stage.Trunk.UntilLiveAsync(1, "one is up"))[0];
        var held = await stage.UntilAsync(p => p.Counters.Loaded == 7, "the list is loaded");
        Assert.Equal(1, held.Counters.Live);
        stage.Trunk.OnDial = c => c.Reach();
        first.Reach();

        // not only when lanes are read anew every 30 s
        await stage.UntilAsync(p => p.Counters.Final == 7, "all done", TimeSpan.FromSeconds(5));

        var order = stage.Trunk.Calls.Where(c => phones.Contains(c.Phone)).Select(c => c.Phone).ToList();
        Assert.Equal([phones[4], phones[5], phones[2], phones[3], phones[0], phones[1]], order);
    }

    [Theory, BothEngines]
    public async Task ListAndChannelDeletedBeforeTheStart_PauseTheCampaign_AndStartNamesBoth_P13_P36_P45(StorageEngine engine)
    {
        var rig = await rigs.GetAsync(engine);
        var list = await ImportAsync(rig, 5);
        var stage = await rig.StageAsync(c => c with { List = list }, startsAt: rig.Now + TimeSpan.FromHours(1));

        Assert.True((await rig.Grains.GetGrain<IPhoneListGrain>(list.Value).DeleteAsync()).IsDone);
        await stage.UntilAsync(p => p.Status == CampaignStatus.Paused, "paused by the list");
        Assert.True((await stage.Channel.DeleteAsync(force: false)).IsDone);
        var paused = await stage.UntilAsync(p => p.PauseCauses.Count == 2, "both causes are kept");

        Assert.Equal([PauseCodes.ListDeleted, PauseCodes.ChannelDeleted], paused.PauseCauses.Select(c => c.Code));
        var refused = await stage.Campaign.ResumeAsync("test");
        Assert.Equal([PauseCodes.ChannelDeleted, PauseCodes.ListDeleted], refused.Refusals.Select(r => r.Code).Order());
        Assert.DoesNotContain("resume", (await stage.ViewAsync()).AllowedActions);

        // mended by an edit, it goes back to its planned start
        var (otherList, otherChannel) = (await ImportAsync(rig, 5), (await rig.StageAsync()).ChannelId);
        await stage.EditAsync(c => c with { List = otherList, Channel = otherChannel });
        Assert.Equal(CampaignStatus.Scheduled, (await stage.ResumeAsync()).Status);
    }

    [Theory, BothEngines]
    public async Task PlannedStartOnAMissingList_PausesWithItsCause_InsteadOfStarting_P12(StorageEngine engine)
    {
        var rig = await rigs.GetAsync(engine);
        var list = await ImportAsync(rig, 5);
        var stage = await rig.StageAsync(c => c with { List = list }, startsAt: rig.Now + TimeSpan.FromSeconds(2));
        rig.Lost.Lose(stage.Campaign, nameof(ICampaignGrain.SetCauseAsync));

        await rig.Grains.GetGrain<IPhoneListGrain>(list.Value).DeleteAsync();
        var paused = await stage.UntilAsync(p => p.Status == CampaignStatus.Paused, "paused at its start");

        Assert.Equal(PauseCodes.ListDeleted, Assert.Single(paused.PauseCauses).Code);
        Assert.Empty(stage.Trunk.Calls);
    }

    [Theory, BothEngines]
    public async Task ListDeletedAfterTheStart_ChangesNothing_P36(StorageEngine engine)
    {
        var rig = await rigs.GetAsync(engine);
        var list = await ImportAsync(rig, 1500);
        var stage = await rig.StageAsync(c => c with { List = list, MaxSimultaneousCalls = 40 });
        stage.Trunk.OnDial = c => c.Reach();
        await stage.StartAsync();

        Assert.True((await rig.Grains.GetGrain<IPhoneListGrain>(list.Value).DeleteAsync()).IsDone);

        await stage.UntilAsync(p => p.Counters.Answered == 1500, "every row is called", TimeSpan.FromSeconds(60));
        await stage.PauseAsync();
        await stage.ResumeAsync();
    }

    [Theory, BothEngines]
    public async Task ChannelOfAStartedCampaign_IsDeletedOnlyByForce_WhichPausesItFirst_P45(StorageEngine engine)
    {
        var rig = await rigs.GetAsync(engine);
        var stage = await rig.StageAsync(c => c with { Name = "the user", MaxSimultaneousCalls = 1 });
        await stage.AddAsync(3);
        await stage.StartAsync();
        var call = (await stage.Trunk.UntilLiveAsync(1, "one is up"))[0];

        var refused = await stage.Channel.DeleteAsync(force: false);
        Assert.Equal("channel_in_use", refused.Refusal.Code);
        Assert.Contains("the user", refused.Refusal.Text, StringComparison.Ordinal);

        Assert.True((await stage.Channel.DeleteAsync(force: true)).IsDone);
        await stage.UntilAsync(p => p.PauseCauses.Any(c => c.Code == PauseCodes.ChannelDeleted), "paused");
        call.Reach();
        await stage.UntilAsync(p => p.Counters.Answered == 1, "the live call keeps its result");
        Assert.Single(stage.Trunk.Calls);
        Assert.Equal(PauseCodes.ChannelDeleted, (await stage.Campaign.ResumeAsync("test")).Refusal.Code);
    }

    private static Task<ListId> ImportAsync(Rig rig, int rows) => rig.ImportAsync("phone\n" + string.Concat(Rig.Phones(rows).Select(p => $"{p}\n")));
}
