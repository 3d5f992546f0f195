using System.Data.Common;
using System.Globalization;
using Dialer.Silo.Storage;
using Dialer.Silo.Storage.Sqlite;
using Npgsql;

namespace Dialer.Tests.Stores;

/// <summary>The tables and texts that Orleans' providers use: they read the texts from OrleansQuery and run them as they stand.</summary>
public class OrleansStorageTests(Engines engines)
{
    /// <summary>I5: two activations write a grain's state for the first time at once: one row, and one of them is told.</summary>
    [Theory, ClassData(typeof(BothEngines))]
    public async Task FirstWrites_ThatOverlap_LeaveOneRow(StorageEngine engine)
    {
        await using var source = await SourceAsync(engine);
        for (var grain = 1; grain <= 5; grain++)
        {
            var writes = Enumerable.Range(0, 6).Select(_ => Task.Run(() => WriteAsync(source, grain, null)));
            var versions = await Task.WhenAll(writes);
            Assert.Equal(1, Assert.Single(versions, v => v is not null));
            Assert.Equal(1L, await CountAsync(source, $"OrleansStorage where GrainIdN1 = {grain}"));
        }
    }

    [Theory, ClassData(typeof(BothEngines))]
    public async Task Write_OfAnOldVersion_IsNotDone(StorageEngine engine)
    {
        await using var source = await SourceAsync(engine);
        Assert.Equal(1, await WriteAsync(source, 1, null));
        Assert.Equal(2, await WriteAsync(source, 1, 1));
        Assert.Null(await WriteAsync(source, 1, 1));
        Assert.Null(await WriteAsync(source, 1, null));
        Assert.Equal(3, await WriteAsync(source, 1, 2));
        Assert.Equal(1, await WriteAsync(source, 1, null, "extension"));
        Assert.Equal(2L, await CountAsync(source, "OrleansStorage"));
    }

    /// <summary>The index itself: a second row of the same grain cannot be.</summary>
    [Theory, ClassData(typeof(BothEngines))]
    public async Task SecondRowOfAGrain_CannotBe(StorageEngine engine)
    {
        await using var source = await SourceAsync(engine);
        const string text = "insert into OrleansStorage values (1, 2, 3, 4, 'type', null, 'service', null, '2026-01-01', 1)";
        await ExecuteAsync(source, text);
        await Assert.ThrowsAnyAsync<DbException>(() => ExecuteAsync(source, text));
    }

    /// <summary>The refresh reads what is due soon only: overdue ones and those of the next quarter of an hour.</summary>
    [Theory, ClassData(typeof(BothEngines))]
    public async Task ReminderRefresh_ReadsWhatIsDueSoon(StorageEngine engine)
    {
        await using var source = await SourceAsync(engine);
        var now = TimeProvider.System.GetUtcNow().UtcDateTime;
        (string Name, TimeSpan In, int Hash)[] reminders =
        [
            ("overdue", TimeSpan.FromHours(-1), 10), ("soon", TimeSpan.FromMinutes(10), 20), ("later", TimeSpan.FromMinutes(20), 30),
            ("tomorrow", TimeSpan.FromDays(1), 40), ("low", TimeSpan.Zero, -50),
        ];
        foreach (var (name, due, hash) in reminders)
        {
            await RunAsync(
                source, "UpsertReminderRowKey",
                ("ServiceId", "s"), ("GrainId", name), ("ReminderName", name), ("StartTime", now + due), ("Period", 60_000L), ("GrainHash", hash));
        }

        (string, object?)[] range = [("ServiceId", "s"), ("BeginHash", 0), ("EndHash", 100)];
        Assert.Equal(["overdue", "soon"], (await RunAsync(source, "ReadRangeRows1Key", range)).Select(r => (string)r[0]!).Order());
        (string, object?)[] around = [("ServiceId", "s"), ("BeginHash", 15), ("EndHash", 0)];
        Assert.Equal(["low", "soon"], (await RunAsync(source, "ReadRangeRows2Key", around)).Select(r => (string)r[0]!).Order());
        // what is asked for by name is found whenever it is due
        Assert.Single(await RunAsync(source, "ReadReminderRowKey", ("ServiceId", "s"), ("GrainId", "tomorrow"), ("ReminderName", "tomorrow")));
        Assert.Single(await RunAsync(source, "ReadReminderRowsKey", ("ServiceId", "s"), ("GrainId", "tomorrow")));
    }

