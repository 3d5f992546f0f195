using System.Globalization;
using System.Text.Json.Nodes;
using Dialer.Calls;
using Dialer.Campaigns;
using Dialer.Domain.Subscribers;
using Dialer.Events;
using Dialer.Grains.Campaigns;
using Dialer.Numbers;
using Dialer.Silo.Storage;
using Dialer.Silo.Storage.Events;
using Dialer.Subscribers;

namespace Dialer.Tests.Stores;

/// <summary>P51: events are written with what they tell, for campaigns that somebody listens to, and for no others.</summary>
public class EventTests(StoreFixture fixture) : IClassFixture<StoreFixture>
{
    [Theory, ClassData(typeof(BothEngines))]
    public async Task NobodyListens_NothingIsWritten_P51(StorageEngine engine)
    {
        var rig = await fixture.OfAsync(engine);
        var campaign = await TestCampaign.NewAsync(rig);
        await LifeAsync(rig, campaign);
        Assert.True(await TransitionAsync(rig, campaign, campaign.Row.Epoch, "finished", CampaignStatus.Finished));

        Assert.Equal(0, await Tables.CountAsync(rig, "event where campaign = @id", ("id", campaign.Id.Value)));
        Assert.Equal(0, await HeadAsync(rig, campaign));
    }

    [Theory, ClassData(typeof(BothEngines))]
    public async Task Transitions_OfJobs_AreToldInTheirOrder_P51(StorageEngine engine)
    {
        var rig = await fixture.OfAsync(engine);
        var campaign = await TestCampaign.NewAsync(rig);
        var head = (await rig.Get<IEventFeed>().ListenAsync(campaign.Id, rig.Now))!.Head;
        await rig.Campaigns.ReadLiveAsync(campaign.Id);
        var (job, phone) = await LifeAsync(rig, campaign);

        var events = await rig.Get<IEventFeed>().ReadAsync(campaign.Id, head, 100);

        Assert.Equal(["job.started", "job.retry", "job.started", "job.answered", "job.finished"], events.Select(e => e.Type));
        Assert.Equal(Enumerable.Range(1, 5).Select(i => head + i), events.Select(e => e.Seq));
        Assert.Equal($"{campaign.Id}-{head + 1}", events[0].Id);
        Assert.All(events, e => Assert.Equal(job, e.Job));
        Assert.All(events, e => Assert.Equal(phone.ToString(CultureInfo.InvariantCulture), (string?)JsonNode.Parse(e.DataJson)!["phone"]));
        var retry = JsonNode.Parse(events[1].DataJson)!;
        Assert.Equal(
            ("waiting", "busy", 1, $"{job}-1", 486),
            ((string?)retry["status"], (string?)retry["outcome"], (int)retry["attempts"]!, (string?)retry["tryId"], (int)retry["sipCode"]!));
        var finished = JsonNode.Parse(events[4].DataJson)!;
        Assert.Equal(("final", "reached", 6.0), ((string?)finished["status"], (string?)finished["result"], (double)finished["talkSeconds"]!));
        Assert.Equal("finished", (string?)JsonNode.Parse(events[4].ToJson())!["type"]!.ToString().Split('.')[1]);
        await Recount.AssertAsync(rig, [campaign]);
    }

