using System.Net;
using Dialer.Access;
using Dialer.Campaigns;
using Dialer.Events;
using Dialer.Intake;
using Dialer.Numbers;
using Dialer.Silo.Hosting;
using Dialer.Silo.Storage;

namespace Dialer.Tests.Events;

/// <summary>P51: what happens is told as it happens, in its order, and a reader that comes again misses nothing without being told so.</summary>
public class StreamTests(Rigs rigs)
{
    [Theory, BothEngines]
    public async Task Campaign_IsToldInOrder_FromItsSnapshotOn_P51(StorageEngine engine)
    {
        var rig = await rigs.GetAsync(engine);
        using var client = await rig.ClientAsync(AccessRole.Viewer);
        var campaign = await rig.CampaignAsync();
        await using var reader = await EventReader.OpenAsync(client, $"/api/v1/campaigns/{campaign.Id}/events");
        var snapshot = (await reader.UntilAsync(e => e.Count > 0, "a snapshot"))[0];
        Assert.Equal(("snapshot", "scheduled"), (snapshot.Type, (string?)snapshot.Data["data"]!["status"]));

        await CallAsync(rig, campaign);
        Assert.True((await rig.Grains.GetGrain<ICampaignGrain>(campaign.Id.Value).FinishAsync("tester")).IsDone);

        var events = await reader.UntilAsync(e => e.Any(x => x.Type == "campaign.finished"), "it is finished");
        Assert.Equal(
            ["snapshot", "campaign.started", "job.started", "job.answered", "job.finished", "campaign.finished"], events.Select(e => e.Type));
        var head = long.Parse(snapshot.Id!.Split('-')[1], System.Globalization.CultureInfo.InvariantCulture);
        Assert.Equal(events.Select((_, i) => $"{campaign.Id}-{head + i}"), events.Select(e => e.Id));
        Assert.All(events, e => Assert.Equal(e.Type, (string?)e.Data["type"]));
        Assert.All(events.Skip(1), e => Assert.Equal(e.Id, (string?)e.Data["id"]));
        Assert.Equal("tester", (string?)events[^1].Data["data"]!["actor"]);
    }

    [Theory, BothEngines]
    public async Task LastEventId_ContinuesWhereItWas_P51(StorageEngine engine)
    {
        var rig = await rigs.GetAsync(engine);
        using var client = await rig.ClientAsync(AccessRole.Viewer);
        var campaign = await rig.CampaignAsync();
        var grain = rig.Grains.GetGrain<ICampaignGrain>(campaign.Id.Value);
        var path = $"/api/v1/campaigns/{campaign.Id}/events";
        string last;
        await using (var reader = await EventReader.OpenAsync(client, path))
        {
            await reader.UntilAsync(e => e.Count == 1, "a snapshot");
            await grain.StartAsync("tester");
            last = (await reader.UntilAsync(e => e.Count == 2, "a start"))[1].Id!;
        }

        await grain.PauseAsync("tester");
        await grain.ResumeAsync("tester");

        await using var again = await EventReader.OpenAsync(client, path, last);
        Assert.Equal(["campaign.paused", "campaign.resumed"], (await again.UntilAsync(e => e.Count >= 2, "what was missed")).Select(e => e.Type));
        // an id that is none of this campaign's begins anew
        await using var other = await EventReader.OpenAsync(client, path, "77-1");
        Assert.Equal("snapshot", (await other.UntilAsync(e => e.Count >= 1, "a snapshot"))[0].Type);
    }

    [Fact]
    public async Task AfterAGap_ComesASnapshot_P51()
    {
        await using var rig = await rigs.NewAsync();
        using var client = await rig.ClientAsync(AccessRole.Viewer);
        var campaign = await rig.CampaignAsync();
        var grain = rig.Grains.GetGrain<ICampaignGrain>(campaign.Id.Value);
        var path = $"/api/v1/campaigns/{campaign.Id}/events";
        string last;
        await using (var reader = await EventReader.OpenAsync(client, path))
        {
            last = (await reader.UntilAsync(e => e.Count == 1, "a snapshot"))[0].Id!;
        }

        // nobody listens any more
        rig.Clock.Forward(EventLease.Length * 2);
        await grain.StartAsync("tester");

        await using var again = await EventReader.OpenAsync(client, path, last);
        var snapshot = (await again.UntilAsync(e => e.Count >= 1, "something"))[0];
        Assert.Equal(("snapshot", "running"), (snapshot.Type, (string?)snapshot.Data["data"]!["status"]));
        await grain.PauseAsync("tester");
        Assert.Equal("campaign.paused", (await again.UntilAsync(e => e.Count >= 2, "the pause"))[1].Type);
    }

