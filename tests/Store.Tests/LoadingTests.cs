using Dialer.Campaigns;
using Dialer.Domain.Campaigns;
using Dialer.Grains.Campaigns;
using Dialer.Intake;
using Dialer.Numbers;
using Dialer.Silo.Storage;
using Dialer.Subscribers;

namespace Dialer.Tests.Stores;

/// <summary>P37: the list becomes jobs in chunks with a stored cursor.</summary>
public class LoadingTests(StoreFixture store) : IClassFixture<StoreFixture>
{
    [Theory, ClassData(typeof(BothEngines))]
    public async Task Chunks_LoadEveryRowOnce_InOrder(StorageEngine engine)
    {
        var rig = await store.OfAsync(engine);
        var list = await TestList.NewAsync(rig);
        var phones = store.NewPhones(57);
        await list.InsertAsync([.. phones.Select((p, i) => list.Row(p, $"row {i}", (byte)(i % 3 + 1), i % 2 == 0 ? "Europe/Moscow" : "+07:00"))]);
        await list.FinishAsync();
        var campaign = await LoadingAsync(rig, list, phones.Length);
        Assert.Equal(new CampaignCounters { Total = 57 }, await campaign.CountersAsync());

        var chunks = new List<LoadedChunk>();
        do
        {
            chunks.Add(await LoadAsync(rig, campaign, 10));
            Assert.Equal(chunks.Sum(c => c.Rows), (await campaign.CountersAsync()).Loaded);
        }
        while (!chunks[^1].IsDone);

        Assert.Equal([10, 10, 10, 10, 10, 7], chunks.Select(c => c.Rows));
        Assert.False((await LoadAsync(rig, campaign, 10)).IsWritten);
        await AssertLoadedAsync(rig, campaign, phones);
        Assert.Equal(new CampaignCounters { Total = 57, Loaded = 57, Waiting = 57 }, await campaign.CountersAsync());
        Assert.Equal(LoadingState.Done, (await rig.Campaigns.ReadAsync(campaign.Id))!.Loading);
        var lanes = await rig.Campaigns.ReadLanesAsync(campaign.Id);
        Assert.Equal(6, lanes.Count);
        var first = lanes.Single(l => l.Key is { Priority: 2, Zone: "+07:00" });
        var range = await rig.Campaigns.ReadRangeAsync(campaign.Id, new LaneRead(first.Id, LaneCursor.Start, 100));
        Assert.Equal(phones.Where((_, i) => i % 3 == 1 && i % 2 == 1), range.Select(r => r.Phone.Value));
        Assert.All(range, r => Assert.Equal(campaign.Row.LoadAt, r.NotBefore));
    }

    [Theory]
    [InlineData(StorageEngine.PostgreSql, 20)]
    [InlineData(StorageEngine.PostgreSql, 0)]
    [InlineData(StorageEngine.Sqlite, 20)]
    [InlineData(StorageEngine.Sqlite, 0)]
    public async Task ListOfWholeChunks_IsDoneWithTheLastOfThem(StorageEngine engine, int rows)
    {
        var rig = await store.OfAsync(engine);
        var phones = store.NewPhones(rows);
        var campaign = await LoadingAsync(rig, await TestList.OfAsync(rig, phones), rows);
        for (var i = 1; i < rows / 10; i++)
        {
            Assert.False((await LoadAsync(rig, campaign, 10)).IsDone);
        }

        var last = await LoadAsync(rig, campaign, 10);

        Assert.True(last is { IsWritten: true, IsDone: true });
        Assert.Equal(Math.Min(rows, 10), last.Rows);
        await AssertLoadedAsync(rig, campaign, phones);
    }

    [Theory, ClassData(typeof(BothEngines))]
    public async Task RaisedEpoch_StopsLoading_AndTheNewOneGoesOn(StorageEngine engine)
    {
        var rig = await store.OfAsync(engine);
        var phones = store.NewPhones(25);
        var campaign = await LoadingAsync(rig, await TestList.OfAsync(rig, phones), 25);
        await LoadAsync(rig, campaign, 10);
        var row = (await rig.Campaigns.ReadAsync(campaign.Id))!;
        Assert.True(await rig.Campaigns.TransitionAsync(row with { Status = CampaignStatus.Paused }, row.Epoch));
        var before = await Tables.ReadAsync(rig);

        Assert.Equal(new LoadedChunk(false, 0, false), await LoadAsync(rig, campaign, 10));

        Tables.AssertSame(before, await Tables.ReadAsync(rig));
        await rig.Campaigns.LoadAsync(campaign.Id, row.Epoch + 1, 100, rig.Now);
        await AssertLoadedAsync(rig, campaign, phones);
    }

