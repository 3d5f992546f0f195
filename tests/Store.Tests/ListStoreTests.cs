using Dialer.Calendars;
using Dialer.Campaigns;
using Dialer.Grains.Campaigns;
using Dialer.PhoneLists;
using Dialer.Silo.Storage;

namespace Dialer.Tests.Stores;

/// <summary>Lists (P33–P36): rows, possible duplicates, rejected rows, life cycle.</summary>
public class ListStoreTests(StoreFixture store) : IClassFixture<StoreFixture>
{
    private static readonly string[] RowTables = ["list_row", "list_suspect", "list_rejected"];

    /// <summary>P34: the same phone with other columns is kept; of equal rows the first is, whichever of them looked suspicious.</summary>
    [Theory, ClassData(typeof(BothEngines))]
    public async Task Duplicates_AreDecidedExactly_P34(StorageEngine engine)
    {
        var rig = await store.OfAsync(engine);
        var list = await TestList.NewAsync(rig);
        long a = store.NewPhone(), b = store.NewPhone();
        var first = list.Row(a, "x");
        var other = list.Row(a, "y");
        var innocent = list.Row(b, "x");
        var sameAsFirst = list.Row(a, "x");
        var bad = list.Rejected("nonsense");
        var twice = list.Row(b, "z");
        var thrice = list.Row(b, "z");
        var fourth = list.Row(b, "z");
        await list.InsertAsync([first, other], [innocent, sameAsFirst], [bad]);
        await list.InsertAsync([], [twice, thrice, fourth]);

        await list.FinishAsync();

        var summary = (await rig.Lists.ReadAsync(list.Id))!;
        Assert.Equal((PhoneListStatus.Ready, 8, 4, 3, 1), (summary.Status, summary.Rows, summary.Accepted, summary.Duplicates, summary.Rejected));
        Assert.Equal([first.Row, other.Row, innocent.Row, twice.Row], await RowsAsync(rig, list));
        Assert.Equal(0, await Tables.CountAsync(rig, "list_suspect where list = @l", ("l", list.Id.Value)));
        var refused = await rig.Lists.ReadRejectedAsync(list.Id, 0, 10);
        Assert.Equal([sameAsFirst.Row, bad.Row, thrice.Row, fourth.Row], refused.Select(r => r.Row));
        Assert.Equal(("duplicate", sameAsFirst.Line, TestList.Payload(a, "x")), (refused[0].Code, refused[0].Line, refused[0].Content));
        Assert.Equal([1L, 6, 6], refused.Where(r => r.Code == "duplicate").Select(r => long.Parse(r.Reason.Split("row ")[1].TrimEnd('.', 'd', 'e', 'p', 'i', 'k', 's', ' ', ';'), System.Globalization.CultureInfo.InvariantCulture)));
        Assert.Equal([thrice.Row], (await rig.Lists.ReadRejectedAsync(list.Id, bad.Row, 1)).Select(r => r.Row));
    }

    [Theory, ClassData(typeof(BothEngines))]
    public async Task Zones_AreCountedMostFirst_P4(StorageEngine engine)
    {
        var rig = await store.OfAsync(engine);
        var list = await TestList.NewAsync(rig);
        await list.InsertAsync([.. store.NewPhones(5).Select((p, i) => list.Row(p, priority: (byte)(i % 2 + 1), zone: i < 3 ? "+03:00" : "+04:00"))]);
        await list.FinishAsync();

        var zones = await rig.Lists.ReadZonesAsync(list.Id);

        Assert.Equal(
            [new ListZone(new ZoneFound("+03:00", ZoneSource.ListColumn), 3), new ListZone(new ZoneFound("+04:00", ZoneSource.ListColumn), 2)], zones);
    }

    /// <summary>P35: nothing of a failed import stays but the reason, and nothing comes after it.</summary>
    [Theory, ClassData(typeof(BothEngines))]
    public async Task FailedImport_LeavesNoRows_AndTakesNoMore_P35(StorageEngine engine)
    {
        var rig = await store.OfAsync(engine);
        var list = await TestList.NewAsync(rig);
        await list.InsertAsync([list.Row(store.NewPhone())], [list.Row(store.NewPhone())], [list.Rejected("bad")]);

        await rig.Lists.FailAsync(list.Id, new Refusal("import_cut_short", "cut short"));

        Assert.Equal((PhoneListStatus.Failed, "cut short"), await StatusAsync(rig, list));
        Assert.Equal(0, await CountAsync(rig, list));
        // an importer that was frozen goes on: too late
        await list.InsertAsync([list.Row(store.NewPhone())], [list.Row(store.NewPhone())], [list.Rejected("bad")]);
        await list.FinishAsync();
        Assert.Equal((PhoneListStatus.Failed, "cut short"), await StatusAsync(rig, list));
        Assert.Equal(0, await CountAsync(rig, list));
        await rig.Lists.FailAsync(list.Id, new Refusal("import_failed", "again"));
        Assert.Equal((PhoneListStatus.Failed, "cut short"), await StatusAsync(rig, list));
    }

