using System.Data.Common;
using Npgsql;

namespace Dialer.Silo.Storage.PostgreSql;

internal sealed class PostgreSqlDatabase(NpgsqlDataSource source) : IDatabase
{
    public bool HasRowLocks => true;

    // refusals of a statement: a value, a condition, a trigger, a conflict with another transaction
    public bool IsRolledBack(Exception e) => e is PostgresException { SqlState: ['2', '2' or '3', ..] or ['4', '0', ..] or ['P', '0', ..] };

    public async Task<T> ReadAsync<T>(Func<DbConnection, Task<T>> work)
    {
        await using var connection = await source.OpenConnectionAsync();
        return await work(connection);
    }

    public async Task<T> WriteAsync<T>(Func<DbConnection, DbTransaction, Task<T>> work, bool isBulk = false)
    {
        await using var connection = await source.OpenConnectionAsync();
        await using var transaction = await connection.BeginTransactionAsync();
        var result = await work(connection, transaction);
        await transaction.CommitAsync();
        return result;
    }

    public Task PreferIndexesAsync(DbConnection connection) =>
        connection.ExecuteAsync("set local enable_hashjoin = off; set local enable_mergejoin = off; set local enable_seqscan = off");

    // whoever reads writes in between what was found: nothing is held that others wait for, so it may take its time
    public Task<T> CompareAsync<T>(Func<DbConnection, Task<T>> work) => WriteAsync(async (connection, _) =>
    {
        await connection.ExecuteAsync("set local enable_nestloop = off; set local idle_in_transaction_session_timeout = 0; set transaction read only");
        return await work(connection);
    });

    public async Task<int> InsertManyAsync(DbConnection connection, string table, IReadOnlyList<BulkColumn> columns, IEnumerable<object?[]> rows)
    {
        var text = $"copy {table} ({string.Join(", ", columns.Select(c => c.Name))}) from stdin (format binary)";
        var count = 0;
        await using var copy = await BinaryCopy.BeginAsync((NpgsqlConnection)connection, text);
        foreach (var row in rows)
        {
            await copy.AddAsync(columns, row);
            count++;
        }

        await copy.CompleteAsync();
        return count;
    }
}