    /// <summary>Two processes load at once, one crashes in a chunk: every row comes once.</summary>
    [Theory, ClassData(typeof(BothEngines))]
    public async Task CrashInAChunk_AndTwoLoaders_LoadEveryRowOnce(StorageEngine engine)
    {
        var rig = await store.OfAsync(engine);
        await using var there = rig.Another();
        var phones = store.NewPhones(60);
        var campaign = await LoadingAsync(rig, await TestList.OfAsync(rig, phones), 60);
        await LoadAsync(rig, campaign, 10);
        var failing = await DoubtTests.FailOnAsync(rig, "insert", "call_job_data", $"new.campaign = {campaign.Id.Value} and new.list_row = 15");
        var before = await Tables.ReadAsync(rig, "campaign_lane");
        await Assert.ThrowsAnyAsync<Exception>(() => LoadAsync(rig, campaign, 10));
        Tables.AssertSame(before, await Tables.ReadAsync(rig, "campaign_lane"));
        await Tables.ExecuteAsync(rig, rig.IsPostgreSql ? $"drop trigger {failing} on call_job_data" : $"drop trigger {failing}");

        var loaders = ((StoreRig[])[rig, there, rig, there]).Select(r => Task.Run(async () =>
        {
            var rows = 0;
            while (await LoadAsync(r, campaign, 7) is { IsWritten: true } chunk)
            {
                rows += chunk.Rows;
            }

            return rows;
        }));

        // of two loaders at once the later chunk may have the earlier ids: order is one loader's
        Assert.Equal(50, (await Task.WhenAll(loaders)).Sum());
        await AssertLoadedAsync(rig, campaign, phones, isOrdered: false);
    }

    [Theory, ClassData(typeof(BothEngines))]
    public async Task IntakeAndCallsAtOnce_AreCountedBesideLoading(StorageEngine engine)
    {
        var rig = await store.OfAsync(engine);
        await using var there = rig.Another();
        var phones = store.NewPhones(300);
        var campaign = await LoadingAsync(rig, await TestList.OfAsync(rig, phones), 300);
        var extra = await campaign.AddAsync(store.NewPhones(20));
        var intake = Task.Run(async () =>
        {
            for (var i = 0; i < 10; i++)
            {
                Assert.True((await there.Intake.AddAsync(campaign.Id, [new NewJob { Phone = new PhoneNumber(store.NewPhone()) }], null)).IsDone);
            }
        });
        var calls = Task.Run(async () =>
        {
            foreach (var job in extra)
            {
                var live = await campaign.DialAsync(job);
                await campaign.EndAsync(live, Dialer.Calls.CallClass.Busy);
            }
        });
        while (!(await LoadAsync(rig, campaign, 11)).IsDone)
        {
            // goes on
        }

        await Task.WhenAll(intake, calls);
        var counters = await campaign.CountersAsync();
        Assert.Equal((330, 330), (counters.Total, counters.Loaded));
        await Recount.AssertAsync(rig, campaign);
    }

    /// <summary>P22: numbers that stand twice in the list, or are in the campaign already, know of each other across chunks.</summary>
    [Theory, ClassData(typeof(BothEngines))]
    public async Task SiblingFlags_AreSetAcrossChunks_P22(StorageEngine engine)
    {
        var rig = await store.OfAsync(engine);
        var list = await TestList.NewAsync(rig);
        var phones = store.NewPhones(10);
        await list.InsertAsync([.. phones.Select(p => list.Row(p, "first")), list.Row(phones[0], "again"), list.Row(phones[9], "again"), list.Row(phones[9], "third")]);
        await list.FinishAsync();
        var campaign = await LoadingAsync(rig, list, 13);
        await campaign.AddAsync(phones[4]);

        for (var i = 0; i < 3; i++)
        {
            await LoadAsync(rig, campaign, 5);
        }

        var rows = await Recount.JobsAsync(rig, campaign.Id);
        Assert.Equal(14, rows.Count);
        Assert.All(rows, r => Assert.Equal(r.Phone.Value == phones[0] || r.Phone.Value == phones[4] || r.Phone.Value == phones[9], r.Has(JobFlags.Siblings)));
    }

    /// <summary>A campaign that began to load; its rows wait since a second after its start.</summary>
    internal static async Task<TestCampaign> LoadingAsync(StoreRig rig, TestList list, int rows)
    {
        var campaign = await TestCampaign.NewAsync(rig, list: list.Id);
        var started = campaign.Row with
        {
            Loading = LoadingState.Going,
            LoadAt = campaign.Row.LoadAt + TimeSpan.FromSeconds(1),
            AddToTotal = rows,
        };
        Assert.True(await rig.Campaigns.TransitionAsync(started, campaign.Row.Epoch));
        return new TestCampaign(rig, started with { Epoch = started.Epoch + 1, AddToTotal = 0 }, campaign.Channel);
    }

    internal static Task<LoadedChunk> LoadAsync(StoreRig rig, TestCampaign campaign, int limit) =>
        rig.Campaigns.LoadAsync(campaign.Id, campaign.Row.Epoch, limit, rig.Now);

    /// <summary>Jobs by id have the phones in the list's order, and each the payload of its own row.</summary>
    internal static async Task AssertLoadedAsync(StoreRig rig, TestCampaign campaign, IEnumerable<long> phones, bool isOrdered = true)
    {
        var jobs = await rig.Queries.ReadJobsAsync(campaign.Id, default, 100_000);
        var loaded = jobs.Select(j => j.Phone.Value);
        Assert.Equal(phones, isOrdered ? loaded : loaded.Order());
        Assert.All(jobs, j => Assert.StartsWith($$"""{"phone":"{{j.Phone.Value}}",""", j.Payload));
        await Recount.AssertAsync(rig, campaign);
    }
}
