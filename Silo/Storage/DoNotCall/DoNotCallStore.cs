using System.Data.Common;
using System.Globalization;
using System.Text.Json;
using Dialer.DoNotCall;
using Dialer.Numbers;

namespace Dialer.Silo.Storage.DoNotCall;

/// <summary>
/// The list, and the flag in each phone's row: the intent's transaction looks at the phone's row only, and every entry changes
/// that row, so that an entry and an intent that cross are one before the other.
/// </summary>
internal sealed class DoNotCallStore(IDatabase database) : IDoNotCallStore
{
    /// <summary>So many numbers are a file, which goes after the writes of calls.</summary>
    private const int BulkFrom = 100;

    /// <summary>Of one statement, within its time limit.</summary>
    private const int Rows = 50_000;

    private const string EntryText = "select phone, reason, source, added_at, added_by from do_not_call ";

    public Task<int> AddAsync(IReadOnlyList<PhoneNumber> phones, string reason, string source, string actor, UnixTime now)
    {
        // in their order, so that two who enter the same numbers wait for each other and not in a ring
        long[] sorted = [.. phones.Select(p => p.Value).Distinct().Order()];
        return database.WriteAsync(
            async (connection, _) =>
            {
                var added = 0;
                foreach (var rows in sorted.Chunk(Rows))
                {
                    added += await EnterAsync(connection, rows, ("reason", reason), ("source", source), ("now", now.Ms), ("actor", actor));
                }

                return added;
            },
            isBulk: sorted.Length > BulkFrom);
    }

    public Task<bool> RemoveAsync(PhoneNumber phone) => database.WriteAsync(async (connection, _) =>
    {
        await connection.ExecuteAsync(
            "update phone set do_not_call = @false, version = version + 1 where phone = @phone",
            ("phone", phone.Value), ("false", database.HasRowLocks ? false : 0));
        return await connection.ExecuteAsync("delete from do_not_call where phone = @phone", ("phone", phone.Value)) == 1;
    });

    public Task<bool> ContainsAsync(PhoneNumber phone) => database.ReadAsync(async connection =>
        await connection.ScalarAsync("select 1 from do_not_call where phone = @phone", ("phone", phone.Value)) is not null);

    public Task<DoNotCallEntry?> FindAsync(PhoneNumber phone) => database.ReadAsync(async connection =>
        (await connection.ListAsync(EntryText + "where phone = @phone", Entry, ("phone", phone.Value))).SingleOrDefault());

    public Task<IReadOnlyList<DoNotCallEntry>> ListAsync(PhoneNumber after, int limit) => database.ReadAsync<IReadOnlyList<DoNotCallEntry>>(async connection =>
        await connection.ListAsync(EntryText + "where phone > @after order by phone limit @limit", Entry, ("after", after.Value), ("limit", limit)));

    public Task<IReadOnlyList<CampaignId>> ReadCampaignsOfAsync(PhoneNumber phone) => database.ReadAsync<IReadOnlyList<CampaignId>>(async connection =>
        await connection.ListAsync(
            "select distinct campaign from call_job where phone = @phone and status <> 4",
            r => new CampaignId(r.GetInt64(0)),
            ("phone", phone.Value)));

    // few enough that each is looked up by its index, whatever the planner believes
    public Task<IReadOnlyList<(PhoneNumber Phone, CampaignId Campaign)>> ReadOpenJobsAsync(IReadOnlyCollection<PhoneNumber> phones) =>
        phones.Count == 0
            ? Task.FromResult<IReadOnlyList<(PhoneNumber, CampaignId)>>([])
            : database.ReadAsync<IReadOnlyList<(PhoneNumber, CampaignId)>>(async connection => await connection.ListAsync(
                $"select distinct phone, campaign from call_job where phone in ({string.Join(',', phones.Select(p => p.Value.ToString(CultureInfo.InvariantCulture)))}) "
                + "and status <> 4",
                r => (new PhoneNumber(r.GetInt64(0)), new CampaignId(r.GetInt64(1)))));

    private async Task<int> EnterAsync(DbConnection connection, long[] phones, params (string, object?)[] entry)
    {
        var (given, rows) = database.HasRowLocks
            ? ((object)phones, "unnest(@phones) as given(phone)")
            : (JsonSerializer.Serialize(phones), "(select value as phone from json_each(@phones)) as given");
        await connection.ExecuteAsync(
            $"insert into phone (phone, do_not_call) select given.phone, @true from {rows} where true "
            + "on conflict (phone) do update set do_not_call = @true, version = phone.version + 1",
            ("phones", given), ("true", database.HasRowLocks ? true : 1));
        return await connection.ExecuteAsync(
            $"insert into do_not_call (phone, reason, source, added_at, added_by) select given.phone, @reason, @source, @now, @actor from {rows} where true "
            + "on conflict do nothing",
            [("phones", given), .. entry]);
    }

    private static DoNotCallEntry Entry(DbDataReader reader) => new(
        new PhoneNumber(reader.GetInt64(0)), reader.GetString(1), reader.GetString(2), new UnixTime(reader.GetInt64(3)), reader.GetString(4));
}
