using System.Globalization;
using System.Text;
using Dialer.Calendars;
using Dialer.Numbers;
using Dialer.PhoneLists;
using Dialer.Silo.PhoneLists;
using Dialer.Silo.Storage.PhoneLists;

namespace Dialer.Tests.Stores;

/// <summary>A list as the importer hands it to the store, chunk by chunk.</summary>
internal sealed class TestList(StoreRig rig, ListId id)
{
    private readonly List<(byte Priority, ZoneFound Zone)> groups = [];
    private int row;
    private int accepted;
    private int suspects;
    private int rejected;

    public ListId Id => id;

    public static async Task<TestList> NewAsync(StoreRig rig, string? source = null)
    {
        var list = new TestList(rig, new ListId(await rig.Ids.NextAsync()));
        await rig.Lists.CreateAsync(list.Id, new ListImportRequest { Name = $"list {list.Id}", Country = "RU", Source = source, Basis = "asked" }, rig.Now);
        return list;
    }

    /// <summary>A complete list of these numbers.</summary>
    public static async Task<TestList> OfAsync(StoreRig rig, IEnumerable<long> phones)
    {
        var list = await NewAsync(rig);
        await list.InsertAsync([.. phones.Select(p => list.Row(p))]);
        await list.FinishAsync();
        return list;
    }

    /// <summary>The next row of the file; its payload names phone and text.</summary>
    public ListRow Row(long phone, string text = "", byte priority = 3, string zone = TestCampaign.Zone)
    {
        var payload = Encoding.UTF8.GetBytes(Payload(phone, text));
        row++;
        return new ListRow(row, row + 1, new PhoneNumber(phone), false, priority, new ZoneFound(zone, ZoneSource.ListColumn), payload, payload);
    }

    public RejectedRow Rejected(string content, PhoneNumber phone = default)
    {
        row++;
        return new RejectedRow(row, row + 1, "phone_invalid", "Not a phone.", null, content, phone);
    }

    public Task InsertAsync(IReadOnlyList<ListRow> rows, IReadOnlyList<ListRow>? doubtful = null, IReadOnlyList<RejectedRow>? refused = null)
    {
        doubtful ??= [];
        refused ??= [];
        (accepted, suspects, rejected) = (accepted + rows.Count, suspects + doubtful.Count, rejected + refused.Count);
        var added = rows.Concat(doubtful).Select(r => (r.Priority, r.Zone)).Distinct().Except(groups).ToList();
        groups.AddRange(added);
        return rig.Lists.InsertAsync(
            id,
            new ListChunk(
                [.. added.Select(g => (groups.IndexOf(g) + 1, g.Priority, g.Zone.Key, (short)g.Zone.Source))],
                [.. rows.Select(r => (r, Group(r)))],
                [.. doubtful.Select(r => (r, Group(r)))],
                refused),
            rig.Now);
    }

    public Task FinishAsync() => rig.Lists.FinishAsync(id, accepted, rejected, suspects, 0, rig.Now);

    public static string Payload(long phone, string text = "") => string.Create(CultureInfo.InvariantCulture, $$"""{"phone":"{{phone}}","text":"{{text}}"}""");

    private int Group(ListRow r) => groups.IndexOf((r.Priority, r.Zone)) + 1;
}
