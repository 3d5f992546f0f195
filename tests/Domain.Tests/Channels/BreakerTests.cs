using CsCheck;
using Dialer.Channels;
using Dialer.Domain.Channels;

namespace Dialer.Tests.Channels;

/// <summary>P42: five errors in a row or three lost probes open the breaker, a good probe tries, a good call closes.</summary>
public class BreakerTests
{
    private static readonly UnixTime Now = new(1_764_000_000_000);
    private static readonly OutcomeDigest Bad = OutcomeDigest.Error("503 busy");

    [Fact]
    public void FiveErrorsInARow_OpenIt_FourDoNot()
    {
        var breaker = Report(new Breaker(), Bad, Bad, Bad, Bad);
        Assert.Equal((BreakerState.Closed, 4), (breaker.State, breaker.ErrorsInRow));
        breaker = Report(breaker, Bad);
        Assert.Equal((BreakerState.Open, Now, "503 busy"), (breaker.State, breaker.Since, breaker.Evidence));
    }

    [Fact]
    public void GoodCall_StartsTheCountAnew()
    {
        var breaker = Report(new Breaker(), Bad, Bad, Bad, Bad, OutcomeDigest.Good, Bad, Bad, Bad, Bad);
        Assert.Equal((BreakerState.Closed, 4), (breaker.State, breaker.ErrorsInRow));
    }

    [Fact]
    public void ErrorsAcrossReports_AreInARow()
    {
        var breaker = Report(new Breaker(), OutcomeDigest.Good.Then(Bad).Then(Bad), default, Bad.Then(Bad));
        Assert.Equal((BreakerState.Closed, 4), (breaker.State, breaker.ErrorsInRow));
        Assert.Equal(BreakerState.Open, Report(breaker, Bad.Then(OutcomeDigest.Good)).State);
    }

    [Fact]
    public void FiveErrorsAtTheEndOfOneReport_OpenIt()
    {
        var report = Enumerable.Repeat(Bad, 5).Aggregate(OutcomeDigest.Good, (all, bad) => all.Then(bad));
        Assert.Equal(BreakerState.Open, Report(new Breaker(), report).State);
    }

    [Fact]
    public void ThreeLostProbesInARow_OpenIt()
    {
        var breaker = Probe(Probe(new Breaker(), false), false);
        Assert.Equal((BreakerState.Closed, 2), (breaker.State, breaker.ProbesLost));
        Assert.Equal(Breaker.ProbeOpen, breaker.ProbeInterval);
        Assert.Equal((BreakerState.Open, "no answer"), (Probe(breaker, false).State, Probe(breaker, false).Evidence));
        breaker = Probe(breaker, true);
        Assert.Equal((0, Breaker.ProbeClosed), (breaker.ProbesLost, breaker.ProbeInterval));
    }

    [Fact]
    public void GoodCall_ForgetsLostProbes_AnErrorDoesNot()
    {
        var breaker = Probe(Probe(new Breaker(), false), false);
        Assert.Equal(2, Report(breaker, Bad).ProbesLost);
        Assert.Equal(0, Report(breaker, OutcomeDigest.Good).ProbesLost);
    }

    [Fact]
    public void OpenBreaker_IsMovedByAGoodProbeOnly()
    {
        var open = Open();
        Assert.Equal(open, Report(open, OutcomeDigest.Good));
        Assert.Equal(open, Report(open, Bad));
        Assert.Equal(open, Probe(open, false));
        Assert.Equal(Breaker.ProbeOpen, open.ProbeInterval);
        var trial = Probe(open, true);
        Assert.Equal((BreakerState.HalfOpen, Now, Now), (trial.State, trial.TrialSince, trial.Since));
    }

    [Fact]
    public void Trial_ClosesWithAGoodCall_AndForgetsEverything()
    {
        Assert.Equal(new Breaker(), Report(Probe(Open(), true), OutcomeDigest.Good));
        Assert.Equal(new Breaker(), Report(Probe(Open(), true), Bad.Then(OutcomeDigest.Good)));
    }

    [Fact]
    public void Trial_OpensAgain_WithAnErrorOrALostProbe_AndCountsFromWhenItFirstOpened()
    {
        var trial = Probe(Open(), true);
        var later = Now + TimeSpan.FromMinutes(9);
        var again = trial.Report(OutcomeDigest.Good.Then(Bad), later);
        Assert.Equal((BreakerState.Open, Now), (again.State, again.Since));
        Assert.Equal((BreakerState.Open, Now), (trial.Probed(false, "gone", later).State, trial.Probed(false, "gone", later).Since));
        Assert.Equal("gone", trial.Probed(false, "gone", later).Evidence);
        Assert.Equal(trial, trial.Probed(true, null, later));
        Assert.Equal(trial, trial.Report(default, later));
    }

    [Fact]
    public void SingleOutcomes_OpenIt_ExactlyAtTheFifthErrorInARow()
    {
        Gen.Frequency((3, Gen.Const(true)), (1, Gen.Const(false))).Array[1, 60].Sample(errors =>
        {
            var breaker = new Breaker();
            var row = 0;
            foreach (var isError in errors)
            {
                breaker = Report(breaker, isError ? Bad : OutcomeDigest.Good);
                row = isError ? row + 1 : 0;
                Assert.Equal(row >= Breaker.ErrorsToOpen, breaker.State == BreakerState.Open);
                if (row >= Breaker.ErrorsToOpen)
                {
                    return;
                }
            }
        });
    }

    [Fact]
    public void Digests_JoinInAnyGrouping_AndTellBothEndsOfTheRun()
    {
        Gen.Select(Gen.Bool.Array[0, 20], Gen.Int[0, 20], Gen.Int[0, 20]).Sample((errors, i, j) =>
        {
            OutcomeDigest Fold(IEnumerable<bool> part) => part.Aggregate(default(OutcomeDigest), (d, e) => d.Then(e ? Bad : OutcomeDigest.Good));
            var (from, to) = (Math.Min(Math.Min(i, j), errors.Length), Math.Min(Math.Max(i, j), errors.Length));
            var (a, b, c) = (Fold(errors[..from]), Fold(errors[from..to]), Fold(errors[to..]));
            var whole = Fold(errors);
            Assert.Equal(whole, a.Then(b).Then(c));
            Assert.Equal(whole, a.Then(b.Then(c)));
            Assert.Equal(
                (errors.Length, errors.TakeWhile(e => e).Count(), errors.Reverse().TakeWhile(e => e).Count()),
                (whole.Total, whole.LeadingErrors, whole.TrailingErrors));
        });
    }

    private static Breaker Open() => Report(new Breaker(), Bad, Bad, Bad, Bad, Bad);

    private static Breaker Report(Breaker breaker, params OutcomeDigest[] digests) => digests.Aggregate(breaker, (b, d) => b.Report(d, Now));

    private static Breaker Probe(Breaker breaker, bool isUp) => breaker.Probed(isUp, isUp ? null : "no answer", Now);
}
