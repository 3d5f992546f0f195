using Dialer.Silo.Hosting;
using Dialer.Silo.Storage.Migrations;
using Npgsql;

namespace Dialer.Silo.Storage.PostgreSql;

/// <summary>Brings the database up to this binary at start, under a lock, each step in a transaction of its own.</summary>
internal static class PostgreSqlMigrator
{
    private const long LockKey = 0x4469_616C_6572;

    /// <exception cref="ConfigurationRefusedException">The database is newer than this program.</exception>
    public static async Task MigrateAsync(NpgsqlDataSource source, UnixTime now)
    {
        await using var connection = await source.OpenConnectionAsync();
        await ExecuteAsync(connection, $"select pg_advisory_lock({LockKey})");
        try
        {
            await ExecuteAsync(
                connection, "create table if not exists dialer_schema (number int primary key, name text not null, applied_at bigint not null)");
            var applied = await AppliedAsync(connection);
            var scripts = MigrationScripts.Of("PostgreSql");
            Demand(applied.Count == 0 || applied.Max() <= scripts[^1].Number, $"The database {connection.Database}", applied);
            foreach (var script in scripts.Where(s => !applied.Contains(s.Number)))
            {
                await ApplyAsync(connection, script, now);
            }

            await WriteQueriesAsync(connection);
        }
        finally
        {
            await ExecuteAsync(connection, $"select pg_advisory_unlock({LockKey})");
        }
    }

    internal static void Demand(bool isKnown, string what, IEnumerable<int> applied)
    {
        if (!isKnown)
        {
            throw new ConfigurationRefusedException(
                $"{what} was written by a newer version of this program (schema {applied.Max()}). Start that version, or restore a backup of before the upgrade.");
        }
    }

    private static async Task<HashSet<int>> AppliedAsync(NpgsqlConnection connection)
    {
        var applied = new HashSet<int>();
        await using var command = new NpgsqlCommand("select number from dialer_schema", connection);
        await using var reader = await command.ExecuteReaderAsync();
        while (await reader.ReadAsync())
        {
            applied.Add(reader.GetInt32(0));
        }

        return applied;
    }

    private static async Task ApplyAsync(NpgsqlConnection connection, (int Number, string Name, string Text) script, UnixTime now)
    {
        await using var transaction = await connection.BeginTransactionAsync();
        await ExecuteAsync(connection, script.Text);
        await using var note = new NpgsqlCommand("insert into dialer_schema values ($1, $2, $3)", connection)
        {
            Parameters = { new() { Value = script.Number }, new() { Value = script.Name }, new() { Value = now.Ms } },
        };
        await note.ExecuteNonQueryAsync();
        await transaction.CommitAsync();
    }

    // providers read their query texts once at start: they follow the binary
    private static async Task WriteQueriesAsync(NpgsqlConnection connection)
    {
        await using var batch = new NpgsqlBatch(connection);
        foreach (var (key, text) in MigrationScripts.Queries("PostgreSql"))
        {
            batch.BatchCommands.Add(new NpgsqlBatchCommand(
                "insert into OrleansQuery (QueryKey, QueryText) values ($1, $2) on conflict (QueryKey) do update set QueryText = excluded.QueryText "
                + "where OrleansQuery.QueryText <> excluded.QueryText")
            {
                Parameters = { new() { Value = key }, new() { Value = text } },
            });
        }

        await batch.ExecuteNonQueryAsync();
    }

    private static async Task ExecuteAsync(NpgsqlConnection connection, string text)
    {
        await using var command = new NpgsqlCommand(text, connection);
        await command.ExecuteNonQueryAsync();
    }
}
