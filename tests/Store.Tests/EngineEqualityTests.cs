using Dialer.Accounts;
using Dialer.Calls;
using Dialer.Domain.Subscribers;
using Dialer.Grains.Subscribers;
using Dialer.Numbers;
using Dialer.Silo.Storage;
using Dialer.Subscribers;

namespace Dialer.Tests.Stores;

/// <summary>
/// PostgreSQL writes trusting first and locks only when a condition fails; SQLite always plans on the rows as they are. The same
/// batches leave the same tables, whichever way each of them took.
/// </summary>
public class EngineEqualityTests(Engines engines)
{
    private const int Batches = 40;

    private static readonly CallClass[] Outcomes =
        [CallClass.Answered, CallClass.Busy, CallClass.Technical, CallClass.NotPlaced, CallClass.Nonexistent, CallClass.Unknown];

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public async Task SameBatches_LeaveTheSameTables(int seed)
    {
        await using var postgres = await StoreRig.NewAsync(engines, StorageEngine.PostgreSql);
        await using var sqlite = await StoreRig.NewAsync(engines, StorageEngine.Sqlite);
        var (left, right) = (await World.NewAsync(postgres, seed), await World.NewAsync(sqlite, seed));
        var refused = new HashSet<object>();
        for (var batch = 0; batch < Batches; batch++)
        {
            var a = await left.BatchAsync();
            var b = await right.BatchAsync();

            // a refusal of the phone is judged first where nothing else is looked at: the reason may differ, the refusal may not
            Assert.Equal(b.Select(IsStored), a.Select(IsStored));
            refused.UnionWith(b);
            Tables.AssertSame(await Tables.ReadAsync(sqlite), await Tables.ReadAsync(postgres));
        }

        Assert.True(refused.Count >= 6, string.Join(", ", refused));
        Assert.True(await Tables.CountAsync(postgres, "event") > Batches);
        await Recount.AssertAsync(postgres, left.Campaigns);
    }

    private static bool IsStored(object answer) => answer is IntentResult.Stored or true;

    /// <summary>Makes the same batches on either engine: only the seed and the rows decide.</summary>
    private sealed class World(StoreRig rig, TestCampaign[] campaigns, int seed)
    {
        private readonly Random random = new(seed);
        private readonly long[] epochs = [.. campaigns.Select(c => c.Row.Epoch)];

        public TestCampaign[] Campaigns => campaigns;

        public static async Task<World> NewAsync(StoreRig rig, int seed)
        {
            rig.Care = CareSettings.Off with { GapMinutes = 5, CallsPerDay = 20 };
            var channel = await TestCampaign.NewChannelAsync(rig);
            var campaigns = new List<TestCampaign>();
            foreach (var max in (int[])[3, 9, 100])
            {
                var campaign = await TestCampaign.NewAsync(rig, max, channel: channel);
                await campaign.AddAsync([.. Enumerable.Range(0, 25).Select(i => 79_500_000_000 + (i % 20))]);
                if (max != 9)
                {
                    // somebody listens to some of them all the time
                    await rig.Get<Dialer.Events.IEventFeed>().ListenAsync(campaign.Id, rig.Now + TimeSpan.FromDays(365));
                }

                campaigns.Add(campaign);
            }

            return new World(rig, [.. campaigns], seed);
        }

        public async Task<IReadOnlyList<object>> BatchAsync()
        {
            rig.Clock.Move(TimeSpan.FromMinutes(random.Next(1, 9)));
            if (random.Next(8) == 0)
            {
                var raised = random.Next(campaigns.Length);
                Assert.True(await rig.Campaigns.TransitionAsync(campaigns[raised].Row, epochs[raised]));
                epochs[raised]++;
            }

            var (jobs, phones, writes) = (new HashSet<JobId>(), new HashSet<PhoneNumber>(), new List<object>());
            var size = random.Next(1, 14);
            for (var i = 0; i < 4 * size && writes.Count < size; i++)
            {
                var at = random.Next(campaigns.Length);
                var all = await Recount.JobsAsync(rig, campaigns[at].Id);
                var job = all[random.Next(all.Count)];
                var siblings = all.Where(j => j.Phone == job.Phone && j.Id != job.Id && j.Status != JobStatus.Final).ToArray();
                if (Write(at, job, siblings) is { } write && phones.Add(job.Phone) && jobs.Add(job.Id))
                {
                    writes.Add(write);
                }
            }

            return await TestCampaign.CommitAsync(rig, [.. writes]);
        }

        private object? Write(int at, JobRow job, JobRow[] siblings)
        {
            var campaign = campaigns[at];
            var isStale = random.Next(12) == 0;
            switch (job.Status)
            {
                case JobStatus.Waiting:
                    var intent = campaign.Intent(job) with { Epoch = epochs[at] - (random.Next(15) == 0 ? 1 : 0) };
                    return isStale ? intent with { Row = intent.Row with { Version = 99 } } : intent;
                case JobStatus.Live:
                    var bot = random.Next(15) == 0 ? new BotReply { StopCalls = StopCalls.Organisation } : null;
                    var step = campaign.Ended(job, Outcomes[random.Next(Outcomes.Length)], bot, null, siblings);
                    return isStale ? step with { Row = step.Row with { Version = 99 } } : step;
                case JobStatus.Backoff:
                    return SubscriberMachine.Wake(job, job.NotBefore);
                default:
                    // an opt-out that comes when the job is over, of a phone that others may hold
                    return random.Next(10) == 0
                        ? new SubscriberStep
                        {
                            Row = job with { Version = job.Version + 1 },
                            DoNotCall = true,
                            Release = new PhoneRelease(job.Phone, job.Try, rig.Now, false, job.TryStartedAt),
                        }
                        : null;
            }
        }
    }
}
