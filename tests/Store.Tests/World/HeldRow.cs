using System.Globalization;
using Dialer.Silo.Storage;
using Npgsql;

namespace Dialer.Tests.Stores;

/// <summary>
/// A lock that a third connection holds, so that writers stop where they need it and go on when it is let go, in the order in
/// which they came.
/// </summary>
internal sealed class HeldRow : IAsyncDisposable
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(20);

    private readonly NpgsqlConnection connection;
    private NpgsqlTransaction? transaction;

    private HeldRow(NpgsqlConnection connection) => this.connection = connection;

    public static Task<HeldRow> RowAsync(StoreRig rig, string table, string key, long id) =>
        TakeAsync(rig, string.Create(CultureInfo.InvariantCulture, $"select 1 from {table} where {key} = {id} for update"));

    public static async Task<HeldRow> TakeAsync(StoreRig rig, string text)
    {
        var held = new HeldRow(new NpgsqlConnection(rig.Options.ConnectionString + ";Pooling=false"));
        await held.connection.OpenAsync();
        held.transaction = await held.connection.BeginTransactionAsync();
        await using var command = new NpgsqlCommand(text, held.connection);
        await command.ExecuteNonQueryAsync();
        return held;
    }

    /// <summary>Until so many others of this database wait for a lock; false when the write given ended without waiting.</summary>
    public async Task<bool> UntilWaitingAsync(int count, Task write)
    {
        var began = TimeProvider.System.GetTimestamp();
        while (!write.IsCompleted)
        {
            if (await WaitersAsync("wait_event_type = 'Lock'") >= count)
            {
                return true;
            }

            Assert.True(TimeProvider.System.GetElapsedTime(began) < Limit, $"{count} waiting writers were not seen");
            await Task.Delay(2);
        }

        return false;
    }

    public async Task UntilWaitingAsync(string condition)
    {
        var began = TimeProvider.System.GetTimestamp();
        while (await WaitersAsync(condition) == 0)
        {
            Assert.True(TimeProvider.System.GetElapsedTime(began) < Limit, $"nobody waits: {condition}");
            await Task.Delay(2);
        }
    }

    /// <summary>Ends the connections of those who wait, as a failing network or an operator does.</summary>
    public Task KillWaitingAsync(string condition = "wait_event_type = 'Lock'") => ScalarAsync(
        $"select count(pg_terminate_backend(pid)) from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid() and {condition}");

    public async Task ReleaseAsync()
    {
        if (transaction is not null)
        {
            await transaction.RollbackAsync();
            transaction = null;
        }
    }

    public async ValueTask DisposeAsync()
    {
        await ReleaseAsync();
        await connection.DisposeAsync();
    }

    private Task<long> WaitersAsync(string condition) => ScalarAsync(
        $"select count(*) from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid() and {condition}");

    private async Task<long> ScalarAsync(string text)
    {
        await using var command = new NpgsqlCommand($"select pg_stat_clear_snapshot(); {text}", connection);
        await using var reader = await command.ExecuteReaderAsync();
        await reader.NextResultAsync();
        await reader.ReadAsync();
        return reader.GetInt64(0);
    }
}
