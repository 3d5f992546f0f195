using Microsoft.Data.Sqlite;

namespace Dialer.Silo.Storage.Sqlite;

/// <summary>Prepared statements of one connection, kept for its life; parameters by position.</summary>
internal sealed class SqliteStatements(SqliteConnection connection) : IDisposable
{
    private readonly Dictionary<string, SqliteCommand> prepared = new(StringComparer.Ordinal);

    public SqliteCommand Get(string text, int parameters)
    {
        if (!prepared.TryGetValue(text, out var command))
        {
            command = connection.CreateCommand();
            command.CommandText = text;
            for (var i = 1; i <= parameters; i++)
            {
                command.Parameters.Add(new SqliteParameter($"${i}", SqliteType.Integer));
            }

            command.Prepare();
            prepared[text] = command;
        }

        return command;
    }

    public int Execute(string text, params ReadOnlySpan<object?> values)
    {
        var command = Bind(text, values);
        return command.ExecuteNonQuery();
    }

    public SqliteDataReader Read(string text, params ReadOnlySpan<object?> values) => Bind(text, values).ExecuteReader();

    public void Dispose()
    {
        foreach (var command in prepared.Values)
        {
            command.Dispose();
        }

        prepared.Clear();
    }

    private SqliteCommand Bind(string text, ReadOnlySpan<object?> values)
    {
        var command = Get(text, values.Length);
        for (var i = 0; i < values.Length; i++)
        {
            var parameter = command.Parameters[i];
            parameter.ResetSqliteType();
            parameter.Value = values[i] ?? DBNull.Value;
        }

        return command;
    }
}