    [Theory, ClassData(typeof(BothEngines))]
    public async Task Batches_GiveEachCampaignItsOwnNumbers_P51(StorageEngine engine)
    {
        var rig = await fixture.OfAsync(engine);
        var channel = await TestCampaign.NewChannelAsync(rig);
        TestCampaign[] campaigns = [await TestCampaign.NewAsync(rig, channel: channel), await TestCampaign.NewAsync(rig, channel: channel), await TestCampaign.NewAsync(rig, channel: channel)];
        // the last one has no listener
        foreach (var campaign in campaigns.Take(2))
        {
            await rig.Get<IEventFeed>().ListenAsync(campaign.Id, rig.Now);
        }

        var intents = new List<object>();
        foreach (var campaign in campaigns)
        {
            intents.AddRange((await campaign.AddAsync(fixture.NewPhones(4))).Select(j => campaign.Intent(j)));
        }

        // one of them is refused: locked on PostgreSQL, and no event for it
        var stale = (Dialer.Grains.Subscribers.IntentWrite)intents[1];
        intents[1] = stale with { Row = stale.Row with { Version = 9 } };
        await TestCampaign.CommitAsync(rig, [.. intents]);

        var counts = new List<long>();
        foreach (var campaign in campaigns)
        {
            var events = await rig.Get<IEventFeed>().ReadAsync(campaign.Id, 0, 100);
            Assert.Equal(events.Select((_, i) => events[0].Seq + i), events.Select(e => e.Seq));
            Assert.Equal(events.Count == 0 ? 0 : events[^1].Seq, await HeadAsync(rig, campaign));
            counts.Add(events.Count);
        }

        Assert.Equal([3L, 4L, 0L], counts);
    }

    [Theory, ClassData(typeof(BothEngines))]
    public async Task Transition_OfACampaign_IsToldInItsCommit_AndABulkFinishIsOneEvent_P51(StorageEngine engine)
    {
        var rig = await fixture.OfAsync(engine);
        var campaign = await TestCampaign.NewAsync(rig);
        await campaign.AddAsync(fixture.NewPhones(30));
        var head = (await rig.Get<IEventFeed>().ListenAsync(campaign.Id, rig.Now))!.Head;
        PauseCause[] causes = [new(PauseCodes.ChannelDown, "The trunk is away.", rig.Now, "5 errors in a row")];
        Assert.True(await TransitionAsync(rig, campaign, campaign.Row.Epoch, "paused_automatically", CampaignStatus.Paused, causes));
        // not written, not told
        Assert.False(await TransitionAsync(rig, campaign, campaign.Row.Epoch, "resumed", CampaignStatus.Running));
        Assert.True(await TransitionAsync(rig, campaign, campaign.Row.Epoch + 1, "finished", CampaignStatus.Finished));

        var events = await rig.Get<IEventFeed>().ReadAsync(campaign.Id, head, 100);

        Assert.Equal(["campaign.paused", "campaign.finished"], events.Select(e => e.Type));
        var paused = JsonNode.Parse(events[0].DataJson)!;
        Assert.Equal(("paused", true, "channel_down"), ((string?)paused["status"], (bool)paused["automatic"]!, (string?)paused["causes"]![0]!["code"]));
        Assert.Equal("tester", (string?)JsonNode.Parse(events[1].DataJson)!["actor"]);
    }

    [Theory, ClassData(typeof(BothEngines))]
    public async Task Listening_ThatWasOver_LeavesANumberOut_P51(StorageEngine engine)
    {
        var rig = await fixture.OfAsync(engine);
        var campaign = await TestCampaign.NewAsync(rig);
        var feed = rig.Get<IEventFeed>();
        var first = (await feed.ListenAsync(campaign.Id, rig.Now))!.Head;
        rig.Clock.Move(TimeSpan.FromSeconds(20));
        Assert.Equal(first, (await feed.ListenAsync(campaign.Id, rig.Now))!.Head);
        rig.Clock.Move(TimeSpan.FromSeconds(61));
        var job = await campaign.AddOneAsync(fixture.NewPhone());
        await campaign.DialAsync(job);
        Assert.Empty(await feed.ReadAsync(campaign.Id, first, 10));

        Assert.Equal(first + 1, (await feed.ListenAsync(campaign.Id, rig.Now))!.Head);
        Assert.Null(await feed.ListenAsync(new CampaignId(4_000_000_000_000), rig.Now));
    }

