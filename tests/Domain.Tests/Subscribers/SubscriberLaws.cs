using CsCheck;
using Dialer.Calendars;
using Dialer.Calls;
using Dialer.Campaigns;
using Dialer.Domain.Subscribers;
using Dialer.Subscribers;

namespace Dialer.Tests.Subscribers;

/// <summary>Laws of the subscriber machine over random sequences: P5, P6, P8, P22, P26, P29, I2, I3 and the counters of P18.</summary>
public class SubscriberLaws
{
    private enum Do
    {
        DialOrEnd, Later, Cancel, Settle, Correct, PutBack, Defer, Answer, Finish,
    }

    /// <summary>What happens next: to which job, and two numbers to draw details from.</summary>
    private readonly record struct Op(Do Kind, int Job, int A, int B);

    private static readonly CallClass[] Ends =
    [
        CallClass.Answered, CallClass.Busy, CallClass.Rejected, CallClass.NoAnswer, CallClass.Unreachable, CallClass.Nonexistent,
        CallClass.Technical, CallClass.Technical, CallClass.Technical, CallClass.Cancelled, CallClass.Unknown, CallClass.BotFailed, CallClass.NotPlaced,
    ];

    private static readonly Gen<Op> Calls = Gen.Select(
        Gen.Frequency((6, Gen.Const(Do.DialOrEnd)), (1, Gen.Const(Do.Later)), (1, Gen.Const(Do.Answer))), Gen.Int[0, 2], Gen.Int[0, 999], Gen.Int[0, 999],
        (kind, job, a, b) => new Op(kind, job, a, b));

    private static readonly Gen<Op> Anything = Gen.Frequency(
        (7, Calls),
        (3, Gen.Select(
            Gen.OneOf(Do.Cancel, Do.Settle, Do.Settle, Do.Correct, Do.Correct, Do.PutBack, Do.Defer, Do.Finish), Gen.Int[0, 2], Gen.Int[0, 999], Gen.Int[0, 999],
            (kind, job, a, b) => new Op(kind, job, a, b))));

    private static readonly Gen<SubscriberWorld> World =
        from initial in Gen.Int[1, 4]
        from more in Gen.Int[0, 6]
        from pause in Gen.OneOf(1, 5, 30, 120)
        from shorter in Gen.OneOf(0, 10)
        from jobs in Gen.Select(Gen.Null(
            from own in Gen.Int[0, 5]
            from retry in Gen.OneOf(0, 2, 45)
            select new CallPolicy
            {
                MaxAttempts = own == 0 ? null : own,
                RetryMinutes = retry == 0 ? null : retry,
            }), Gen.Frequency((3, Gen.Const(0)), (1, Gen.Int[1, 40]))).Array[1, 3]
        select jobs.Aggregate(
            new SubscriberWorld(SubscriberWorld.Attempts(initial, pause, shorter, initial + more), hasJob: false),
            (world, job) => world.AddJob(job.Item1, notAfter: job.Item2 == 0 ? UnixTime.None : SubscriberWorld.Noon + TimeSpan.FromHours(job.Item2)));

    [Fact]
    public void Counters_EqualARecount_AndEveryJobIsInExactlyOnePlace_AlongAnyPath()
    {
        Gen.Select(World, Anything.Array[1, 60]).Sample(
            (world, ops) =>
            {
                var jobs = world.Rows.Count;
                foreach (var op in ops)
                {
                    Play(world, op);
                    Assert.Equal(world.Recount(), world.Sum);
                    Assert.Equal(jobs, world.Sum.Waiting + world.Sum.Live + world.Sum.Backoff + world.Sum.Final);
                    Assert.InRange(world.Sum.Live, 0, 1);
                    Assert.All(world.Rows, AssertConsistent);
                }
            },
            iter: 2_000);
    }

    [Fact]
    public void FinalJobs_StayFinal_WhateverComes_ButACorrectionOrAPutBack()
    {
        Gen.Select(World, Anything.Where(o => o.Kind is not (Do.Correct or Do.PutBack)).Array[1, 60]).Sample(
            (world, ops) =>
            {
                foreach (var op in ops)
                {
                    var before = world.Rows.ToList();
                    Play(world, op);
                    Assert.All(before.Zip(world.Rows).Where(pair => pair.First.Status == JobStatus.Final), pair => Assert.Equal(pair.First, pair.Second));
                }
            },
            iter: 1_000);
    }

    [Fact]
    public void NoTryStarts_BeforeItsPauseOrThePhonesBackoff_NorBeyondItsAttempts()
    {
        Gen.Select(World, Calls.Array[1, 80]).Sample(
            (world, ops) =>
            {
                var oracle = new AttemptOracle(world);
                foreach (var op in ops)
                {
                    var before = world.Rows.ToList();
                    var ended = Play(world, op);
                    oracle.See(before, ended);
                }
            },
            iter: 3_000);
    }

