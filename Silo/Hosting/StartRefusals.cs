using System.Net.Sockets;
using Dialer.Silo.Storage;
using Microsoft.Data.Sqlite;
using Npgsql;

namespace Dialer.Silo.Hosting;

/// <summary>What goes wrong with the storage at a start, as one line that says what, where and how to mend it.</summary>
public static class StartRefusals
{
    private const int SqliteFull = 13;
    private const int SqliteCorrupt = 11;
    private const int SqliteNoDatabase = 26;

    /// <exception cref="ConfigurationRefusedException">It cannot be parsed.</exception>
    public static void CheckConnectionString(string text)
    {
        try
        {
            _ = new NpgsqlConnectionStringBuilder(text);
        }
        catch (Exception e) when (e is ArgumentException or FormatException or OverflowException or InvalidCastException)
        {
            // the text itself may hold a password
            throw new ConfigurationRefusedException(
                $"ConnectionStrings:Dialer cannot be read: {e.Message.TrimEnd('.')}. Write for example \"Host=127.0.0.1;Port=5432;Database=dialer;Username=dialer\".", e);
        }
    }

    /// <summary>Does a step of the start; what the storage has against it comes out as a refusal.</summary>
    /// <exception cref="ConfigurationRefusedException">The storage cannot be used.</exception>
    public static async Task AroundAsync(Func<Task> step, StorageOptions storage)
    {
        ArgumentNullException.ThrowIfNull(step);
        ArgumentNullException.ThrowIfNull(storage);
        try
        {
            await step();
        }
        catch (Exception e) when (Storage(e) is SqliteException sqlite)
        {
            throw Of(sqlite, storage.DataDirectory);
        }
        catch (Exception e) when (storage.Engine == StorageEngine.PostgreSql && Storage(e) is { } cause)
        {
            throw Of(cause, storage.ConnectionString!);
        }
    }

    /// <summary>Whether a database is behind a failure.</summary>
    public static bool IsStorage(Exception e) => Storage(e) is not null;

    /// <summary>Why PostgreSQL cannot be used, named by what of the connection string is no secret.</summary>
    public static ConfigurationRefusedException Of(Exception e, string connectionString)
    {
        var where = new NpgsqlConnectionStringBuilder(connectionString);
        var cause = Storage(e) ?? e;
        var advice = (cause as PostgresException)?.SqlState switch
        {
            PostgresErrorCodes.InvalidCatalogName => "Create the database, or name another in ConnectionStrings:Dialer.",
            PostgresErrorCodes.InvalidPassword or PostgresErrorCodes.InvalidAuthorizationSpecification => "Check the user and password in ConnectionStrings:Dialer.",
            PostgresErrorCodes.InsufficientPrivilege => "Grant the user the right to create tables there.",
            _ => "Check that the server runs and that ConnectionStrings:Dialer names it.",
        };
        var text = cause is PostgresException postgres ? postgres.MessageText : cause.GetBaseException().Message;
        return new ConfigurationRefusedException(
            $"PostgreSQL at {where.Host}:{where.Port}, database {where.Database ?? where.Username}, cannot be used: {text.TrimEnd('.')}. {advice}", e);
    }

    private static ConfigurationRefusedException Of(SqliteException e, string directory)
    {
        var advice = e.SqliteErrorCode switch
        {
            SqliteNoDatabase or SqliteCorrupt => "It holds something that is no database of this program: move it away or restore a backup, or give another directory with --Dialer:DataDirectory=DIR.",
            SqliteFull => "Make room on its disk, or give another directory with --Dialer:DataDirectory=DIR.",
            _ => "Check its files and rights, or give another directory with --Dialer:DataDirectory=DIR.",
        };
        return new ConfigurationRefusedException($"The database in {directory} (dialer.db, orleans.db) cannot be used: {e.Message.TrimEnd('.')}. {advice}", e);
    }

    private static Exception? Storage(Exception? e) => e switch
    {
        null => null,
        NpgsqlException or SqliteException or SocketException { SocketErrorCode: not (SocketError.AddressAlreadyInUse or SocketError.AccessDenied or SocketError.AddressNotAvailable) } => e,
        AggregateException all => all.InnerExceptions.Select(Storage).FirstOrDefault(c => c is not null),
        _ => Storage(e.InnerException),
    };
}