    [Theory, ClassData(typeof(BothEngines))]
    public async Task WhoListensToAll_HearsCampaignsFromTheirFirstEvent_P51(StorageEngine engine)
    {
        await using var rig = await StoreRig.NewAsync(fixture.Engines, engine);
        var feed = rig.Get<IEventFeed>();
        var before = await TestCampaign.NewAsync(rig);
        await feed.ListenToAllAsync(rig.Now);
        var made = await TestCampaign.NewAsync(rig);
        var row = made.Row with { Id = new CampaignId(await rig.Ids.NextAsync()), Token = "1.2.other", Change = new CampaignChange("created", "tester", rig.Now, []) };
        await rig.Campaigns.InsertAsync(row);

        var heads = await feed.ReadHeadsAsync(rig.Now);
        Assert.Equal([before.Id, made.Id, row.Id], heads.Select(h => h.Campaign).Order());
        var created = Assert.Single(await feed.ReadAsync(row.Id, 0, 10));
        Assert.Equal((1L, "campaign.created"), (created.Seq, created.Type));
        rig.Clock.Move(TimeSpan.FromMinutes(2));
        Assert.Empty(await feed.ReadHeadsAsync(rig.Now));
    }

    [Theory, ClassData(typeof(BothEngines))]
    public async Task OldEvents_GoInChunks_AndErasedPhonesLeaveTheirNumbers_P51_P57(StorageEngine engine)
    {
        var rig = await fixture.OfAsync(engine);
        var campaign = await TestCampaign.NewAsync(rig);
        var head = (await rig.Get<IEventFeed>().ListenAsync(campaign.Id, rig.Now))!.Head;
        var (_, phone) = await LifeAsync(rig, campaign);
        Assert.True(await rig.Erasure.ErasePhoneAsync(new PhoneNumber(phone)));
        var events = await rig.Get<IEventFeed>().ReadAsync(campaign.Id, head, 100);
        Assert.Equal(5, events.Count);
        Assert.All(events, e => Assert.DoesNotContain(phone.ToString(CultureInfo.InvariantCulture), e.DataJson, StringComparison.Ordinal));

        var pruning = rig.Get<EventPruning>();
        var after = events[^1].At + TimeSpan.FromMilliseconds(1);
        Assert.Equal(2, await pruning.PruneEventsAsync(after, 2));
        while (await pruning.PruneEventsAsync(after, 2) == 2)
        {
            // chunk by chunk
        }

        Assert.Equal(0, await Tables.CountAsync(rig, "event where campaign = @id", ("id", campaign.Id.Value)));
    }

    /// <summary>Busy, then answered: its job and phone.</summary>
    private async Task<(JobId Job, long Phone)> LifeAsync(StoreRig rig, TestCampaign campaign)
    {
        var phone = fixture.NewPhone();
        var job = await campaign.AddOneAsync(phone);
        var waiting = await campaign.EndAsync(await campaign.DialAsync(job), CallClass.Busy);
        rig.Clock.Move(TimeSpan.FromSeconds(15));
        var live = await campaign.DialAsync(waiting);
        var answered = SubscriberMachine.Answered(live, live.TryStartedAt + TimeSpan.FromSeconds(4));
        Assert.True(await rig.Dial.WriteStepAsync(new SubscriberStep { Row = answered, IsAnswer = true }));
        Assert.Equal(JobStatus.Final, (await campaign.EndAsync(answered, CallClass.Answered)).Status);
        return (job.Id, phone);
    }

    private static Task<bool> TransitionAsync(
        StoreRig rig, TestCampaign campaign, long epoch, string name, CampaignStatus status, IReadOnlyList<PauseCause>? causes = null) =>
        rig.Campaigns.TransitionAsync(campaign.Row with { Status = status, Change = new CampaignChange(name, "tester", rig.Now, causes ?? []) }, epoch);

    private static async Task<long> HeadAsync(StoreRig rig, TestCampaign campaign) =>
        (await rig.Get<IEventFeed>().ReadStandingAsync(campaign.Id))?.Head ?? -1;
}
