using System.Collections.Concurrent;
using Dialer.Accounts;
using Dialer.Calls;
using Dialer.Campaigns;
using Dialer.Domain.Subscribers;
using Dialer.Grains.Subscribers;
using Dialer.Numbers;
using Dialer.Silo.Storage;
using Dialer.Subscribers;

namespace Dialer.Tests.Stores;

/// <summary>Two processes write for a few seconds whatever comes; what is left is counted again (I1, I3, I5).</summary>
public class StressTests(StoreFixture store) : IClassFixture<StoreFixture>
{
    private static readonly CallClass[] Outcomes =
        [CallClass.Answered, CallClass.Busy, CallClass.NoAnswer, CallClass.Technical, CallClass.NotPlaced, CallClass.Rejected, CallClass.Unknown, CallClass.BotFailed];

    private static readonly TimeSpan Duration = TimeSpan.FromSeconds(2);

    [Theory, ClassData(typeof(BothEngines))]
    public async Task Chaos_LeavesWhatARecountFinds(StorageEngine engine)
    {
        var rig = await store.OfAsync(engine);
        await using var there = rig.Another();
        rig.Care = there.Care = CareSettings.Off with { CallsPerDay = 500 };
        var phones = store.NewPhones(12);
        var world = new World([rig, there], phones);
        foreach (var max in (int[])[2, 3, 50])
        {
            var campaign = await TestCampaign.NewAsync(rig, max, attempts: new Dialer.Campaigns.AttemptPolicy { Initial = 40 });
            world.Campaigns.Add(campaign);
            world.Epochs[campaign.Id] = campaign.Row.Epoch;
            world.Jobs.AddRange((await campaign.AddAsync(phones)).Select(j => (campaign, j.Id)));
        }

        var began = TimeProvider.System.GetTimestamp();
        var writers = Enumerable.Range(0, 12).Select(seed => Task.Run(async () =>
        {
            var random = new Random(seed);
            while (TimeProvider.System.GetElapsedTime(began) < Duration)
            {
                await world.ActAsync(random);
            }
        }));
        await Task.WhenAll(writers);

        Assert.True(world.Stored.Values.Sum() > 50, $"only {world.Stored.Values.Sum()} intents were stored");
        await Recount.AssertAsync(rig, [.. world.Campaigns]);
        await AssertEachStoredIntentHasOneTryAsync(rig, world);
        foreach (var phone in phones)
        {
            var isListed = await rig.DoNotCall.ContainsAsync(new PhoneNumber(phone));
            Assert.Equal(isListed ? 1 : 0, await Tables.CountAsync(
                rig, $"phone where phone = @p and do_not_call = {(rig.IsPostgreSql ? "true" : "1")}", ("p", phone)));
        }
    }

    /// <summary>A job's try number is the number of intents that were answered Stored, and each has one record or is live (I2).</summary>
    private static async Task AssertEachStoredIntentHasOneTryAsync(StoreRig rig, World world)
    {
        foreach (var (campaign, id) in world.Jobs)
        {
            var job = await campaign.JobAsync(id);
            var tries = await rig.Queries.ReadTriesAsync(id);
            Assert.Equal(world.Stored.GetValueOrDefault(id), job.TryNumber);
            Assert.Equal(Enumerable.Range(1, job.TryNumber - (job.Status == JobStatus.Live ? 1 : 0)), tries.Select(t => t.Try.Number));
        }
    }

    private sealed class World(StoreRig[] rigs, long[] phones)
    {
        public List<TestCampaign> Campaigns { get; } = [];

        public List<(TestCampaign Campaign, JobId Job)> Jobs { get; } = [];

        public ConcurrentDictionary<CampaignId, long> Epochs { get; } = [];

        public ConcurrentDictionary<JobId, int> Stored { get; } = [];

        public Task ActAsync(Random random) => random.Next(100) switch
        {
            < 3 => RaiseEpochAsync(random),
            < 4 => RaiseChannelEpochAsync(random),
            < 7 => DoNotCallAsync(random),
            _ => CallAsync(random),
        };

        private StoreRig Rig(Random random) => rigs[random.Next(rigs.Length)];

        private async Task CallAsync(Random random)
        {
            var rig = Rig(random);
            var (home, id) = Jobs[random.Next(Jobs.Count)];
            var campaign = home.On(rig);
            var job = await campaign.JobAsync(id);
            if (job.Status is JobStatus.Waiting)
            {
                var intent = campaign.Intent(job) with { Epoch = Epochs[home.Id], ChannelEpoch = (await rig.Channels.ReadAsync(home.Channel.Id))!.Epoch };
                if ((await rig.Dial.WriteIntentAsync(intent)).Result == IntentResult.Stored)
                {
                    Stored.AddOrUpdate(id, 1, (_, n) => n + 1);
                }
            }
            else if (job.Status is JobStatus.Live)
            {
                await EndAsync(rig, campaign, job, random);
            }
            else if (SubscriberMachine.Wake(job, job.NotBefore) is { } awake)
            {
                await rig.Dial.WriteStepAsync(awake);
            }
        }

        private static async Task EndAsync(StoreRig rig, TestCampaign campaign, JobRow job, Random random)
        {
            if (job.AnsweredAt.IsNone && random.Next(2) == 0)
            {
                await rig.Dial.WriteStepAsync(new SubscriberStep { Row = SubscriberMachine.Answered(job, rig.Now) }, [1]);
                return;
            }

            var redial = new BotReply { Redial = new Redial { Policy = new() { MaxAttempts = 5 } } };
            var optOut = new BotReply { StopCalls = StopCalls.Organisation };
            await rig.Dial.WriteStepAsync(campaign.Ended(
                job, Outcomes[random.Next(Outcomes.Length)], random.Next(12) == 0 ? redial : random.Next(60) == 0 ? optOut : null));
        }

        private async Task RaiseEpochAsync(Random random)
        {
            var campaign = Campaigns[random.Next(Campaigns.Count)];
            var epoch = Epochs[campaign.Id];
            if (await Rig(random).Campaigns.TransitionAsync(campaign.Row with { Status = CampaignStatus.Running }, epoch))
            {
                Epochs[campaign.Id] = epoch + 1;
            }
        }

        private async Task RaiseChannelEpochAsync(Random random)
        {
            var rig = Rig(random);
            var channel = (await rig.Channels.ReadAsync(Campaigns[random.Next(Campaigns.Count)].Channel.Id))!;
            await rig.Channels.WriteAsync(channel, channel.Epoch);
        }

        private async Task DoNotCallAsync(Random random)
        {
            var rig = Rig(random);
            PhoneNumber[] some = [new(phones[random.Next(phones.Length)]), new(phones[random.Next(phones.Length)])];
            await rig.DoNotCall.AddAsync(some, "asked", "test", "test", rig.Now);
            foreach (var phone in some.Distinct())
            {
                await rig.DoNotCall.RemoveAsync(phone);
            }
        }
    }
}
