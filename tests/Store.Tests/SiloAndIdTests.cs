using Dialer.Calls;
using Dialer.Domain.Subscribers;
using Dialer.Silo.Storage;

namespace Dialer.Tests.Stores;

/// <summary>The register of processes, ids, and campaigns and channels as rows.</summary>
public class SiloAndIdTests(StoreFixture store) : IClassFixture<StoreFixture>
{
    [Theory, ClassData(typeof(BothEngines))]
    public async Task Process_GetsANewNumberWithEachStart(StorageEngine engine)
    {
        var rig = await store.OfAsync(engine);
        await using var there = rig.Another();
        var starts = Enumerable.Range(0, 10).Select(i => Task.Run(() => (i % 2 == 0 ? rig : there).Silos.RegisterAsync("10.0.0.1:11111", rig.Now)));
        var numbers = await Task.WhenAll(starts);

        Assert.Equal(10, numbers.Distinct().Count());
        await rig.Silos.SeenAsync(numbers[3], "10.0.0.1:11111", rig.Now + TimeSpan.FromSeconds(9));
        var rows = (await rig.Silos.ListAsync()).Where(r => numbers.Contains(r.Id)).ToList();
        Assert.Equal(numbers.Order(), rows.Select(r => r.Id));
        Assert.Equal([numbers[3]], rows.Where(r => r.SeenAt > rig.Now).Select(r => r.Id));
        Assert.All(rows, r => Assert.Equal(("10.0.0.1:11111", rig.Now), (r.Address, r.StartedAt)));
    }

    [Theory, ClassData(typeof(BothEngines))]
    public async Task Process_WithALiveRow_IsNotForgotten_P30(StorageEngine engine)
    {
        var rig = await store.OfAsync(engine);
        for (var i = 0; i < 10; i++)
        {
            // the first numbers are those of rows that other tests made up
            await rig.Silos.RegisterAsync("z", rig.Now);
        }

        int busy = await rig.Silos.RegisterAsync("a", rig.Now), idle = await rig.Silos.RegisterAsync("b", rig.Now), alive = await rig.Silos.RegisterAsync("c", rig.Now);
        var campaign = await TestCampaign.NewAsync(rig);
        var intent = campaign.Intent(await campaign.AddOneAsync(store.NewPhone()));
        intent = intent with { Row = intent.Row with { Silo = busy } };
        await rig.Dial.WriteIntentAsync(intent);
        Assert.Equal([intent.Row], (await rig.Silos.ReadLiveOfAsync([busy, idle], new JobId(0), 1000)).Where(r => r.Campaign == campaign.Id));
        Assert.DoesNotContain(await rig.Silos.ReadLiveOfAsync([idle], new JobId(0), 1000), r => r.Campaign == campaign.Id);
        Assert.Empty(await rig.Silos.ReadLiveOfAsync([], new JobId(0), 10));

        await rig.Silos.ForgetAsync([busy, idle]);
        await rig.Silos.ForgetAsync([]);

        var left = (await rig.Silos.ListAsync()).Select(r => r.Id).ToList();
        Assert.Contains(busy, left);
        Assert.Contains(alive, left);
        Assert.DoesNotContain(idle, left);
        var settled = SubscriberMachine.Settle(campaign.Context(intent.Row), knownOver: true, rig.Now)!;
        Assert.True(await rig.Dial.WriteStepAsync(settled));
        await rig.Silos.ForgetAsync([busy]);
        Assert.DoesNotContain(busy, (await rig.Silos.ListAsync()).Select(r => r.Id));
    }

    [Theory, ClassData(typeof(BothEngines))]
    public async Task Ids_RiseInEachProcess_AndAreNeverGivenTwice(StorageEngine engine)
    {
        var rig = await store.OfAsync(engine);
        await using var there = rig.Another();
        var takers = ((StoreRig[])[rig, there, rig, there]).Select(r => Task.Run(async () =>
        {
            var ids = new List<long>();
            for (var i = 0; i < 1500; i++)
            {
                ids.Add(await r.Ids.NextAsync());
            }

            return ids;
        }));
        var taken = await Task.WhenAll(takers);

        Assert.All(taken, ids => Assert.Equal(ids.Order(), ids));
        Assert.Equal(6000, taken.SelectMany(i => i).Distinct().Count());
        await using var restarted = rig.Another();
        Assert.True(await restarted.Ids.NextAsync() > taken.SelectMany(i => i).Max());
    }

