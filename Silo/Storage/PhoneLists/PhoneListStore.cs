using Dialer.Calendars;
using Dialer.Grains.PhoneLists;
using Dialer.PhoneLists;

namespace Dialer.Silo.Storage.PhoneLists;

/// <summary>Phone lists on either engine.</summary>
internal sealed partial class PhoneListStore(IDatabase database) : IPhoneListLookup
{
    public static readonly Refusal Cancelled = new(PhoneListErrors.Cancelled, "The import was cancelled; nothing of the list was kept.");

    private const string Columns = "id, name, status, rows, accepted, duplicates, rejected, fixed, error, created_at, error_code, basis, finished_at";

    /// <summary>
    /// Rows that are best written at once. Each chunk is a commit; where there is one writer, calls wait for it in the meantime.
    /// </summary>
    public int ChunkRows => database.HasRowLocks ? 10_000 : 1_000;

    public async Task<PhoneListSummary?> ReadAsync(ListId id) =>
        (await ListAsync("where id = @id and deleted_at = 0", ("id", id.Value))).SingleOrDefault();

    public async Task<IReadOnlyList<PhoneListSummary>> ReadAsync(long before, int limit) => await ListAsync(
        "where id < @before and deleted_at = 0 order by id desc limit @limit", ("before", before == 0 ? long.MaxValue : before), ("limit", limit));

    public async Task<PhoneListSummary?> FindBySourceAsync(string source) => (await ListAsync(
        "where source = @source and deleted_at = 0 and status = 2 order by id desc limit 1", ("source", source))).SingleOrDefault();

    public Task<IReadOnlyList<ListZone>> ReadZonesAsync(ListId id) => database.ReadAsync<IReadOnlyList<ListZone>>(async connection => await connection.ListAsync(
        "select g.zone, g.zone_source, count(*) from list_row r join list_group g on g.list = r.list and g.number = r.group_number "
        + "where r.list = @list group by g.zone, g.zone_source order by 3 desc, 1",
        r => new ListZone(new ZoneFound(r.GetString(0), (ZoneSource)r.GetInt16(1)), r.GetInt64(2)),
        ("list", id.Value)));

    public async Task<bool> CancelImportAsync(ListId id) => await GiveUpAsync(id, Cancelled);

    public Task<IReadOnlyList<CampaignId>> DeleteAsync(ListId id, UnixTime now) => database.WriteAsync<IReadOnlyList<CampaignId>>(async (connection, _) =>
    {
        await connection.ExecuteAsync(
            "update phone_list set status = 4, deleted_at = @now where id = @id and deleted_at = 0", ("id", id.Value), ("now", now.Ms));
        return await connection.ListAsync(
            "select id from campaign where list = @list and loading = 0 and status in (1, 3)", r => new CampaignId(r.GetInt64(0)), ("list", id.Value));
    });

    private Task<List<PhoneListSummary>> ListAsync(string where, params (string Name, object? Value)[] parameters) => database.ReadAsync(connection =>
        connection.ListAsync(
            $"select {Columns} from phone_list {where}",
            r => new PhoneListSummary
            {
                Id = new ListId(r.GetInt64(0)),
                Name = r.GetString(1),
                Status = (PhoneListStatus)r.GetInt16(2),
                Rows = r.GetInt64(3),
                Accepted = r.GetInt64(4),
                Duplicates = r.GetInt64(5),
                Rejected = r.GetInt64(6),
                Fixed = r.GetInt64(7),
                Error = r.IsDBNull(8) ? null : r.GetString(8),
                CreatedAt = new UnixTime(r.GetInt64(9)),
                ErrorCode = r.IsDBNull(10) ? null : r.GetString(10),
                Basis = r.IsDBNull(11) ? null : r.GetString(11),
                FinishedAt = new UnixTime(r.GetInt64(12)),
            },
            parameters));
}
