using Dialer.Silo.Storage;

namespace Dialer.Tests;

/// <summary>Both engines for a test assembly: one PostgreSQL server for all of it, started when first needed.</summary>
public sealed class Engines : IAsyncDisposable
{
    private readonly SemaphoreSlim turn = new(1);
    private readonly List<string> directories = [];
    private PostgresServer? server;

    /// <summary>Fresh, empty storage of an engine.</summary>
    public async Task<StorageOptions> NewAsync(StorageEngine engine)
    {
        var directory = Directory.CreateTempSubdirectory("dialer-test-").FullName;
        directories.Add(directory);
        return new StorageOptions
        {
            Engine = engine,
            DataDirectory = directory,
            ConnectionString = engine == StorageEngine.PostgreSql ? await (await ServerAsync()).CreateDatabaseAsync() : null,
        };
    }

    public async Task<PostgresServer> ServerAsync()
    {
        await turn.WaitAsync();
        try
        {
            return server ??= await PostgresServer.StartAsync();
        }
        finally
        {
            turn.Release();
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (server is not null)
        {
            await server.DisposeAsync();
        }

        foreach (var directory in directories.Where(Directory.Exists))
        {
            Directory.Delete(directory, recursive: true);
        }

        turn.Dispose();
    }
}
