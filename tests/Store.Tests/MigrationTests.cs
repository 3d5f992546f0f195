using Dialer.Silo.Storage;

namespace Dialer.Tests.Stores;

/// <summary>The schema is brought up to the binary at start.</summary>
public class MigrationTests(Engines engines)
{
    [Theory, ClassData(typeof(BothEngines))]
    public async Task Migrations_AppliedAgain_ChangeNothing(StorageEngine engine)
    {
        var options = await engines.NewAsync(engine);
        await using var rig = await StoreRig.OnAsync(options);
        var campaign = await TestCampaign.NewAsync(rig);
        await campaign.AddOneAsync(79_000_000_001);
        var before = await Tables.ReadAsync(rig);
        var applied = await Tables.CountAsync(rig, "dialer_schema");

        await DialerStoreServices.PrepareAsync(options, TimeProvider.System);

        Tables.AssertSame(before, await Tables.ReadAsync(rig));
        Assert.True(applied > 0);
        Assert.Equal(applied, await Tables.CountAsync(rig, "dialer_schema"));
    }

    /// <summary>Names of before the folded ones are folded by the step itself.</summary>
    [Theory, ClassData(typeof(BothEngines))]
    public async Task OldCampaigns_AreFoundByTheirRussianNames(StorageEngine engine)
    {
        var options = await engines.NewAsync(engine);
        await using var rig = await StoreRig.OnAsync(options);
        var campaign = await TestCampaign.NewAsync(rig);
        var named = campaign.Row with { Settings = campaign.Row.Settings with { Name = "АБВГДЕЁЖЗИЙКЛМНОПРСТУФХЦЧШЩЪЫЬЭЮЯ ё Z" } };
        Assert.True(await rig.Campaigns.TransitionAsync(named, named.Epoch));
        var folded = await FoldedAsync();
        string[] undone =
        [
            "alter table campaign drop column name_folded",
            "drop index call_try_reported",
            "create index call_try_started on call_try (campaign, started_at) where attempt_number > 0",
            "drop index list_rejected_phone",
            "alter table list_rejected drop column phone",
            "delete from dialer_schema where name like '%_mends.sql'",
        ];
        foreach (var text in undone)
        {
            await Tables.ExecuteAsync(rig, text);
        }

        await DialerStoreServices.PrepareAsync(options, TimeProvider.System);

        Assert.Equal("абвгдеежзийклмнопрстуфхцчшщъыьэюя е z", await FoldedAsync());
        Assert.Equal(folded, await FoldedAsync());

        Task<object?> FoldedAsync() => rig.Database.ReadAsync(c => c.ScalarAsync("select name_folded from campaign where id = @id", ("id", campaign.Id.Value)));
    }

    [Theory, ClassData(typeof(BothEngines))]
    public async Task NewerSchema_IsRefused_AndLeftAlone(StorageEngine engine)
    {
        var options = await engines.NewAsync(engine);
        await using var rig = await StoreRig.OnAsync(options);
        await Tables.ExecuteAsync(rig, "insert into dialer_schema values (999, '0999_later.sql', 1)");

        var refused = await Assert.ThrowsAsync<Dialer.Silo.Hosting.ConfigurationRefusedException>(() => DialerStoreServices.PrepareAsync(options, TimeProvider.System));

        Assert.Contains("schema 999", refused.Message, StringComparison.Ordinal);
        await Tables.ExecuteAsync(rig, "delete from dialer_schema where number = 999");
        await DialerStoreServices.PrepareAsync(options, TimeProvider.System);
    }

    [Fact]
    public async Task ManyProcesses_MigratingAtOnce_ApplyEachStepOnce()
    {
        var options = await engines.NewAsync(StorageEngine.PostgreSql);

        await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => Task.Run(() => DialerStoreServices.PrepareAsync(options, TimeProvider.System))));

        await using var rig = await StoreRig.OnAsync(options);
        await TestCampaign.NewAsync(rig);
        Assert.Equal(Dialer.Silo.Storage.Migrations.MigrationScripts.Of("PostgreSql").Count, await Tables.CountAsync(rig, "dialer_schema"));
        Assert.Equal(0, await Tables.CountAsync(rig, "pg_locks where locktype = 'advisory' and database = (select oid from pg_database where datname = current_database())"));
    }

    /// <summary>A step that failed half way is gone as a whole, and comes with the next start.</summary>
    [Fact]
    public async Task StepThatFails_LeavesNothing()
    {
        var options = await engines.NewAsync(StorageEngine.PostgreSql);
        await using (var source = Npgsql.NpgsqlDataSource.Create(options.ConnectionString!))
        {
            await using var hindrance = source.CreateCommand("create table erase_request (x int)");
            await hindrance.ExecuteNonQueryAsync();
            await Assert.ThrowsAnyAsync<Exception>(() => DialerStoreServices.PrepareAsync(options, TimeProvider.System));
            await using var left = source.CreateCommand("select count(*) from pg_tables where schemaname = 'public' and tablename not in ('erase_request', 'dialer_schema')");
            Assert.Equal(0L, await left.ExecuteScalarAsync());
            await using var away = source.CreateCommand("drop table erase_request");
            await away.ExecuteNonQueryAsync();
        }

        await using var rig = await StoreRig.OnAsync(options);
        await TestCampaign.NewAsync(rig);
    }
}
