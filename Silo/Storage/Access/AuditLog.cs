using System.Globalization;
using Dialer.Access;

namespace Dialer.Silo.Storage.Access;

internal sealed class AuditLog(IDatabase database) : IAuditLog
{
    public Task<long> BeginAsync(AuditEntry entry) => database.WriteAsync(async (connection, _) => Convert.ToInt64(
        await connection.ScalarAsync(
            "insert into audit_log (at, actor, actor_id, action, target) values (@at, @actor, @id, @action, @target) returning id",
            ("at", entry.At.Ms), ("actor", entry.Actor), ("id", entry.ActorId), ("action", entry.Action), ("target", entry.Target)),
        CultureInfo.InvariantCulture));

    public Task EndAsync(long id, int status, string? target) => database.WriteAsync((connection, _) => connection.ExecuteAsync(
        "update audit_log set status = @status, target = coalesce(@target, target) where id = @id",
        ("status", status), ("target", target), ("id", id)));

    public Task<IReadOnlyList<AuditEntry>> ReadAsync(long before, int limit) => database.ReadAsync<IReadOnlyList<AuditEntry>>(async connection =>
        await connection.ListAsync(
            "select id, at, actor, action, target, status, actor_id from audit_log where id < @before order by id desc limit @limit",
            r => new AuditEntry
            {
                Id = r.GetInt64(0),
                At = new UnixTime(r.GetInt64(1)),
                Actor = r.GetString(2),
                Action = r.GetString(3),
                Target = r.GetString(4),
                Status = r.GetInt32(5),
                ActorId = r.GetString(6),
            },
            ("before", before == 0 ? long.MaxValue : before), ("limit", limit)));
}
