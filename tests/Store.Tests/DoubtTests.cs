using Dialer.Calls;
using Dialer.Grains.Subscribers;
using Dialer.Silo.Storage;
using Dialer.Subscribers;

namespace Dialer.Tests.Stores;

/// <summary>A commit that is not confirmed: the caller is told so, nothing is half written, the writer goes on.</summary>
public class DoubtTests(StoreFixture store) : IClassFixture<StoreFixture>
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(20);

    [Theory, ClassData(typeof(BothEngines))]
    public async Task BatchThatFailsInTheMiddle_LeavesNothing_AndTheNextGoesOn(StorageEngine engine)
    {
        var rig = await store.OfAsync(engine);
        var campaign = await TestCampaign.NewAsync(rig);
        var jobs = await campaign.AddAsync(store.NewPhones(3));
        var live = await campaign.DialAsync(jobs[2]);
        await FailOnAsync(rig, "update", "call_job", "new.silo = 666");
        var bad = campaign.Intent(jobs[1]);
        bad = bad with { Row = bad.Row with { Silo = 666 } };
        var before = await Tables.ReadAsync(rig);

        await Assert.ThrowsAsync<StoreUnavailableException>(() => rig.Dial.WriteIntentAsync(bad).AsTask());
        Tables.AssertSame(before, await Tables.ReadAsync(rig));
        await Assert.ThrowsAnyAsync<Exception>(() => TestCampaign.CommitAsync(rig, campaign.Intent(jobs[0]), campaign.Ended(live, CallClass.Busy), bad));

        Tables.AssertSame(before, await Tables.ReadAsync(rig));
        await campaign.EndAsync(live, CallClass.Busy);
        await campaign.DialAsync(jobs[0]);
        await campaign.DialAsync(jobs[1]);
        await Recount.AssertAsync(rig, campaign);
    }

    /// <summary>The commit itself is under way when its connection ends: it did not happen.</summary>
    [Fact]
    public async Task ConnectionKilledInTheCommit_LeavesNothing_AndTheNextGoesOn()
    {
        var rig = await store.OfAsync(StorageEngine.PostgreSql);
        var campaign = await TestCampaign.NewAsync(rig);
        var jobs = await campaign.AddAsync(store.NewPhones(2));
        await Tables.ExecuteAsync(
            rig,
            """
            create function stop_at_commit() returns trigger language plpgsql as
              $$ begin if new.silo = 777 then perform pg_advisory_xact_lock(4711); end if; return null; end $$;
            create constraint trigger stop_at_commit after update on call_job deferrable initially deferred
              for each row execute function stop_at_commit();
            """);
        var before = await Tables.ReadAsync(rig);
        await using var held = await HeldRow.TakeAsync(rig, "select pg_advisory_xact_lock(4711)");
        var stopped = campaign.Intent(jobs[0]);
        stopped = stopped with { Row = stopped.Row with { Silo = 777 } };

        var write = rig.Dial.WriteIntentAsync(stopped).AsTask();
        await held.UntilWaitingAsync("wait_event = 'advisory'");
        await held.KillWaitingAsync("wait_event = 'advisory'");

        await Assert.ThrowsAsync<StoreUnavailableException>(() => write);
        await held.ReleaseAsync();
        Tables.AssertSame(before, await Tables.ReadAsync(rig));
        await campaign.DialAsync(jobs[0]);
        await campaign.DialAsync(jobs[1]);
        await Recount.AssertAsync(rig, campaign);
    }

    /// <summary>A server of its own: the commit is on disk, its answer is lost; then the server is stopped and started again.</summary>
    [Fact]
    public async Task AnswerLostAndServerRestarted_TheRowTellsWhatHappened()
    {
        await using var server = await PostgresServer.StartAsync();
        await using var rig = await StoreRig.OnAsync(new StorageOptions
        {
            Engine = StorageEngine.PostgreSql,
            ConnectionString = await server.CreateDatabaseAsync(),
        });
        var campaign = await TestCampaign.NewAsync(rig);
        var jobs = await campaign.AddAsync(store.NewPhones(3));
        await using (var held = await HeldRow.TakeAsync(rig, "select 1"))
        {
            await held.ReleaseAsync();
            await SystemAsync(rig, "alter system set synchronous_standby_names = 'nobody'");
            var write = rig.Dial.WriteIntentAsync(campaign.Intent(jobs[0])).AsTask();
            await held.UntilWaitingAsync("wait_event = 'SyncRep'");
            await held.KillWaitingAsync("wait_event = 'SyncRep'");
            await Assert.ThrowsAsync<StoreUnavailableException>(() => write);
            await SystemAsync(rig, "alter system reset synchronous_standby_names");
        }

        var live = await campaign.JobAsync(jobs[0].Id);
        Assert.Equal(JobStatus.Live, live.Status);
        Assert.Equal(IntentResult.Stale, (await rig.Dial.WriteIntentAsync(campaign.Intent(jobs[0]))).Result);

        await server.StopAsync();
        await Assert.ThrowsAsync<StoreUnavailableException>(() => rig.Dial.WriteIntentAsync(campaign.Intent(jobs[1])).AsTask());
        await Assert.ThrowsAsync<StoreUnavailableException>(() => rig.Dial.WriteStepAsync(campaign.Ended(live, CallClass.Busy)).AsTask());
        await server.StartAgainAsync();

        await UntilWrittenAsync(() => rig.Dial.WriteStepAsync(campaign.Ended(live, CallClass.Busy)).AsTask());
        Assert.Equal(IntentResult.Stored, (await rig.Dial.WriteIntentAsync(campaign.Intent(jobs[1]))).Result);
        await using var fresh = rig.Another();
        await Recount.AssertAsync(fresh, campaign.On(fresh));
    }

    /// <summary>Broken connections may each fail one more write; then the outcome is stored.</summary>
    private static async Task UntilWrittenAsync(Func<Task<bool>> write)
    {
        var began = TimeProvider.System.GetTimestamp();
        while (true)
        {
            try
            {
                Assert.True(await write());
                return;
            }
            catch (StoreUnavailableException) when (TimeProvider.System.GetElapsedTime(began) < Limit)
            {
                await Task.Delay(10);
            }
        }
    }

    // alter system cannot run in a transaction
    private static async Task SystemAsync(StoreRig rig, string text)
    {
        await rig.Database.ReadAsync(c => c.ExecuteAsync(text));
        await rig.Database.ReadAsync(c => c.ExecuteAsync("select pg_reload_conf()"));
    }

    /// <summary>Answers the trigger's name.</summary>
    internal static async Task<string> FailOnAsync(StoreRig rig, string verb, string table, string condition)
    {
        // of its own: several tests of one database make such triggers
        var name = $"fail_{Interlocked.Increment(ref failures)}_{verb}_{table}";
        await Tables.ExecuteAsync(rig, rig.IsPostgreSql
            ? $"""
              create function {name}() returns trigger language plpgsql as
                $$ begin if {condition} then raise exception 'boom'; end if; return new; end $$;
              create trigger {name} before {verb} on {table} for each row execute function {name}();
              """
            : $"create trigger {name} before {verb} on {table} when {condition} begin select raise(abort, 'boom'); end");
        return name;
    }

    private static int failures;
}
