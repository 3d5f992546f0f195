using Dialer.Calls;
using Dialer.Campaigns;
using Dialer.Channels;
using Dialer.Grains.Calls;
using Dialer.Silo.Storage;
using Orleans.Serialization;

namespace Dialer.Tests;

/// <summary>A bot that is not there (P41): nobody is rung again and again to hear silence.</summary>
public class BotTests(Rigs rigs)
{
    internal static readonly Scenario First = new() { SipBotUri = "sip:first@127.0.0.1:5999" };
    internal static readonly Scenario Second = new() { SipBotUri = "sip:second@127.0.0.1:5999" };
    private static readonly Scenario Third = new() { SipBotUri = "sip:third@127.0.0.1:5999" };
    private static readonly Scenario Http = new() { HttpBotUrl = "http://127.0.0.1:5998/bot" };
    internal static readonly TrunkHealth Gone = new(false, "nobody answers there");

    [Theory, BothEngines]
    public async Task NothingIsDialed_BeforeTheBotAnswersAProbe_ThenAtOnce_AndOthersDoNotWait_P41(StorageEngine engine)
    {
        var rig = await rigs.GetAsync(engine);
        var stage = await rig.StageAsync(channel: c => c with { Lines = 6, Scenario = First });
        var other = await rig.StageAsync(c => c with { Scenario = Second }, on: stage.ChannelId);
        var silent = await rig.StageAsync(c => c with { Scenario = Scenario.None }, on: stage.ChannelId);
        var released = 0L;
        stage.Trunk.OnBotProbe = uri => uri != First.SipBotUri || Volatile.Read(ref released) > 0 ? new TrunkHealth(true) : null;
        stage.Trunk.OnDial = c => c.Reach();
        await stage.AddAsync(3);
        await stage.StartAsync();
        var idle = await stage.UntilAsync(p => p.Idle?.Code == "scenario_down", "it waits for the probe");
        Assert.Equal((CampaignStatus.Running, true), (idle.Status, idle.Idle!.Text.Contains("probe", StringComparison.Ordinal)));

        // of another bot, and of none: called meanwhile, on all lines
        await other.AddAsync(10);
        await other.StartAsync();
        await silent.AddAsync(10);
        await silent.StartAsync();
        await other.UntilAsync(p => p.Counters.Answered == 10, "another bot's campaign goes on");
        await silent.UntilAsync(p => p.Counters.Answered == 10, "a campaign without a bot goes on");
        Assert.DoesNotContain(stage.Trunk.Calls, c => c.Campaign == stage.Id);

        await Until.TrueAsync(() => stage.Trunk.BotProbes.Any(p => p.Uri == First.SipBotUri), "the bot is being probed");
        var at = TimeProvider.System.GetTimestamp();
        Volatile.Write(ref released, at);
        await stage.UntilAsync(p => p.Counters.Answered == 3, "the numbers are called once the bot is there");
        var first = stage.Trunk.Calls.Where(c => c.Campaign == stage.Id).Min(c => c.DialedTicks);
        var probe = Math.Max(at, stage.Trunk.BotProbes.Last(p => p.Uri == First.SipBotUri && p.Ticks <= first).Ticks);
        Assert.True(TimeProvider.System.GetElapsedTime(probe, first) < TimeSpan.FromSeconds(1.5), "dialing began late after the probe");
    }

