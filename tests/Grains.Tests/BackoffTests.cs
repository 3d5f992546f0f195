using Dialer.Calls;
using Dialer.Campaigns;
using Dialer.Silo.Storage;
using Dialer.Subscribers;
using Orleans.Runtime;

namespace Dialer.Tests;

public sealed class SqliteBackoffTests(Rigs rigs) : BackoffTests(rigs, StorageEngine.Sqlite);

public sealed class PostgreSqlBackoffTests(Rigs rigs) : BackoffTests(rigs, StorageEngine.PostgreSql);

public sealed class SqliteReminderTests(Rigs rigs) : ReminderTests(rigs, StorageEngine.Sqlite);

public sealed class PostgreSqlReminderTests(Rigs rigs) : ReminderTests(rigs, StorageEngine.PostgreSql);

/// <summary>The backoff of technical errors with time set forward (P8), on a silo of its own.</summary>
public abstract class BackoffTests(Rigs rigs, StorageEngine engine)
{
    [Fact]
    public async Task ErrorsInARow_WaitTwiceAsLongEachTime_AndTheNinthSpendsAnAttempt_P8()
    {
        await using var rig = await rigs.NewAsync(engine);
        var stage = await rig.StageAsync(c => c with { Attempts = new AttemptPolicy { Initial = 2, PauseMinutes = 7 } }, c => c with { Breaker = false });
        stage.Trunk.OnDial = c => c.End(CallClass.Technical, isChannelClass: true);
        var phone = Rig.Phones(1)[0];
        var job = await stage.AddAsync(phone);
        await stage.StartAsync();
        for (var k = 1; k <= 8; k++)
        {
            var held = await stage.UntilJobAsync(job, j => j.Status == JobStatus.Backoff && stage.Trunk.Calls.Count == k, $"held after error {k}");
            var record = (await stage.TriesAsync(job))[^1];
            Assert.Equal(TimeSpan.FromMinutes(1 << (k - 1)), record.NextAt - record.EndedAt);
            Assert.Equal((0, (short)0), (held.Attempts, record.AttemptNumber));
            await Until.TrueAsync(async () => await ReminderAsync(rig, stage, phone) is not null, "its reminder is registered");

            // early: the reminder stays; due: it goes, and the number is called
            await stage.Subscriber(phone).WakeAsync();
            Assert.Equal(k, stage.Trunk.Calls.Count);
            Assert.NotNull(await ReminderAsync(rig, stage, phone));
            rig.Clock.Forward(record.NextAt - rig.Now);
            await stage.Subscriber(phone).WakeAsync();
        }

        // the 9th spends one attempt and the normal pause follows; the streak starts anew
        await stage.UntilJobAsync(job, j => j is { Status: JobStatus.Waiting, Attempts: 1 }, "the 9th error spent an attempt");
        Assert.Null(await ReminderAsync(rig, stage, phone));
        var ninth = (await stage.TriesAsync(job))[^1];
        Assert.Equal(("errors_spent_attempt", TimeSpan.FromMinutes(7)), (ninth.Rule, ninth.NextAt - ninth.EndedAt));
        rig.Clock.Forward(TimeSpan.FromMinutes(7));
        var again = await stage.UntilJobAsync(job, j => j.Status == JobStatus.Backoff, "held by the first error of a new row");
        Assert.Equal(TimeSpan.FromMinutes(1), again.NextAt - (await stage.TriesAsync(job))[^1].EndedAt);
        await stage.AssertBooksAsync();
    }

