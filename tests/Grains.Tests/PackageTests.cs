using Dialer.Accounts;
using Dialer.Calls;
using Dialer.Campaigns;
using Dialer.Channels;
using Dialer.Grains.Accounts;
using Dialer.Grains.Campaigns;
using Dialer.Silo.Storage;

namespace Dialer.Tests;

/// <summary>Minute packages (P46, P12, P13): live calls are metered, nothing new is dialed at zero, live ones end.</summary>
public class PackageTests(Rigs rigs)
{
    private static readonly Scenario Bot = BotTests.First;

    [Theory, BothEngines]
    public async Task LiveCallsAreMetered_AtZeroCampaignsPause_LiveCallsEnd_AndBuyingMoreAllowsResume_P46(StorageEngine engine)
    {
        await using var rig = await rigs.NewAsync(engine);
        var stage = await rig.StageAsync(c => c with { MaxSimultaneousCalls = 3 });
        stage.Trunk.OnDial = c => c.Answer();
        await stage.AddAsync(10);
        await BuyAsync(rig, 30, null);
        await stage.StartAsync();
        var live = await stage.Trunk.UntilLiveAsync(3, "three talk");
        await stage.UntilAsync(p => p.Counters.Live == 3 && live.All(c => c.IsAnswered), "three are answered");
        await Until.TrueAsync(async () => (await PackagesAsync(rig)).TelephonyUsed is >= 3 and < 30, "they are metered");

        // three talks of 10 seconds
        rig.Clock.Forward(TimeSpan.FromSeconds(10));
        var paused = await stage.UntilAsync(p => p.Status == CampaignStatus.Paused, "it pauses by itself");
        var cause = Assert.Single(paused.PauseCauses);
        Assert.Equal(PauseCodes.TelephonyMinutes, cause.Code);
        Assert.Contains("30 s bought at", cause.Text, StringComparison.Ordinal);
        Assert.Equal((3, 3), (stage.Trunk.Calls.Count, paused.Counters.Live));
        foreach (var call in live)
        {
            call.End();
        }

        var ended = await stage.UntilAsync(p => p.Counters.Answered == 3, "the live calls ended normally");
        Assert.InRange(ended.Counters.BilledSeconds, 30, 90);
        Assert.Equal(3, stage.Trunk.Calls.Count);
        Assert.Equal(0, (await PackagesAsync(rig)).TelephonyLeft);
        var refused = await stage.Campaign.ResumeAsync("test");
        Assert.Equal([PauseCodes.TelephonyMinutes], refused.Refusals.Select(r => r.Code));
        Assert.NotNull(refused.Refusal.AllowedActions);

        var bought = await BuyAsync(rig, 600, null);
        Assert.Equal((600L, null), (bought.TelephonyLeft, bought.SpeechLeft));
        await stage.UntilAsync(p => p.PauseCauses.Count == 0, "the cause is lifted");
        Assert.Equal(CampaignStatus.Paused, (await stage.ViewAsync()).Status);
        stage.Trunk.OnDial = c => c.Reach();
        await stage.ResumeAsync();
        await stage.UntilAsync(p => p.Counters.Answered == 10, "a resume lets it dial");
        await stage.AssertBooksAsync();
    }