    [Theory, BothEngines]
    public async Task MoreThanThreeOfTheLast_PauseAllCampaignsOfTheBot_ButNoOthers_P41(StorageEngine engine)
    {
        var rig = await rigs.GetAsync(engine);
        var first = await rig.StageAsync(c => c with { MaxSimultaneousCalls = 1 }, c => c with { Scenario = Third });
        var second = await rig.StageAsync(c => c with { MaxSimultaneousCalls = 1 }, on: first.ChannelId);
        var other = await rig.StageAsync(c => c with { MaxSimultaneousCalls = 1, Scenario = Second }, on: first.ChannelId);
        first.Trunk.OnDial = c =>
        {
            if (c.Campaign == first.Id && first.Trunk.Calls.Count(f => f.Campaign == first.Id) % 2 == 1)
            {
                c.FailBot();
            }
            else
            {
                c.Reach();
            }
        };
        await first.AddAsync(30);
        await first.StartAsync();
        var paused = await first.UntilAsync(p => p.Status == CampaignStatus.Paused, "it pauses by itself");
        Assert.Equal("4 of the last 7 answered calls found no bot", Assert.Single(paused.PauseCauses).Evidence);
        Assert.Equal(7, first.Trunk.Calls.Count);

        // it answers probes: whether it is mended, the person knows who resumes
        await first.UntilAsync(p => p.PauseCauses.Count == 0, "the cause is lifted");
        Assert.Contains("resume", (await first.ViewAsync()).AllowedActions);
        Assert.Equal(7, first.Trunk.Calls.Count);

        await other.AddAsync(5);
        await other.StartAsync();
        await other.UntilAsync(p => p.Counters.Answered == 5, "another bot's campaign goes on");
        await second.AddAsync(5);
        await second.StartAsync();
        await second.UntilAsync(p => p.Counters.Answered == 5, "whoever starts has the bot judged anew");
        Assert.Equal(CampaignStatus.Paused, (await first.ViewAsync()).Status);
    }

    [Theory, BothEngines]
    public async Task CalleesWhoWereGoneBeforeTheBot_SayNothingOfIt_P41(StorageEngine engine)
    {
        var rig = await rigs.GetAsync(engine);
        var stage = await rig.StageAsync(c => c with { MaxSimultaneousCalls = 1 }, c => c with { Scenario = First });
        stage.Trunk.OnDial = c =>
        {
            if (c.Order % 2 == 0)
            {
                c.FailBot();
            }
            else
            {
                c.MissBot();
            }
        };
        await stage.AddAsync(9);
        await stage.StartAsync();
        var paused = await stage.UntilAsync(p => p.Status == CampaignStatus.Paused, "it pauses by itself");
        Assert.Equal("3 answered calls in a row found no bot", Assert.Single(paused.PauseCauses).Evidence);
        Assert.Equal((5, 2), (stage.Trunk.Calls.Count, paused.Counters.Answered));
    }

    [Theory, BothEngines]
    public async Task RunningCampaigns_OfABotThatIsDown_PauseBeforeTheirFirstCall_P41(StorageEngine engine)
    {
        var rig = await rigs.GetAsync(engine);
        var first = await rig.StageAsync(c => c with { MaxSimultaneousCalls = 1 }, c => c with { Scenario = First });
        var idle = await rig.StageAsync(on: first.ChannelId);
        await idle.StartAsync();
        first.Trunk.OnDial = c => c.FailBot();
        await first.AddAsync(5);
        await first.StartAsync();
        await first.UntilAsync(p => p.Status == CampaignStatus.Paused, "it pauses by itself");
        await first.UntilAsync(p => p.PauseCauses.Count == 0, "the bot answers probes, so the cause is lifted");

        // nobody has resumed: the calls that it failed are not forgotten
        await idle.AddAsync(5);
        await idle.UntilAsync(p => p.Status == CampaignStatus.Paused, "it pauses as its numbers are due");
        Assert.Equal(3, first.Trunk.Calls.Count);

        first.Trunk.OnDial = c => c.Reach();
        await idle.UntilAsync(p => p.PauseCauses.Count == 0, "its cause is lifted too");
        await idle.ResumeAsync();
        await idle.UntilAsync(p => p.Counters.Answered == 5, "a resume lets it dial");
    }