    [Theory, BothEngines]
    public async Task AllCampaigns_AreTold_NewOnesToo_AndAReaderThatComesAgainMissesNone_P51(StorageEngine engine)
    {
        await using var rig = await rigs.NewAsync(engine);
        using var client = await rig.ClientAsync(AccessRole.Viewer);
        var (one, two) = (await rig.CampaignAsync(), await rig.CampaignAsync());
        string last;
        CampaignView made;
        await using (var reader = await EventReader.OpenAsync(client, "/api/v1/events"))
        {
            var shown = await reader.UntilAsync(e => e.Count >= 2, "a snapshot of each");
            Assert.Equal([one.Id.ToString(), two.Id.ToString()], shown.Select(e => e.Campaign).Order());
            Assert.All(shown, e => Assert.Equal("snapshot", e.Type));
            made = await rig.CampaignAsync();
            await rig.Grains.GetGrain<ICampaignGrain>(one.Id.Value).StartAsync("tester");
            await rig.Grains.GetGrain<ICampaignGrain>(made.Id.Value).StartAsync("tester");
            var events = await reader.UntilAsync(e => e.Count >= 5, "three events");
            Assert.Equal(["campaign.created", "campaign.started"], events.Skip(2).Where(e => e.Campaign == made.Id.ToString()).Select(e => e.Type));
            Assert.Equal(["campaign.started"], events.Skip(2).Where(e => e.Campaign == one.Id.ToString()).Select(e => e.Type));
            Assert.Contains(events, e => (string?)e.Data["id"] == $"{made.Id}-1");
            last = events[^1].Id!;
        }

        await rig.Grains.GetGrain<ICampaignGrain>(two.Id.Value).StartAsync("tester");
        await rig.Grains.GetGrain<ICampaignGrain>(made.Id.Value).PauseAsync("tester");
        await using var again = await EventReader.OpenAsync(client, "/api/v1/events", last);
        var missed = await again.UntilAsync(e => e.Count >= 2, "what was missed");
        Assert.Equal(
            [(two.Id.ToString(), "campaign.started"), (made.Id.ToString(), "campaign.paused")], missed.Select(e => (e.Campaign!, e.Type)).OrderBy(e => e.Item1, StringComparer.Ordinal));
    }

    [Fact]
    public async Task Silence_IsBrokenByComments_AndTheEndOfTheProcessEndsIt_P51()
    {
        var storage = await rigs.Engines.NewAsync(StorageEngine.Sqlite);
        EventReader reader;
        await using (var rig = await GatewayRig.StartAsync(storage, Options(storage)))
        {
            using var client = await rig.ClientAsync(AccessRole.Viewer);
            var campaign = await rig.CampaignAsync();
            reader = await EventReader.OpenAsync(client, $"/api/v1/campaigns/{campaign.Id}/events");
            await Until.TrueAsync(() => reader.Comments >= 2, "comments");
            Assert.Single(reader.Events);
            Assert.False(reader.IsOver);
        }

        await Until.TrueAsync(() => reader.IsOver, "its end", TimeSpan.FromSeconds(5));
        await reader.DisposeAsync();
    }

    [Fact]
    public async Task Streams_OfAKey_AreBounded_AndPlacesComeBack_P51()
    {
        var storage = await rigs.Engines.NewAsync(StorageEngine.Sqlite);
        await using var rig = await GatewayRig.StartAsync(storage, Options(storage));
        using var client = await rig.ClientAsync(AccessRole.Viewer);
        var first = await EventReader.OpenAsync(client, "/api/v1/events");
        await using var second = await EventReader.OpenAsync(client, "/api/v1/events");
        await client.GetAsync("/api/v1/events").ProblemAsync(HttpStatusCode.TooManyRequests, "too_many_streams");
        using var other = await rig.ClientAsync(AccessRole.Viewer);
        await using var others = await EventReader.OpenAsync(other, "/api/v1/events");
        await first.DisposeAsync();
        await Until.TrueAsync(
            async () =>
            {
                using var answer = await client.GetAsync("/api/v1/events", HttpCompletionOption.ResponseHeadersRead);
                return answer.StatusCode == HttpStatusCode.OK;
            },
            "the place is free again");
    }

    [Fact]
    public async Task RevokedKey_EndsItsStreams_P52()
    {
        var rig = await rigs.GetAsync();
        using var client = await rig.ClientAsync(AccessRole.Viewer);
        await using var reader = await EventReader.OpenAsync(client, "/api/v1/events");
        var key = (await rig.Get<IAccessStore>().ListAsync())[^1];
        Assert.True(await rig.Get<IAccessStore>().RevokeAsync(key.Id, rig.Clock.Now()));
        await Until.TrueAsync(() => reader.IsOver, "its end");
    }

    [Fact]
    public async Task UnknownCampaign_HasNoStream()
    {
        var rig = await rigs.GetAsync();
        using var client = await rig.ClientAsync(AccessRole.Viewer);
        await client.GetAsync("/api/v1/campaigns/77/events").ProblemAsync(HttpStatusCode.NotFound, "campaign_not_found");
    }

    internal static async Task CallAsync(GatewayRig rig, CampaignView campaign)
    {
        var trunk = rig.Carrier.Trunk(campaign.Settings.Channel);
        await rig.Get<IJobIntake>().AddAsync(campaign.Id, [new NewJob { Phone = new PhoneNumber(GatewayRig.Phones(1)[0]) }], null);
        Assert.True((await rig.Grains.GetGrain<ICampaignGrain>(campaign.Id.Value).StartAsync("tester")).IsDone);
        var call = (await trunk.UntilLiveAsync(1, "it rings"))[0];
        call.Reach();
        await Until.TrueAsync(
            async () => (await rig.Get<Dialer.Reports.IDialerQueries>().ReadJobsAsync(campaign.Id, [call.Id.Job])) is [{ Status: Subscribers.JobStatus.Final }], "it is over");
    }

    private static DialerOptions Options(StorageOptions storage) => new()
    {
        Storage = storage.Engine,
        ShutdownSeconds = 0,
        DataDirectory = storage.DataDirectory,
        Gateway = new GatewayOptions { RequestsPerSecond = 0 },
        Events = new EventOptions { HeartbeatSeconds = 1, StreamsPerKey = 2 },
    };
}