    [Fact]
    public void LonelyJob_IsDialedAtTheVeryInstantItIsAllowed_UntilItIsFinal()
    {
        var lonely = World.Where(w => w.Rows.Count == 1 && w.Row.NotAfter.IsNone);
        Gen.Select(lonely, Gen.Int[0, 999].Array[150]).Sample(
            (world, draws) =>
            {
                var oracle = new AttemptOracle(world);
                for (var i = 0; world.Row.Status != JobStatus.Final; i++)
                {
                    Assert.True(i < draws.Length, "it never becomes final");
                    var allowed = UnixTime.Max(world.Now, oracle.AllowedAt(0));
                    var before = world.Rows.ToList();
                    world.DialWhenDue();
                    Assert.Equal(allowed, world.Now);
                    oracle.See(before, null);
                    before = [.. world.Rows];
                    // nothing that could go on for ever
                    var spending = Ends.Where(c => c is not (CallClass.Cancelled or CallClass.Unknown or CallClass.NotPlaced)).ToArray();
                    oracle.See(before, End(world, spending[draws[i] % spending.Length], draws[i] % 7 == 0 ? 0 : draws[i]));
                }
            },
            iter: 1_500);
    }

    /// <summary>Plays one operation if it is possible now; answers the step that ended a try.</summary>
    private static SubscriberStep? Play(SubscriberWorld world, Op op)
    {
        var job = op.Job % world.Rows.Count;
        switch (op.Kind)
        {
            case Do.DialOrEnd when world.Rows.Any(r => r.Status == JobStatus.Live):
                return End(world, Ends[op.A % Ends.Length], op.B);
            case Do.DialOrEnd:
                world.Wake();
                if (world.Admit(job) is AdmitDecision.NotNow later)
                {
                    world.Now = op.A % 5 == 0 ? later.NextAt - TimeSpan.FromMilliseconds(1) : later.NextAt;
                    world.Wake();
                    world.Admit(job);
                }
                else if (world.Rows[job].Status == JobStatus.Backoff)
                {
                    world.Now = UnixTime.Max(world.Now, world.Rows[job].NotBefore - TimeSpan.FromMilliseconds(op.A % 5 == 0 ? 1 : 0));
                    world.Wake();
                    world.Admit(job);
                }

                return null;
            case Do.Later:
                world.Now += TimeSpan.FromSeconds(op.A);
                return null;
            case Do.Answer when world.Rows[job].Status == JobStatus.Live && world.Rows[job].AnsweredAt.IsNone:
                world.Answer(job);
                return null;
            case Do.Cancel:
                world.Cancel(job, op.A % 2 == 0 ? EndReason.Cancelled : EndReason.DoNotCall);
                return null;
            case Do.Settle:
                return world.Settle(job, knownOver: op.A % 2 == 0);
            case Do.Correct when world.Rows.All(r => r.Status != JobStatus.Live):
                return world.Correct(job, Ends[op.A % Ends.Length], op.B % 2 == 0 ? TimeSpan.FromSeconds(op.B % 20) : null, Reply(op.B));
            case Do.PutBack:
                return world.PutBack(job);
            case Do.Defer when world.Rows[job].Status == JobStatus.Waiting:
                world.Apply(job, SubscriberMachine.Defer(world.Rows[job], RefusalCodes.CapDay, world.Now + TimeSpan.FromMinutes(op.A), world.Now));
                return null;
            case Do.Finish when op.A < 100:
                world.Terms = world.Terms with { Status = CampaignStatus.Finished };
                return null;
            default:
                return null;
        }
    }

    private static SubscriberStep End(SubscriberWorld world, CallClass callClass, int draw)
    {
        var isAnswered = callClass is CallClass.Answered or CallClass.BotFailed;
        var after = TimeSpan.FromSeconds(20);
        return world.End(callClass, after, isAnswered ? TimeSpan.FromSeconds(draw % 20) : null, Reply(draw), isChannelClass: draw % 3 == 0, isChannelDown: draw % 2 == 0);
    }

    private static BotReply? Reply(int draw) => (draw % 11) switch
    {
        1 or 2 => new BotReply
        {
            CallResult = draw % 2 == 0 ? "OK" : null,
            Redial = new Redial
            {
                Policy = new CallPolicy { MaxAttempts = draw % 3 == 0 ? null : draw % 9, RetryMinutes = draw % 4 == 0 ? null : 1 + draw % 70 },
                Priority = (byte)(draw % 6),
            },
        },
        3 => new BotReply { StopCalls = draw % 2 == 0 ? StopCalls.Job : StopCalls.Organisation },
        _ => null,
    };

    private static void AssertConsistent(JobRow row)
    {
        Assert.InRange(row.ErrorStreak, 0, ErrorBackoff.ErrorsPerAttempt - 1);
        Assert.True(row.Attempts >= 0 && row.Attempts <= row.AttemptsTotal, "a series has no more attempts than the job");
        Assert.True(row.AttemptsTotal <= row.TryNumber, "an attempt is a try");
        Assert.Equal(row.Status == JobStatus.Final, !row.FinishedAt.IsNone);
        Assert.True(row.Status != JobStatus.Backoff || Lane.KindOf(row.Lane) == LaneKind.At, "a backoff is an instant");
        Assert.True(row.Status == JobStatus.Live || row.Silo == 0, "only a live try is on a silo");
    }
}
