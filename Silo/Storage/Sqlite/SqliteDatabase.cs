using System.Collections.Concurrent;
using System.Data.Common;
using System.Text;
using Microsoft.Data.Sqlite;

namespace Dialer.Silo.Storage.Sqlite;

/// <summary>Reads on kept connections beside the one writer (WAL), off the caller's scheduler: the library itself is synchronous.</summary>
internal sealed class SqliteDatabase(SqliteFile file, SqliteWriter writer) : IDatabase, IDisposable
{
    private readonly ConcurrentBag<SqliteConnection> readers = [];
    private readonly SemaphoreSlim places = new(8);

    public bool HasRowLocks => false;

    public bool IsRolledBack(Exception e) => e is SqliteException;

    public Task<T> ReadAsync<T>(Func<DbConnection, Task<T>> work) => Task.Run(async () =>
    {
        await places.WaitAsync();
        var connection = readers.TryTake(out var kept) ? kept : file.OpenForReading();
        try
        {
            return await work(connection);
        }
        finally
        {
            readers.Add(connection);
            places.Release();
        }
    });

    public Task<T> WriteAsync<T>(Func<DbConnection, DbTransaction, Task<T>> work, bool isBulk = false) => writer.WriteAsync(
        connection => work(connection, null!).GetAwaiter().GetResult(),
        isBulk);

    public Task PreferIndexesAsync(DbConnection connection) => Task.CompletedTask;

    public Task<T> CompareAsync<T>(Func<DbConnection, Task<T>> work) => ReadAsync(work);

    public Task<int> InsertManyAsync(DbConnection connection, string table, IReadOnlyList<BulkColumn> columns, IEnumerable<object?[]> rows)
    {
        using var command = connection.CreateCommand();
        command.CommandText = $"insert into {table} ({string.Join(", ", columns.Select(c => c.Name))}) values ({string.Join(", ", columns.Select((_, i) => $"$p{i}"))})";
        var parameters = columns
            .Select((column, i) => new SqliteParameter($"$p{i}", column.Type == BulkType.Text ? SqliteType.Text : SqliteType.Integer))
            .ToArray();
        command.Parameters.AddRange(parameters);
        command.Prepare();
        var count = 0;
        foreach (var row in rows)
        {
            for (var i = 0; i < parameters.Length; i++)
            {
                parameters[i].Value = row[i] is ReadOnlyMemory<byte> utf8 ? Encoding.UTF8.GetString(utf8.Span) : row[i] ?? DBNull.Value;
            }

            count += command.ExecuteNonQuery();
        }

        return Task.FromResult(count);
    }

    public void Dispose()
    {
        while (readers.TryTake(out var connection))
        {
            connection.Dispose();
        }

        places.Dispose();
    }
}
