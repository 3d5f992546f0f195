using System.Globalization;
using Dialer.Calls;
using Dialer.Grains.Silos;
using Dialer.Subscribers;

namespace Dialer.Silo.Storage.Silos;

/// <summary>The processes that dial, on either engine.</summary>
internal sealed class SiloStore(IDatabase database) : ISiloStore
{
    public Task<int> RegisterAsync(string address, UnixTime now) => database.WriteAsync(async (connection, _) =>
    {
        var id = Convert.ToInt32(
            await connection.ScalarAsync("update id_block set next = next + 1 where name = 'silo' returning next - 1"),
            CultureInfo.InvariantCulture);
        await connection.ExecuteAsync(
            "insert into silo (id, address, started_at, seen_at) values (@id, @address, @now, @now)",
            ("id", id), ("address", address), ("now", now.Ms));
        return id;
    });

    public Task SeenAsync(int silo, string address, UnixTime now) => database.WriteAsync((connection, _) => connection.ExecuteAsync(
        "insert into silo (id, address, started_at, seen_at) values (@id, @address, @now, @now) on conflict (id) do update set seen_at = excluded.seen_at",
        ("id", silo), ("address", address), ("now", now.Ms)));

    public Task<IReadOnlyList<SiloRow>> ListAsync() => database.ReadAsync<IReadOnlyList<SiloRow>>(async connection =>
        await connection.ListAsync(
            "select id, address, started_at, seen_at from silo order by id",
            r => new SiloRow(r.GetInt32(0), r.GetString(1), new UnixTime(r.GetInt64(2)), new UnixTime(r.GetInt64(3)))));

    public Task<IReadOnlyList<JobRow>> ReadLiveOfAsync(IReadOnlyCollection<int> silos, JobId after, int limit) => database.ReadAsync<IReadOnlyList<JobRow>>(
        // +id: sorted, not read in the order of the key, which would pass over every job there is
        async connection => await connection.ListAsync(
            $"select {JobRows.Columns} from call_job where status = 2 and silo in ({Numbers(silos)}) and id > @after order by +id limit @limit",
            JobRows.Read,
            ("after", after.Value), ("limit", limit)));

    public Task<byte[]?> ReadLegAsync(TryId id) => database.ReadAsync(async connection => (byte[]?)await connection.ScalarAsync(
        "select leg from call_leg where job = @job and number = @number", ("job", id.Job.Value), ("number", id.Number)));

    public Task TellLineAsync(int silo, ChannelId channel, string line) => database.WriteAsync((connection, _) => connection.ExecuteAsync(
        "insert into silo_line (silo, channel, line) values (@silo, @channel, @line) on conflict (silo, channel) do update set line = excluded.line",
        ("silo", silo), ("channel", channel.Value), ("line", line)));

    public Task<string?> ReadLineAsync(int silo, ChannelId channel) => database.ReadAsync(async connection => (string?)await connection.ScalarAsync(
        "select line from silo_line where silo = @silo and channel = @channel", ("silo", silo), ("channel", channel.Value)));

    public Task ForgetAsync(IReadOnlyCollection<int> silos) => database.WriteAsync(async (connection, _) =>
    {
        await connection.ExecuteAsync(
            $"delete from silo where id in ({Numbers(silos)}) and not exists (select 1 from call_job j where j.status = 2 and j.silo = silo.id)");
        return await connection.ExecuteAsync("delete from silo_line where not exists (select 1 from silo where silo.id = silo_line.silo)");
    });

    private static string Numbers(IReadOnlyCollection<int> silos) =>
        silos.Count == 0 ? "-1" : string.Join(", ", silos.Select(s => s.ToString(CultureInfo.InvariantCulture)));
}
