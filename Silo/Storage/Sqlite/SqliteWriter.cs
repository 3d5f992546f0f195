using System.Collections.Concurrent;
using Microsoft.Data.Sqlite;

namespace Dialer.Silo.Storage.Sqlite;

/// <summary>
/// The one thread that writes the hot store's file. Work of calls goes before work in bulk (import, loading), which comes in
/// chunks of a few milliseconds, so that no call waits for a list.
/// </summary>
internal sealed class SqliteWriter : IDisposable
{
    private readonly BlockingCollection<Work> calls = [];
    // not bounded: every caller waits for its own chunk, and a full queue would hold up the thread that adds
    private readonly BlockingCollection<Work> bulk = [];
    private readonly SqliteConnection connection;
    private readonly Thread thread;
    private bool disposed;

    public SqliteWriter(SqliteFile file)
    {
        connection = file.OpenForWriting();
        thread = new Thread(Run) { IsBackground = true, Name = "sqlite-writer" };
        thread.Start();
    }

    /// <summary>Runs <paramref name="work"/> in a transaction of its own on the writer's thread; rolled back if it throws.</summary>
    public Task<T> WriteAsync<T>(Func<SqliteConnection, T> work, bool isBulk = false)
    {
        var done = new TaskCompletionSource<T>(TaskCreationOptions.RunContinuationsAsynchronously);
        var item = new Work(
            c => InTransaction(c, work, done),
            e => done.TrySetException(e));
        try
        {
            (isBulk ? bulk : calls).Add(item);
        }
        catch (InvalidOperationException e)
        {
            done.TrySetException(new ObjectDisposedException("the store is closed", e));
        }

        return done.Task;
    }

    public void Dispose()
    {
        if (disposed)
        {
            return;
        }

        disposed = true;
        calls.CompleteAdding();
        bulk.CompleteAdding();
        thread.Join();
        connection.Dispose();
        calls.Dispose();
        bulk.Dispose();
    }

    private static void InTransaction<T>(SqliteConnection connection, Func<SqliteConnection, T> work, TaskCompletionSource<T> done)
    {
        // plain statements rather than a transaction object, so that prepared commands serve every transaction
        Execute(connection, "begin immediate");
        T result;
        try
        {
            result = work(connection);
            Execute(connection, "commit");
        }
        catch
        {
            Execute(connection, "rollback");
            throw;
        }

        done.TrySetResult(result);
    }

    private static void Execute(SqliteConnection connection, string text)
    {
        using var command = connection.CreateCommand();
        command.CommandText = text;
        command.ExecuteNonQuery();
    }

    private void Run()
    {
        var both = new[] { calls, bulk };
        while (!calls.IsCompleted || !bulk.IsCompleted)
        {
            // the first collection that has something wins: calls before bulk
            if (BlockingCollection<Work>.TryTakeFromAny(both, out var work, TimeSpan.FromMilliseconds(200)) >= 0)
            {
                try
                {
                    work!.Do(connection);
                }
                catch (Exception e)
                {
                    work!.Fail(e);
                }
            }
        }
    }

    private sealed record Work(Action<SqliteConnection> Do, Action<Exception> Fail);
}