    [Theory, ClassData(typeof(BothEngines))]
    public async Task Reminder_IsDeletedByItsVersionOnly(StorageEngine engine)
    {
        await using var source = await SourceAsync(engine);
        (string, object?)[] reminder =
        [
            ("ServiceId", "s"), ("GrainId", "g"), ("ReminderName", "r"), ("StartTime", TimeProvider.System.GetUtcNow().UtcDateTime), ("Period", 60_000L), ("GrainHash", 1),
        ];
        Assert.Equal(0, Number((await RunAsync(source, "UpsertReminderRowKey", reminder))[0][0]));
        Assert.Equal(1, Number((await RunAsync(source, "UpsertReminderRowKey", reminder))[0][0]));
        (string, object?)[] key = [("ServiceId", "s"), ("GrainId", "g"), ("ReminderName", "r")];

        Assert.Equal(0, Number((await RunAsync(source, "DeleteReminderRowKey", [.. key, ("Version", 0)]))[^1][0]));
        Assert.Equal(1, Number((await RunAsync(source, "DeleteReminderRowKey", [.. key, ("Version", 1)]))[^1][0]));

        Assert.Equal(0L, await CountAsync(source, "OrleansRemindersTable"));
    }

    private async Task<DbDataSource> SourceAsync(StorageEngine engine)
    {
        var options = await engines.NewAsync(engine);
        await DialerStoreServices.PrepareAsync(options, TimeProvider.System);
        return engine == StorageEngine.PostgreSql ? NpgsqlDataSource.Create(options.ConnectionString!) : new SqliteDataSource(options.OrleansFile);
    }

    private static async Task<int?> WriteAsync(DbDataSource source, long grain, int? version, string? extension = null)
    {
        var rows = await RunAsync(
            source, "WriteToStorageKey",
            ("GrainIdHash", 1), ("GrainIdN0", 0L), ("GrainIdN1", grain), ("GrainTypeHash", 5), ("GrainTypeString", "type"),
            ("GrainIdExtensionString", extension), ("ServiceId", "s"), ("GrainStateVersion", version), ("PayloadBinary", new byte[] { 1 }));
        return rows.Count == 0 ? null : Number(rows[0][0]);
    }

    private static int Number(object? value) => Convert.ToInt32(value, CultureInfo.InvariantCulture);

    private static async Task<List<object?[]>> RunAsync(DbDataSource source, string key, params (string Name, object? Value)[] parameters)
    {
        await using var connection = await source.OpenConnectionAsync();
        var text = (string)(await connection.ScalarAsync("select QueryText from OrleansQuery where QueryKey = @key", ("key", key)))!;
        await using var command = connection.Command(text, parameters);
        foreach (DbParameter parameter in command.Parameters)
        {
            // nulls come typed from the providers
            parameter.DbType = parameter.ParameterName switch
            {
                "GrainStateVersion" => System.Data.DbType.Int32,
                "GrainIdExtensionString" => System.Data.DbType.String,
                _ => parameter.DbType,
            };
        }

        await using var reader = await command.ExecuteReaderAsync();
        var rows = new List<object?[]>();
        do
        {
            while (await reader.ReadAsync())
            {
                rows.Add([.. Enumerable.Range(0, reader.FieldCount).Select(i => reader.IsDBNull(i) ? null : reader.GetValue(i))]);
            }
        }
        while (await reader.NextResultAsync());

        return rows;
    }

    private static async Task<long> CountAsync(DbDataSource source, string from)
    {
        await using var connection = await source.OpenConnectionAsync();
        return Convert.ToInt64(await connection.ScalarAsync($"select count(*) from {from}"), CultureInfo.InvariantCulture);
    }

    private static async Task ExecuteAsync(DbDataSource source, string text)
    {
        await using var connection = await source.OpenConnectionAsync();
        await connection.ExecuteAsync(text);
    }
}