    /// <summary>I5: of two writers of one epoch one is told that it is late; each write raises it by one.</summary>
    [Theory, ClassData(typeof(BothEngines))]
    public async Task Transitions_OfOneEpochAtOnce_AreOne(StorageEngine engine)
    {
        var rig = await store.OfAsync(engine);
        await using var there = rig.Another();
        for (var round = 0; round < 5; round++)
        {
            var campaign = await TestCampaign.NewAsync(rig);
            var renamed = campaign.Row with { Settings = campaign.Row.Settings with { Name = "renamed" }, SettingsVersion = 2, StartedAt = rig.Now };
            var writes = ((StoreRig[])[rig, there, rig, there]).Select(r => Task.Run(() => r.Campaigns.TransitionAsync(renamed, campaign.Row.Epoch)));
            Assert.Single(await Task.WhenAll(writes), done => done);
            Assert.Equal(renamed with { Epoch = campaign.Row.Epoch + 1 }, (await rig.Campaigns.ReadAsync(campaign.Id))! with { Settings = renamed.Settings });

            var channel = campaign.Channel with { Settings = campaign.Channel.Settings with { Lines = 3 }, Version = 2 };
            var raises = ((StoreRig[])[rig, there]).Select(r => Task.Run(() => r.Channels.WriteAsync(channel, channel.Epoch)));
            Assert.Single(await Task.WhenAll(raises), done => done);
            Assert.Equal(channel with { Epoch = channel.Epoch + 1 }, await rig.Channels.ReadAsync(channel.Id));
        }
    }

    /// <summary>P9: a campaign that finishes because every number is done does not take along one that has just come in.</summary>
    [Theory, ClassData(typeof(BothEngines))]
    public async Task FinishOfWhatIsDone_IsRefused_WhileANumberWaits(StorageEngine engine)
    {
        var rig = await store.OfAsync(engine);
        var campaign = await TestCampaign.NewAsync(rig);
        var finished = campaign.Row with { Status = Campaigns.CampaignStatus.Finished, FinishedAt = rig.Now, OnlyIfDone = true };
        var job = await campaign.AddOneAsync(store.NewPhone());
        Assert.False(await rig.Campaigns.TransitionAsync(finished, campaign.Row.Epoch));
        var row = (await rig.Campaigns.ReadAsync(campaign.Id))!;
        Assert.Equal((Campaigns.CampaignStatus.Running, campaign.Row.Epoch), (row.Status, row.Epoch));

        Assert.True(await rig.Dial.WriteStepAsync(Domain.Subscribers.SubscriberMachine.Cancel(job, Subscribers.EndReason.Cancelled, rig.Now)!));
        Assert.True(await rig.Campaigns.TransitionAsync(finished, campaign.Row.Epoch));
        Assert.Equal(Campaigns.CampaignStatus.Finished, (await rig.Campaigns.ReadAsync(campaign.Id))!.Status);
    }

    [Theory, ClassData(typeof(BothEngines))]
    public async Task Channel_CountsItsLiveCallsByCampaign(StorageEngine engine)
    {
        var rig = await store.OfAsync(engine);
        var channel = await TestCampaign.NewChannelAsync(rig);
        TestCampaign a = await TestCampaign.NewAsync(rig, channel: channel), b = await TestCampaign.NewAsync(rig, channel: channel), other = await TestCampaign.NewAsync(rig);
        foreach (var campaign in (TestCampaign[])[a, a, b, other])
        {
            await campaign.DialAsync(await campaign.AddOneAsync(store.NewPhone()));
        }

        // finished campaigns still have their calls
        Assert.True(await rig.Campaigns.TransitionAsync(b.Row with { Status = Campaigns.CampaignStatus.Finished }, b.Row.Epoch));

        Assert.Equal(new Dictionary<CampaignId, int> { [a.Id] = 2, [b.Id] = 1 }, await rig.Channels.CountLiveAsync(channel.Id));
        Assert.Equal([a.Id], (await rig.Channels.ReadUseAsync(channel.Id)).Select(u => u.Campaign));
        var open = await rig.Campaigns.ListOpenAsync();
        Assert.Contains(a.Id, open);
        Assert.DoesNotContain(b.Id, open);
    }
}
