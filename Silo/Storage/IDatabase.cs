using System.Data.Common;

namespace Dialer.Silo.Storage;

/// <summary>
/// A database of ours for everything that is not written a few times a call: one SQL text serves both engines, parameters are
/// written <c>@name</c>.
/// </summary>
internal interface IDatabase
{
    /// <summary>Reads on a connection of its own.</summary>
    Task<T> ReadAsync<T>(Func<DbConnection, Task<T>> work);

    /// <summary>Runs in one transaction, committed when <paramref name="work"/> returns.</summary>
    /// <param name="work">What to do; commands take the transaction of the connection by themselves.</param>
    /// <param name="isBulk">Bulk work goes after the writes of calls.</param>
    Task<T> WriteAsync<T>(Func<DbConnection, DbTransaction, Task<T>> work, bool isBulk = false);

    /// <summary>
    /// Inserts many rows into a table inside the caller's transaction, the fastest way the engine has. Values in the order of
    /// the columns; null = null; a text may come as its UTF-8 bytes.
    /// </summary>
    Task<int> InsertManyAsync(DbConnection connection, string table, IReadOnlyList<BulkColumn> columns, IEnumerable<object?[]> rows);

    /// <summary>
    /// For the rest of the transaction: look rows up by index, whatever the planner knows of a table that is just being filled.
    /// </summary>
    Task PreferIndexesAsync(DbConnection connection);

    /// <summary>
    /// Reads that hold many rows against each other, whatever the planner believes of a list that it has no statistics of.
    /// </summary>
    Task<T> CompareAsync<T>(Func<DbConnection, Task<T>> work);

    /// <summary>Whether a failed write certainly left nothing: the database refused a statement. Otherwise its commit is in doubt.</summary>
    bool IsRolledBack(Exception e);

    /// <summary>PostgreSQL has row locks; SQLite has one writer and needs none.</summary>
    bool HasRowLocks { get; }
}

/// <summary>A column of a bulk insert.</summary>
internal readonly record struct BulkColumn(string Name, BulkType Type);

internal enum BulkType
{
    Int64,
    Int32,
    Int16,
    Text,
}

internal static class DatabaseExtensions
{
    /// <summary>A command with its parameters.</summary>
    public static DbCommand Command(this DbConnection connection, string text, params ReadOnlySpan<(string Name, object? Value)> parameters)
    {
        var command = connection.CreateCommand();
        command.CommandText = text;
        foreach (var (name, value) in parameters)
        {
            var parameter = command.CreateParameter();
            parameter.ParameterName = name;
            parameter.Value = value ?? DBNull.Value;
            command.Parameters.Add(parameter);
        }

        return command;
    }

    public static async Task<int> ExecuteAsync(this DbConnection connection, string text, params (string Name, object? Value)[] parameters)
    {
        await using var command = connection.Command(text, parameters);
        return await command.ExecuteNonQueryAsync();
    }

    /// <summary>The first column of the first row; null when there is none.</summary>
    public static async Task<object?> ScalarAsync(this DbConnection connection, string text, params (string Name, object? Value)[] parameters)
    {
        await using var command = connection.Command(text, parameters);
        return await command.ExecuteScalarAsync();
    }

    public static async Task<List<T>> ListAsync<T>(
        this DbConnection connection,
        string text,
        Func<DbDataReader, T> map,
        params (string Name, object? Value)[] parameters)
    {
        await using var command = connection.Command(text, parameters);
        await using var reader = await command.ExecuteReaderAsync();
        var items = new List<T>();
        while (await reader.ReadAsync())
        {
            items.Add(map(reader));
        }

        return items;
    }
}