    [Theory, ClassData(typeof(BothEngines))]
    public async Task SilentImport_IsAbandoned_OneThatWritesIsNot(StorageEngine engine)
    {
        var rig = await store.OfAsync(engine);
        TestList silent = await TestList.NewAsync(rig), busy = await TestList.NewAsync(rig), ready = await TestList.OfAsync(rig, []);
        rig.Clock.Move(TimeSpan.FromMinutes(3));
        await busy.InsertAsync([busy.Row(store.NewPhone())]);

        var abandoned = await rig.Lists.ReadAbandonedAsync(rig.Now - TimeSpan.FromMinutes(2));

        Assert.Contains(silent.Id, abandoned);
        Assert.DoesNotContain(busy.Id, abandoned);
        Assert.DoesNotContain(ready.Id, abandoned);
    }

    /// <summary>P36: campaigns that have not begun to load are named; rows stay until every loading from the list has ended.</summary>
    [Theory, ClassData(typeof(BothEngines))]
    public async Task DeletedList_NamesCampaignsNotStarted_AndKeepsRowsWhileLoading_P36(StorageEngine engine)
    {
        var rig = await store.OfAsync(engine);
        var list = await TestList.OfAsync(rig, store.NewPhones(12));
        var scheduled = await TestCampaign.NewAsync(rig, status: CampaignStatus.Scheduled, list: list.Id);
        var paused = await TestCampaign.NewAsync(rig, status: CampaignStatus.Paused, list: list.Id);
        await TestCampaign.NewAsync(rig, status: CampaignStatus.Finished, list: list.Id);
        var loading = await LoadingTests.LoadingAsync(rig, list, 12);
        await LoadingTests.LoadAsync(rig, loading, 5);

        var toPause = await rig.Lists.DeleteAsync(list.Id, rig.Now);

        Assert.Equal(new[] { scheduled.Id, paused.Id }.Order(), toPause.Order());
        Assert.Null(await rig.Lists.ReadAsync(list.Id));
        Assert.DoesNotContain(list.Id, await rig.Lists.ReadErasableAsync());
        while (!(await LoadingTests.LoadAsync(rig, loading, 5)).IsDone)
        {
            // the started campaign gets its own copy
        }

        Assert.Equal(12, (await Recount.JobsAsync(rig, loading.Id)).Count);
        Assert.Contains(list.Id, await rig.Lists.ReadErasableAsync());
        Assert.Equal(8, await rig.Lists.EraseRowsAsync(list.Id, 8));
        Assert.Equal(4, await rig.Lists.EraseRowsAsync(list.Id, 8));
        Assert.Equal(0, await rig.Lists.EraseRowsAsync(list.Id, 8));
        Assert.DoesNotContain(list.Id, await rig.Lists.ReadErasableAsync());
    }

    /// <summary>P57: rejected rows hold phones too; a list of nothing else is erased as well.</summary>
    [Theory, ClassData(typeof(BothEngines))]
    public async Task DeletedList_OfRejectedRowsOnly_IsErasable_P57(StorageEngine engine)
    {
        var rig = await store.OfAsync(engine);
        var list = await TestList.NewAsync(rig);
        await list.InsertAsync([], [], [list.Rejected("89161234567")]);
        await list.FinishAsync();

        await rig.Lists.DeleteAsync(list.Id, rig.Now);

        Assert.Contains(list.Id, await rig.Lists.ReadErasableAsync());
        await rig.Lists.EraseRowsAsync(list.Id, 100);
        Assert.Equal(0, await CountAsync(rig, list));
        Assert.DoesNotContain(list.Id, await rig.Lists.ReadErasableAsync());
    }

    [Theory, ClassData(typeof(BothEngines))]
    public async Task List_IsFoundBySource_WhenComplete_TheNewest(StorageEngine engine)
    {
        var rig = await store.OfAsync(engine);
        var older = await TestList.NewAsync(rig, "mark");
        await older.FinishAsync();
        var newer = await TestList.NewAsync(rig, "mark");
        Assert.Equal(older.Id, (await rig.Lists.FindBySourceAsync("mark"))!.Id);
        await newer.FinishAsync();
        Assert.Equal(newer.Id, (await rig.Lists.FindBySourceAsync("mark"))!.Id);
        await rig.Lists.DeleteAsync(newer.Id, rig.Now);
        Assert.Equal(older.Id, (await rig.Lists.FindBySourceAsync("mark"))!.Id);
    }

    private static async Task<(PhoneListStatus, string?)> StatusAsync(StoreRig rig, TestList list)
    {
        var summary = (await rig.Lists.ReadAsync(list.Id))!;
        return (summary.Status, summary.Error);
    }

    private static Task<List<long>> RowsAsync(StoreRig rig, TestList list) => rig.Database.ReadAsync(c => c.ListAsync(
        "select row_number from list_row where list = @l order by row_number", r => r.GetInt64(0), ("l", list.Id.Value)));

    private static async Task<long> CountAsync(StoreRig rig, TestList list)
    {
        var count = 0L;
        foreach (var table in RowTables)
        {
            count += await Tables.CountAsync(rig, $"{table} where list = @l", ("l", list.Id.Value));
        }

        return count;
    }
}