    [Fact]
    public async Task StreakOfAPhone_HoldsAllItsJobs_AndAPlacedCallResetsIt_P8()
    {
        await using var rig = await rigs.NewAsync(engine);
        var stage = await rig.StageAsync(c => c with { Attempts = new AttemptPolicy { Initial = 2, PauseMinutes = 1 } });
        stage.Trunk.OnDial = c => c.End(CallClass.Technical);
        var phone = Rig.Phones(1)[0];
        var (first, second) = (await stage.AddAsync(phone), await stage.AddAsync(phone));
        await stage.StartAsync();
        await stage.UntilJobAsync(first, j => j.Status == JobStatus.Backoff, "held");

        // a later number is called meanwhile, the phone's other job is not
        var other = await stage.AddAsync(Rig.Phones(1)[0]);
        await stage.UntilJobAsync(other, j => j.Status == JobStatus.Backoff, "the other number was called");
        Assert.Single(stage.Trunk.CallsTo(phone));

        stage.Trunk.OnDial = c => c.End(CallClass.Busy);
        rig.Clock.Forward(TimeSpan.FromSeconds(61));
        await stage.Subscriber(phone).WakeAsync();
        await stage.UntilJobAsync(first, j => j.Attempts + (j.Status == JobStatus.Waiting ? 0 : 10) == 1, "placed");
        await Until.TrueAsync(async () => (await stage.JobAsync(second)).Attempts == 1, "the other job of the phone is called too");
        stage.Trunk.OnDial = c => c.End(CallClass.Technical);
        rig.Clock.Forward(TimeSpan.FromSeconds(61));

        // whichever of its jobs met the error
        await Until.TrueAsync(
            async () => (await stage.JobAsync(first)).Status == JobStatus.Backoff || (await stage.JobAsync(second)).Status == JobStatus.Backoff, "held again");
        var last = (await stage.TriesAsync(first)).Concat(await stage.TriesAsync(second)).MaxBy(t => t.EndedAt)!;
        Assert.Equal((CallClass.Technical, TimeSpan.FromMinutes(1)), (last.Class, last.NextAt - last.EndedAt));
    }

    [Fact]
    public async Task LostReminder_CostsSeconds_TheSweepWakesTheNumber_P8()
    {
        await using var rig = await rigs.NewAsync(engine);
        var stage = await rig.StageAsync();
        stage.Trunk.OnDial = c => c.End(CallClass.Technical);
        var phone = Rig.Phones(1)[0];
        var job = await stage.AddAsync(phone);
        await stage.StartAsync();
        await stage.UntilJobAsync(job, j => j.Status == JobStatus.Backoff, "held");
        var reminder = await Until.GetAsync(() => ReminderAsync(rig, stage, phone), r => r is not null, "its reminder is registered");
        Assert.True(await rig.Get<IReminderTable>().RemoveRow(reminder!.GrainId, reminder.ReminderName, reminder.ETag!));

        stage.Trunk.OnDial = c => c.Reach();
        rig.Clock.Forward(TimeSpan.FromSeconds(60 + 90 + 31));

        await stage.UntilFinalAsync(job);
    }

    internal static async Task<ReminderEntry?> ReminderAsync(Rig rig, Stage stage, long phone)
    {
        // the reminder follows the commit
        var table = rig.Get<IReminderTable>();
        var id = stage.Subscriber(phone).GetGrainId();
        return await table.ReadRow(id, "backoff") is { ReminderName: not null } row ? row : null;
    }
}

/// <summary>A reminder that really ticks: one test of a minute, beside all others (P8).</summary>
public abstract class ReminderTests(Rigs rigs, StorageEngine engine)
{
    [Fact]
    public async Task Reminder_IsRegistered_TicksAfterAMinute_CallsTheNumber_AndIsGone_P8()
    {
        var rig = await rigs.GetAsync(engine);
        var stage = await rig.StageAsync(channel: c => c with { Breaker = false });
        stage.Trunk.OnDial = c => c.End(CallClass.Technical);
        var phone = Rig.Phones(1)[0];
        var job = await stage.AddAsync(phone);
        await stage.StartAsync();
        var held = await stage.UntilJobAsync(job, j => j.Status == JobStatus.Backoff, "held");
        var reminder = await Until.GetAsync(() => BackoffTests.ReminderAsync(rig, stage, phone), r => r is not null, "its reminder is registered");
        Assert.Equal(TimeSpan.FromMinutes(1), reminder!.Period);

        stage.Trunk.OnDial = c => c.Reach();
        await stage.UntilAsync(p => p.Counters.Answered == 1, "the reminder woke it", TimeSpan.FromSeconds(85));

        Assert.True(stage.Trunk.Calls[1].DialedAt >= held.NextAt, "called before its backoff was over");
        await Until.TrueAsync(async () => await BackoffTests.ReminderAsync(rig, stage, phone) is null, "the reminder is removed");
    }
}
