using Dialer.DoNotCall;
using Dialer.Numbers;

namespace Dialer.Silo.Storage.DoNotCall;

/// <summary>
/// The list, and the flag in each phone's row: the intent's transaction looks at the phone's row only, and every entry changes
/// that row, so that an entry and an intent that cross are one before the other.
/// </summary>
internal sealed class DoNotCallStore(IDatabase database) : IDoNotCallStore
{
    private const string EntryText = "select phone, reason, source, added_at, added_by from do_not_call ";

    public Task<int> AddAsync(IReadOnlyList<PhoneNumber> phones, string reason, string source, string actor, UnixTime now) =>
        database.WriteAsync(async (connection, _) =>
        {
            var added = 0;
            foreach (var phone in phones.Distinct().Order())
            {
                await connection.ExecuteAsync(
                    "insert into phone (phone, do_not_call) values (@phone, @true) "
                    + "on conflict (phone) do update set do_not_call = @true, version = phone.version + 1",
                    ("phone", phone.Value), ("true", database.HasRowLocks ? true : 1));
                added += await connection.ExecuteAsync(
                    "insert into do_not_call (phone, reason, source, added_at, added_by) values (@phone, @reason, @source, @now, @actor) on conflict do nothing",
                    ("phone", phone.Value), ("reason", reason), ("source", source), ("now", now.Ms), ("actor", actor));
            }

            return added;
        });

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

    private static DoNotCallEntry Entry(System.Data.Common.DbDataReader reader) => new(
        new PhoneNumber(reader.GetInt64(0)), reader.GetString(1), reader.GetString(2), new UnixTime(reader.GetInt64(3)), reader.GetString(4));
}
