using Dialer.Calls;
using Dialer.Domain.Subscribers;
using Dialer.Subscribers;

namespace Dialer.Tests.Subscribers;

/// <summary>
/// Counts attempts, pauses and errors from the tries alone, the way P5–P8 and P26 put it, and says when a job may be dialed.
/// Shares nothing with the machine but the settings.
/// </summary>
internal sealed class AttemptOracle(SubscriberWorld world)
{
    private sealed class Job
    {
        public int Series { get; set; }

        public int Attempts { get; set; }

        public int Total { get; set; }

        public int Limit { get; set; }

        public int JobLimit { get; set; }

        public TimeSpan Pause { get; set; }

        public UnixTime RestsUntil { get; set; }
    }

    private readonly Job[] jobs = [.. Enumerable.Range(0, world.Rows.Count).Select(i =>
    {
        var own = world.Context(i).Policy;
        var attempts = world.Terms.Settings.Attempts;
        return new Job
        {
            Limit = own?.MaxAttempts ?? attempts.Initial,
            JobLimit = Math.Max(attempts.Maximum, own?.MaxAttempts ?? 0),
            Pause = TimeSpan.FromMinutes(own?.RetryMinutes ?? attempts.PauseMinutes),
        };
    })];

    private int streak;
    private UnixTime heldUntil;

    public UnixTime AllowedAt(int job) => UnixTime.Max(jobs[job].RestsUntil, heldUntil);

    /// <summary>Checks what began since, and takes in what ended.</summary>
    public void See(IReadOnlyList<JobRow> before, SubscriberStep? ended)
    {
        for (var i = 0; i < jobs.Length; i++)
        {
            var row = world.Rows[i];
            if (row.Status == JobStatus.Live && before[i].Status != JobStatus.Live)
            {
                Assert.Equal(before[i].TryNumber + 1, row.TryNumber);
                Assert.True(world.Now >= AllowedAt(i), $"job {i} was dialed at {world.Now}, allowed at {AllowedAt(i)}");
                Assert.True(jobs[i].Attempts < jobs[i].Limit && jobs[i].Total < jobs[i].JobLimit, $"job {i} had no attempt left");
                Assert.All(world.Rows, other => Assert.True(other.Id == row.Id || other.Status != JobStatus.Live));
            }
        }

        if (ended?.Try is { } record)
        {
            var at = world.Rows.ToList().FindIndex(r => r.Id == record.Try.Job);
            Take(jobs[at], record, ended);
            Assert.Equal((jobs[at].Series, jobs[at].Attempts, jobs[at].Total), (world.Rows[at].Series, world.Rows[at].Attempts, world.Rows[at].AttemptsTotal));
        }
    }

    private void Take(Job job, TryRecord record, SubscriberStep step)
    {
        var counts = record.Class switch
        {
            CallClass.Technical => !world.WasChannelDown && step.Row.EndReason != EndReason.StopCalls && ++streak == 9,
            CallClass.Cancelled or CallClass.NotPlaced => false,
            CallClass.Unknown => !record.AnsweredAt.IsNone,
            _ => true,
        };
        Assert.Equal(counts ? job.Attempts + 1 : 0, record.AttemptNumber);
        if (record.Class == CallClass.Technical && !counts && !world.WasChannelDown && step.Row.EndReason != EndReason.StopCalls)
        {
            heldUntil = record.EndedAt + TimeSpan.FromMinutes(Math.Pow(2, streak - 1));
        }

        if (counts)
        {
            streak = 0;
            job.Attempts++;
            job.Total++;
        }

        job.RestsUntil = record.Class switch
        {
            CallClass.BotFailed => record.EndedAt + (job.Pause > TimeSpan.FromHours(1) ? job.Pause : TimeSpan.FromHours(1)),
            CallClass.Unknown => record.EndedAt + (job.Pause > TimeSpan.FromSeconds(100) ? job.Pause : TimeSpan.FromSeconds(100)),
            CallClass.Technical when world.WasChannelDown => record.EndedAt + TimeSpan.FromMinutes(1),
            CallClass.Technical when !counts => job.RestsUntil,
            CallClass.NotPlaced => job.RestsUntil,
            _ => record.EndedAt + job.Pause,
        };
        if (step.RedialLane is { } lane)
        {
            job.Series++;
            job.Attempts = 0;
            job.Limit = Math.Min(5, lane.Policy.MaxAttempts ?? world.Terms.Settings.Attempts.Initial);
            job.Pause = TimeSpan.FromMinutes(lane.Policy.RetryMinutes ?? world.Terms.Settings.Attempts.PauseMinutes);
            job.RestsUntil = record.EndedAt + job.Pause;
        }
    }
}
