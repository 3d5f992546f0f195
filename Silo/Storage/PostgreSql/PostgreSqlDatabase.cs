using System.Data.Common;
using Npgsql;

namespace Dialer.Silo.Storage.PostgreSql;

internal sealed class PostgreSqlDatabase(NpgsqlDataSource source) : IDatabase
{
    public bool HasRowLocks => true;

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
}
