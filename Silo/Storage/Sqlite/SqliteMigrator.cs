using Dialer.Silo.Hosting;
using Dialer.Silo.Storage.Migrations;
using Dialer.Silo.Storage.PostgreSql;
using Microsoft.Data.Sqlite;

namespace Dialer.Silo.Storage.Sqlite;

/// <summary>Brings a SQLite file up to this binary at start; the data directory's lock keeps other processes away.</summary>
internal static class SqliteMigrator
{
    /// <exception cref="ConfigurationRefusedException">The file is newer than this program.</exception>
    public static void Migrate(SqliteFile file, string folder, bool hasQueries, UnixTime now)
    {
        using var connection = file.OpenForWriting();
        Execute(connection, "create table if not exists dialer_schema (number integer primary key, name text not null, applied_at integer not null)");
        var applied = Applied(connection);
        var scripts = MigrationScripts.Of(folder);
        PostgreSqlMigrator.Demand(applied.Count == 0 || applied.Max() <= scripts[^1].Number, file.Path, applied);
        foreach (var (number, name, text) in scripts.Where(s => !applied.Contains(s.Number)))
        {
            using var transaction = connection.BeginTransaction();
            Execute(connection, text);
            Execute(connection, "insert into dialer_schema values ($number, $name, $now)", ("$number", number), ("$name", name), ("$now", now.Ms));
            transaction.Commit();
        }

        if (hasQueries)
        {
            using var transaction = connection.BeginTransaction();
            foreach (var (key, text) in MigrationScripts.Queries(folder))
            {
                Execute(connection, "insert or replace into OrleansQuery (QueryKey, QueryText) values ($key, $text)", ("$key", key), ("$text", text));
            }

            transaction.Commit();
        }
    }

    private static HashSet<int> Applied(SqliteConnection connection)
    {
        using var command = connection.CreateCommand();
        command.CommandText = "select number from dialer_schema";
        using var reader = command.ExecuteReader();
        var applied = new HashSet<int>();
        while (reader.Read())
        {
            applied.Add(reader.GetInt32(0));
        }

        return applied;
    }

    private static void Execute(SqliteConnection connection, string text, params (string Name, object Value)[] parameters)
    {
        using var command = connection.CreateCommand();
        command.CommandText = text;
        foreach (var (name, value) in parameters)
        {
            command.Parameters.AddWithValue(name, value);
        }

        command.ExecuteNonQuery();
    }
}