    [Theory, BothEngines]
    public async Task SpeechHoldsOnlyCampaignsWithABot_AndBothCausesAreNamed_P12_P46(StorageEngine engine)
    {
        await using var rig = await rigs.NewAsync(engine);
        var spoken = await rig.StageAsync(c => c with { MaxSimultaneousCalls = 1, Scenario = Bot });
        var silent = await rig.StageAsync(c => c with { MaxSimultaneousCalls = 1 }, on: spoken.ChannelId);
        await spoken.AddAsync(20);
        await silent.AddAsync(20);
        spoken.Trunk.OnDial = c =>
        {
            if (c.Campaign == spoken.Id)
            {
                c.Reach(new BotReply { SpeechSeconds = 50 });
            }
        };
        await BuyAsync(rig, null, 40);
        await silent.StartAsync();
        await spoken.StartAsync();
        var paused = await spoken.UntilAsync(p => p.Status == CampaignStatus.Paused, "the campaign with a bot pauses");
        Assert.Equal([PauseCodes.SpeechMinutes], paused.PauseCauses.Select(c => c.Code));
        Assert.Equal(CampaignStatus.Running, (await silent.ViewAsync()).Status);

        // telephony too: the paused campaign holds both, the other one that; of a call that is up less may be billed than was metered
        await spoken.UntilAsync(p => p.Counters.Live == 0, "its calls are over");
        await BuyAsync(rig, 0, 0);
        var both = await spoken.UntilAsync(p => p.PauseCauses.Count == 2, "both causes are there");
        Assert.Equal([PauseCodes.SpeechMinutes, PauseCodes.TelephonyMinutes], both.PauseCauses.Select(c => c.Code).Order());
        await silent.UntilAsync(p => p.Status == CampaignStatus.Paused && p.PauseCauses.Single().Code == PauseCodes.TelephonyMinutes, "the other one is held too");
        var refused = await spoken.Campaign.ResumeAsync("test");
        Assert.Equal([PauseCodes.SpeechMinutes, PauseCodes.TelephonyMinutes], refused.Refusals.Select(r => r.Code).Order());

        // without its bot only telephony holds it (P15)
        await spoken.EditAsync(c => c with { Scenario = null });
        Assert.Equal([PauseCodes.TelephonyMinutes], (await spoken.ViewAsync()).PauseCauses.Select(c => c.Code));
        await BuyAsync(rig, null, 0);
        await spoken.UntilAsync(p => p.PauseCauses.Count == 0, "nothing holds it");
        await spoken.ResumeAsync();
    }

    [Theory, BothEngines]
    public async Task UsedUpPackage_RefusesStartsAtOnce_HoldsPlannedOnes_AndLeavesDrafts_P13_P46(StorageEngine engine)
    {
        await using var rig = await rigs.NewAsync(engine);
        await BuyAsync(rig, 0, null);
        var draft = await rig.StageAsync();
        var planned = await rig.StageAsync(startsAt: rig.Now + TimeSpan.FromHours(1));
        await planned.UntilAsync(p => p.Status == CampaignStatus.Paused && p.PauseCauses.Single().Code == PauseCodes.TelephonyMinutes, "the planned one is held");
        Assert.Equal(CampaignStatus.Scheduled, (await draft.ViewAsync()).Status);
        var refused = await draft.Campaign.StartAsync("test");
        Assert.Equal([PauseCodes.TelephonyMinutes], refused.Refusals.Select(r => r.Code));

        await BuyAsync(rig, 60, null);
        await draft.StartAsync();
        await planned.UntilAsync(p => p.PauseCauses.Count == 0, "bought, it holds no longer");
        Assert.Equal(CampaignStatus.Scheduled, (await planned.ResumeAsync()).Status);
    }

    [Theory, BothEngines]
    public async Task MeteringGoesOn_AfterTheProcessDied_P46(StorageEngine engine)
    {
        await using var rig = await rigs.NewAsync(engine);
        var stage = await rig.StageAsync(c => c with { MaxSimultaneousCalls = 2 });
        stage.Trunk.OnDial = c => c.Answer();
        await stage.AddAsync(20);
        await BuyAsync(rig, 3600, null);
        await stage.StartAsync();
        await stage.Trunk.UntilLiveAsync(2, "two talk");
        await Until.TrueAsync(
            async () => (await rig.Get<ICampaignStore>().ReadLiveAsync(stage.Id)).Count(r => !r.AnsweredAt.IsNone) == 2, "two answers are stored");
        await rig.RestartAsync();
        stage = stage.Again();
        await stage.UntilAsync(p => p.Counters.Unknown == 2, "the calls of the dead process are settled");
        await Until.TrueAsync(() => stage.Trunk.Calls.Count(c => c.IsAnswered) == 4, "two more talk");

        // nobody asks: it meters by itself
        rig.Clock.Forward(TimeSpan.FromMinutes(31));
        await stage.UntilAsync(p => p.Status == CampaignStatus.Paused && p.PauseCauses.Single().Code == PauseCodes.TelephonyMinutes, "it pauses by itself");

        // or the silo, which stops politely, waits for them
        foreach (var call in stage.Trunk.Live)
        {
            call.End();
        }
    }