    [Theory, BothEngines]
    public async Task ThreeLostProbes_PauseTheCampaign_NobodyIsCalled_AndTheCauseIsLiftedWhenItAnswers_P12_P41(StorageEngine engine)
    {
        var rig = await rigs.GetAsync(engine);
        var stage = await rig.StageAsync(channel: c => c with { Scenario = First });
        stage.Trunk.OnBotProbe = _ => Gone;
        stage.Trunk.OnDial = c => c.Reach();
        await stage.AddAsync(3);
        await stage.StartAsync();
        var paused = await stage.UntilAsync(p => p.Status == CampaignStatus.Paused, "it pauses by itself");
        var cause = Assert.Single(paused.PauseCauses);
        Assert.Equal((PauseCodes.ScenarioDown, "3 probes in a row were lost (nobody answers there)"), (cause.Code, cause.Evidence));
        var seconds = stage.Trunk.BotProbes.Zip(stage.Trunk.BotProbes.Skip(1), (a, b) => TimeProvider.System.GetElapsedTime(a.Ticks, b.Ticks).TotalSeconds);
        Assert.All(seconds.Skip(1), s => Assert.InRange(s, 4.9, 15));

        // kept beside other causes (P12)
        await stage.Campaign.SetCauseAsync(new PauseCause("other_cause", "a cause", rig.Now), holds: true);
        var refused = await stage.Campaign.ResumeAsync("test");
        Assert.Equal(["other_cause", PauseCodes.ScenarioDown], refused.Refusals.Select(r => r.Code).Order());
        await stage.Campaign.SetCauseAsync(new PauseCause("other_cause", "", rig.Now), holds: false);

        stage.Trunk.OnBotProbe = _ => new TrunkHealth(true);
        await stage.UntilAsync(p => p.PauseCauses.Count == 0, "a probe lifts the cause");
        Assert.Empty(stage.Trunk.Calls);
        await stage.ResumeAsync();
        await stage.UntilAsync(p => p.Counters.Answered == 3, "all are called");
    }

    [Theory, BothEngines]
    public async Task TrunkThatIsAwayFromTheStart_WithTheBotBehindIt_IsWaitedFor_AndPausesNobody_P42(StorageEngine engine)
    {
        var rig = await rigs.GetAsync(engine);
        var stage = await rig.StageAsync(channel: c => c with { Scenario = First });
        stage.Trunk.IsUp = false;
        stage.Trunk.OnBotProbe = _ => Gone;
        stage.Trunk.OnDial = c => c.Reach();
        await stage.AddAsync(3);
        await stage.StartAsync();
        var down = await stage.UntilAsync(p => p.Idle?.Code == "channel_down" || p.Status == CampaignStatus.Paused, "the breaker is open");
        Assert.Equal((CampaignStatus.Running, BreakerState.Open), (down.Status, down.Channel!.Breaker));

        stage.Trunk.OnBotProbe = _ => new TrunkHealth(true);
        stage.Trunk.IsUp = true;
        var done = await stage.UntilAsync(p => p.Counters.Answered == 3, "all are called once both are back");
        Assert.Equal(CampaignStatus.Running, done.Status);
    }

    [Theory, BothEngines]
    public async Task ReportsAndVerdicts_TravelBetweenSilosAsTheyAre_P41(StorageEngine engine)
    {
        var rig = await rigs.GetAsync(engine);
        var serializer = rig.Get<Serializer>();
        T Travel<T>(T value) => serializer.Deserialize<T>(serializer.SerializeToArray(value))!;
        var bot = BotId.Of(First)!;
        var long100 = Enumerable.Range(0, 100).Aggregate(default(BotDigest), (all, i) => all.Then(i % 9 == 0 ? BotDigest.Failed : BotDigest.Good));
        var request = Travel(new BundleRequest
        {
            Campaign = new CampaignId(1),
            Want = 1,
            Live = 0,
            SettledBundle = 0,
            Scenario = Http,
            Bots = [new BotReport(bot, long100), new BotReport(BotId.Of(Http)!, BotDigest.Failed)],
        });
        Assert.Equal([new BotReport(bot, long100), new BotReport(BotId.Of(Http)!, BotDigest.Failed)], request.Bots);
        Assert.Equal(Http, request.Scenario);

        var view = new BotHealthView { Bot = bot, State = BotState.Down, Answers = true, Evidence = "seen" };
        Assert.Equal(view, Travel(view));
        var freed = new PermitFreed { Try = new TryId(new JobId(1), 1), Class = CallClass.BotFailed, StartedAt = rig.Now, Bot = bot };
        Assert.Equal(freed, Travel(freed));
    }
}
