using System.Data;
using Microsoft.Data.Sqlite;

namespace Dialer.Silo.Storage.Sqlite;

/// <summary>One SQLite file and how its connections are set up: WAL, every commit on disk, a patient lock.</summary>
internal sealed class SqliteFile(string path)
{
    public string Path => path;

    public SqliteConnection OpenForWriting() => Open(SqliteOpenMode.ReadWriteCreate, "pragma journal_mode = wal; pragma synchronous = full; pragma wal_autocheckpoint = 4000;");

    public SqliteConnection OpenForReading() => Open(SqliteOpenMode.ReadWrite, "pragma query_only = 1;");

    private SqliteConnection Open(SqliteOpenMode mode, string pragmas)
    {
        // pooling off: each connection here has one owner that keeps it
        var connection = new SqliteConnection(
            new SqliteConnectionStringBuilder { DataSource = path, Mode = mode, Pooling = false, DefaultTimeout = 30 }.ToString());
        try
        {
            connection.Open();
            using var command = connection.CreateCommand();
            command.CommandText = $"pragma busy_timeout = 10000; {pragmas} pragma cache_size = -16000; pragma temp_store = memory;";
            command.CommandType = CommandType.Text;
            command.ExecuteNonQuery();
            return connection;
        }
        catch
        {
            connection.Dispose();
            throw;
        }
    }
}