    [Fact]
    public async Task UnlimitedPackages_AreNotLookedAt_P46()
    {
        await using var rig = await rigs.NewAsync(StorageEngine.Sqlite);
        var stage = await rig.StageAsync();
        stage.Trunk.OnDial = c => c.Reach();
        await stage.AddAsync(5);
        await stage.StartAsync();
        await stage.UntilAsync(p => p.Counters.Answered == 5, "all are called");
        await stage.PauseAsync();
        await stage.ResumeAsync();
        Assert.Equal(0, rig.Packages.Looks);
        await BuyAsync(rig, 60, null);
        await Until.TrueAsync(() => rig.Packages.Looks > 3, "a limited one is looked at each second");
        await BuyAsync(rig, null, null);
        await Until.GetAsync(
            async () =>
            {
                var before = rig.Packages.Looks;
                await Task.Delay(2500, TestContext.Current.CancellationToken);
                return rig.Packages.Looks - before;
            },
            more => more == 0,
            "and no more when it is unlimited again");
    }

    [Theory, BothEngines]
    public async Task FiftyCallsThatFindTheTrunkWithoutFunds_PauseTheCampaignsOfTheChannelOnce_AndAPersonsResumeLiftsIt_P46(StorageEngine engine)
    {
        var rig = await rigs.GetAsync(engine);
        var stage = await rig.StageAsync(c => c with { MaxSimultaneousCalls = 50 });
        var sharing = await rig.StageAsync(on: stage.ChannelId);
        var elsewhere = await rig.StageAsync();
        await stage.AddAsync(60);
        await stage.StartAsync();
        await sharing.StartAsync();
        await elsewhere.StartAsync();
        var live = await stage.Trunk.UntilLiveAsync(50, "fifty are in the air");
        var epoch = await EpochAsync(rig, stage);
        await Task.WhenAll(live.Select(c => Task.Run(() => c.End(CallClass.Technical, isNoFunds: true))));
        var paused = await stage.UntilAsync(p => p.Status == CampaignStatus.Paused && p.Counters.Live == 0, "it pauses");
        var cause = Assert.Single(paused.PauseCauses);
        Assert.Equal((PauseCodes.TelephonyMinutes, true), (cause.Code, cause.IsTrunkFunds));
        Assert.StartsWith("the trunk answered 402 Payment Required", cause.Evidence, StringComparison.Ordinal);
        Assert.Equal((0, 0, 50), (paused.Counters.Attempts, paused.Counters.Backoff, paused.Counters.TechnicalFailures));
        Assert.Equal(epoch + 1, await EpochAsync(rig, stage));
        await sharing.UntilAsync(p => p.Status == CampaignStatus.Paused && p.PauseCauses.Single().IsTrunkFunds, "the other campaign of the channel pauses");
        Assert.Equal(CampaignStatus.Running, (await elsewhere.ViewAsync()).Status);
        Assert.Equal(BreakerState.Closed, (await stage.Channel.GetAsync())!.Health.Breaker);

        // nobody can look the balance up: a person says that it is paid; the next 402 pauses again
        stage.Trunk.OnDial = c => c.End(CallClass.Technical, isNoFunds: true);
        await sharing.ResumeAsync();
        await stage.ResumeAsync();
        await stage.UntilAsync(p => p.Status == CampaignStatus.Paused && p.PauseCauses.Single().IsTrunkFunds, "it pauses again");
        stage.Trunk.OnDial = c => c.Reach();
        await Until.TrueAsync(async () => (await stage.Campaign.ResumeAsync("test")).IsDone, "resumed");
        rig.Clock.Forward(TimeSpan.FromMinutes(2));
        await stage.UntilAsync(p => p.Counters.Answered == 60, "all are called, nothing was spent");
        Assert.All(await stage.JobsAsync(), j => Assert.Equal(1, j.Attempts));
    }

    private static async Task<PackagesView> BuyAsync(Rig rig, long? telephony, long? speech)
    {
        var account = rig.Grains.GetGrain<IAccountGrain>(1);
        var answer = await account.PutPackagesAsync(new PackageLimits(telephony, speech), (await account.GetPackagesAsync()).Version);
        Assert.True(answer.IsDone, answer.IsDone ? null : answer.Refusal.Text);
        return answer.Value;
    }

    private static Task<PackagesView> PackagesAsync(Rig rig) => rig.Grains.GetGrain<IAccountGrain>(1).GetPackagesAsync();

    private static async Task<long> EpochAsync(Rig rig, Stage stage) =>
        (await rig.Get<Dialer.Grains.Campaigns.ICampaignStore>().ReadAsync(stage.Id))!.Epoch;
}
