using System.Data.Common;
using Microsoft.Data.Sqlite;

namespace Dialer.Silo.Storage.Sqlite;

/// <summary>
/// Connections for the Orleans ADO.NET providers on SQLite. The pragmas that they need hold per connection and have no
/// keyword in the connection string, so every opened connection is given them.
/// </summary>
public sealed class SqliteDataSource(string path) : DbDataSource
{
    public override string ConnectionString { get; } = new SqliteConnectionStringBuilder { DataSource = path, DefaultTimeout = 30 }.ToString();

    protected override DbConnection CreateDbConnection()
    {
        var connection = new SqliteConnection(ConnectionString);
        connection.StateChange += static (sender, change) =>
        {
            if (change.CurrentState == System.Data.ConnectionState.Open && sender is SqliteConnection opened)
            {
                using var command = opened.CreateCommand();
                command.CommandText = "pragma journal_mode = wal; pragma synchronous = full; pragma busy_timeout = 5000;";
                command.ExecuteNonQuery();
            }
        };
        return connection;
    }
}
