using Dialer.Silo.Storage;
using Npgsql;

namespace Dialer.Silo.Hosting;

/// <summary>
/// Keeps a second single-process owner away from the same data: a locked file in the data directory, and on PostgreSQL a
/// session's advisory lock. Held for the life of the process, released by its death.
/// </summary>
public sealed class DataLock : IAsyncDisposable
{
    private const long Key = 0x4469_616C_0001;

    private readonly FileStream file;
    private NpgsqlConnection? connection;

    private DataLock(FileStream file) => this.file = file;

    /// <exception cref="ConfigurationRefusedException">Another process has the data.</exception>
    public static async Task<DataLock> TakeAsync(StorageOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        var taken = new DataLock(TakeFile(options.DataDirectory));
        try
        {
            if (options.Engine == StorageEngine.PostgreSql)
            {
                taken.connection = await TakeSessionAsync(options.ConnectionString!);
            }

            return taken;
        }
        catch
        {
            await taken.DisposeAsync();
            throw;
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (connection is not null)
        {
            await connection.DisposeAsync();
        }

        await file.DisposeAsync();
    }

    private static FileStream TakeFile(string directory)
    {
        var path = Path.Combine(directory, "lock");
        try
        {
            Directory.CreateDirectory(directory);
            return new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
        }
        catch (IOException) when (Directory.Exists(directory))
        {
            throw new ConfigurationRefusedException(
                $"The data directory {directory} is in use by another process. Stop that one, or give another with --Dialer:DataDirectory=DIR.");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new ConfigurationRefusedException(
                $"The data directory {directory} cannot be used: {e.Message} Give another with --Dialer:DataDirectory=DIR.", e);
        }
    }

    private static async Task<NpgsqlConnection> TakeSessionAsync(string connectionString)
    {
        var connection = new NpgsqlConnection(new NpgsqlConnectionStringBuilder(connectionString) { Pooling = false, KeepAlive = 30 }.ToString());
        try
        {
            await connection.OpenAsync();
            await using var command = new NpgsqlCommand("select pg_try_advisory_lock($1)", connection) { Parameters = { new() { Value = Key } } };
            if (await command.ExecuteScalarAsync() is true)
            {
                return connection;
            }
        }
        catch (Exception e) when (StartRefusals.IsStorage(e))
        {
            await connection.DisposeAsync();
            throw StartRefusals.Of(e, connectionString);
        }

        await connection.DisposeAsync();
        throw new ConfigurationRefusedException(
            "Another single-process dialer uses this database. Stop it, or run as a cluster with Dialer:Cluster=true.");
    }
}
