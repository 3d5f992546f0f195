using CsCheck;
using Dialer.Calls;
using Dialer.Campaigns;
using Dialer.Domain.Campaigns;

namespace Dialer.Tests.Campaigns;

/// <summary>P12: outcomes that look like a wrong prefix or a carrier's limit.</summary>
public class SuspiciousOutcomesTests
{
    private static readonly UnixTime Now = new(1_764_000_000_000);
    private static readonly CallClass[] Suspects = [CallClass.Nonexistent, CallClass.Rejected, CallClass.Technical];

    [Theory]
    [InlineData(CallClass.Nonexistent)]
    [InlineData(CallClass.Rejected)]
    [InlineData(CallClass.Technical)]
    public void TwentyOfOneSuspectClass_AreSuspicious_NineteenAreNot(CallClass callClass)
    {
        var outcomes = new SuspiciousOutcomes();
        for (var i = 1; i < 20; i++)
        {
            Assert.Null(outcomes.Add(Try(i), callClass, Now));
        }

        var cause = outcomes.Add(Try(20), callClass, Now)!;
        Assert.Equal((PauseCodes.SuspiciousOutcomes, callClass.ToString(), Now), (cause.Code, cause.Evidence, cause.Since));
        Assert.Equal(Enumerable.Range(1, 20).Select(Try), outcomes.Tries);
    }

    [Theory]
    [InlineData(CallClass.Busy)]
    [InlineData(CallClass.NoAnswer)]
    [InlineData(CallClass.Unreachable)]
    [InlineData(CallClass.Answered)]
    [InlineData(CallClass.BotFailed)]
    public void OtherClasses_AreNeverSuspicious(CallClass callClass)
    {
        var outcomes = new SuspiciousOutcomes();
        Assert.All(Enumerable.Range(1, 60), i => Assert.Null(outcomes.Add(Try(i), callClass, Now)));
    }

    [Theory]
    [InlineData(CallClass.Cancelled)]
    [InlineData(CallClass.NotPlaced)]
    [InlineData(CallClass.Unknown)]
    public void TriesWithoutAResult_CountNeitherWay(CallClass callClass)
    {
        var outcomes = new SuspiciousOutcomes();
        for (var i = 1; i < 20; i++)
        {
            outcomes.Add(Try(i), CallClass.Rejected, Now);
            Assert.Null(outcomes.Add(Try(100 + i), callClass, Now));
        }

        Assert.NotNull(outcomes.Add(Try(20), CallClass.Rejected, Now));
    }

    [Fact]
    public void Window_IsTheLastFifty_AndTheShareNinetyPercent()
    {
        var outcomes = new SuspiciousOutcomes();
        for (var i = 0; i < 60; i++)
        {
            Assert.Null(outcomes.Add(Try(i), CallClass.Answered, Now));
        }

        for (var i = 0; i < 44; i++)
        {
            Assert.Null(outcomes.Add(Try(100 + i), CallClass.Nonexistent, Now));
        }

        Assert.NotNull(outcomes.Add(Try(200), CallClass.Nonexistent, Now));
    }

    [Fact]
    public void OnlyTheNumbersOfTheSuspectClass_AreOfferedToBePutBack()
    {
        var outcomes = new SuspiciousOutcomes();
        outcomes.Add(Try(1), CallClass.Answered, Now);
        outcomes.Add(Try(2), CallClass.Rejected, Now);
        for (var i = 3; i <= 20; i++)
        {
            outcomes.Add(Try(i), CallClass.Nonexistent, Now);
        }

        Assert.Equal(Enumerable.Range(3, 18).Select(Try), outcomes.Tries);
        outcomes.Clear();
        Assert.Empty(outcomes.Tries);
        Assert.Null(outcomes.Add(Try(99), CallClass.Nonexistent, Now));
    }

    [Fact]
    public void Cause_IsTold_ExactlyWhenTheLastFiftyAreOfOneSuspectClass()
    {
        var classes = Gen.Frequency(
            (12, Gen.Const(CallClass.Nonexistent)),
            (1, Gen.OneOf(CallClass.Answered, CallClass.Busy, CallClass.Rejected, CallClass.Technical)));
        classes.Array[1, 120].Sample(
            results =>
            {
                var outcomes = new SuspiciousOutcomes();
                for (var i = 0; i < results.Length; i++)
                {
                    var last = results[..(i + 1)].TakeLast(50).ToList();
                    var isSuspicious = last.Count >= 20 && Suspects.Any(s => last.Count(c => c == s) * 10 >= last.Count * 9);
                    Assert.Equal(isSuspicious, outcomes.Add(Try(i), results[i], Now) is not null);
                }
            },
            iter: 2_000);
    }

    private static TryId Try(int n) => new(new JobId(n), 1);
}
