using Dialer.Numbers;
using Dialer.Silo.Storage;

namespace Dialer.Tests.Stores;

/// <summary>The do-not-call list in bulk (P38).</summary>
public class DoNotCallTests(StoreFixture store) : IClassFixture<StoreFixture>
{
    [Theory, ClassData(typeof(BothEngines))]
    public async Task ManyNumbers_AreEnteredOnce_AndTheirOpenJobsAreFound_P38(StorageEngine engine)
    {
        var rig = await store.OfAsync(engine);
        TestCampaign a = await TestCampaign.NewAsync(rig), b = await TestCampaign.NewAsync(rig);
        PhoneNumber[] phones = [.. Enumerable.Range(0, 60_000).Select(_ => new PhoneNumber(store.NewPhone()))];
        await a.AddAsync(phones[0].Value, phones[50_001].Value);
        await b.AddAsync(phones[0].Value);
        Assert.Equal(2, await rig.DoNotCall.AddAsync([phones[7], phones[3], phones[7]], "first", "test", "test", rig.Now));

        Assert.Equal(59_998, await rig.DoNotCall.AddAsync([.. phones.Reverse(), phones[0]], "second", "file", "test", rig.Now));

        Assert.Equal(("first", "second"), ((await rig.DoNotCall.FindAsync(phones[3]))!.Reason, (await rig.DoNotCall.FindAsync(phones[50_001]))!.Reason));
        Assert.Equal(
            60_000,
            await Tables.CountAsync(
                rig,
                $"phone where do_not_call = {(engine == StorageEngine.Sqlite ? "1" : "true")} and phone between @first and @last",
                ("first", phones[0].Value), ("last", phones[^1].Value)));
        Assert.Equal(
            [(phones[0], a.Id), (phones[0], b.Id), (phones[50_001], a.Id)],
            (await rig.DoNotCall.ReadOpenJobsAsync([phones[0], phones[1], phones[50_001]])).OrderBy(j => j.Phone).ThenBy(j => j.Campaign.Value));
        Assert.Empty(await rig.DoNotCall.ReadOpenJobsAsync([]));
    }
}
