using CsCheck;
using Dialer.Calls;
using Dialer.Channels;
using Dialer.Numbers;
using Dialer.Silo.Telephony.Simulated;

namespace Dialer.Tests.Simulated;

/// <summary>What becomes of a simulated call is drawn from seed, try and number alone (P44).</summary>
public sealed class CallScriptTests
{
    private static readonly SimulatedSettings Mixed = new() { Reject = 0.1, Error = 0.1, Seed = 42 };

    /// <summary>
    /// Frozen: the same seed must give the same outcomes in any process, on any machine and in any later version, or a repeated run
    /// with a seed means nothing.
    /// </summary>
    [Theory]
    [InlineData(0, 1, 1, "Busy 289 0")]
    [InlineData(0, 1, 2, "CalleeHungUp 2642 25495")]
    [InlineData(0, 2, 1, "Error 224 0")]
    [InlineData(1, 1, 1, "CalleeHungUp 3365 26010")]
    [InlineData(-1, 1, 1, "Error 172 0")]
    [InlineData(2026, 987654321, 99, "Error 258 0")]
    [InlineData(2026, 987654322, 1, "NoAnswer 3941 0")]
    [InlineData(2026, 987654323, 1, "CalleeHungUp 1693 19789")]
    public void Draw_IsTheSameEverywhereAndForEver(int seed, long job, int number, string expected)
    {
        var script = CallScript.Draw(Mixed with { Seed = seed }, new(new JobId(job), number), new(79_991_234_567));
        Assert.Equal(expected, FormattableString.Invariant($"{script.Ending} {script.Delay.TotalMilliseconds} {script.Talk.TotalMilliseconds}"));
    }

    [Fact]
    public void Draw_DiffersBySeedJobAndTry()
    {
        var scripts = from seed in Enumerable.Range(0, 10)
                      from job in Enumerable.Range(1, 10)
                      from number in Enumerable.Range(1, 10)
                      select CallScript.Draw(Mixed with { Seed = seed }, new(new JobId(job), number), new(79_991_234_567));
        Assert.True(scripts.Select(s => (s.Delay, s.Talk)).Distinct().Count() > 900);
    }

    [Fact]
    public void Draw_RespectsTheWeights()
    {
        const int Calls = 100_000;
        var counts = new Dictionary<CallEnding, int>();
        for (var i = 0; i < Calls; i++)
        {
            var ending = CallScript.Draw(Mixed, new(new JobId(i), 1), new(79_990_000_000 + i)).Ending;
            counts[ending] = counts.GetValueOrDefault(ending) + 1;
        }

        (CallEnding Ending, double Weight)[] weights =
        [
            (CallEnding.CalleeHungUp, Mixed.Answer), (CallEnding.Busy, Mixed.Busy), (CallEnding.NoAnswer, Mixed.NoAnswer),
            (CallEnding.Rejected, Mixed.Reject), (CallEnding.Nonexistent, Mixed.Nonexistent), (CallEnding.Error, Mixed.Error),
        ];
        var sum = weights.Sum(w => w.Weight);
        var chiSquare = weights.Sum(w =>
        {
            var expected = w.Weight / sum * Calls;
            return Math.Pow(counts.GetValueOrDefault(w.Ending) - expected, 2) / expected;
        });

        // 5 degrees of freedom: one honest seed in a thousand lies above 20.5
        Assert.True(chiSquare < 20.5, $"chi square {chiSquare}: {string.Join(", ", counts)}");
        Assert.Equal(Calls, counts.Values.Sum());
    }

    [Fact]
    public void Draw_NumberThatDoesNotExist_DoesNotExistAtAnyTry()
    {
        var settings = Mixed with { Nonexistent = 1 };
        for (var phone = 79_990_000_000; phone < 79_990_000_200; phone++)
        {
            var tries = Enumerable.Range(1, 20).Select(n => CallScript.Draw(settings, new(new JobId(n), n), new(phone)).Ending).ToArray();
            Assert.True(
                tries.All(e => e == CallEnding.Nonexistent) || tries.All(e => e != CallEnding.Nonexistent),
                string.Join(", ", tries));
        }
    }

    [Fact]
    public void Draw_KeepsToItsWeightsAndRanges()
    {
        var weight = Gen.OneOf(Gen.Const(0.0), Gen.Double[0.001, 10]);
        var range = Gen.Select(Gen.Double[0, 5], Gen.Double[0, 5], (min, more) => new SecondsRange(min, min + more));
        Gen.Select(weight, weight, weight, weight, weight, weight)
            .Where(w => w.Item1 + w.Item2 + w.Item3 + w.Item4 + w.Item5 + w.Item6 > 0)
            .Select(range, range, Gen.Int, (w, ring, talk, seed) => new SimulatedSettings
            {
                Answer = w.Item1,
                Busy = w.Item2,
                NoAnswer = w.Item3,
                Reject = w.Item4,
                Nonexistent = w.Item5,
                Error = w.Item6,
                RingSeconds = ring,
                TalkSeconds = talk,
                Seed = seed,
            })
            .Select(Gen.Long[1, long.MaxValue], Gen.Long[10_000, 999_999_999_999_999])
            .Sample((settings, job, phone) =>
            {
                var script = CallScript.Draw(settings, new(new JobId(job), 1), new(phone));
                Assert.Equal(script, CallScript.Draw(settings with { }, new(new JobId(job), 1), new(phone)));
                Assert.True(WeightOf(settings, script.Ending) > 0, $"{script.Ending} has no weight");
                Assert.InRange(script.Delay.TotalSeconds, 0, settings.RingSeconds.Max);
                Assert.True(!script.Rings || script.Delay.TotalSeconds >= settings.RingSeconds.Min - 0.001);
                Assert.True(script.IsAnswered
                    ? script.Talk.TotalSeconds >= settings.TalkSeconds.Min - 0.001 && script.Talk.TotalSeconds <= settings.TalkSeconds.Max
                    : script.Talk == TimeSpan.Zero);
            });
    }

    [Theory]
    [InlineData(CallEnding.CalleeHungUp, 30, 60, CallEnding.CalleeHungUp, 20, 30)]
    [InlineData(CallEnding.CalleeHungUp, 10, 60, CallEnding.RingLimit, 10, 0)]
    [InlineData(CallEnding.CalleeHungUp, 30, 15, CallEnding.TalkLimit, 20, 15)]
    [InlineData(CallEnding.NoAnswer, 10, 60, CallEnding.RingLimit, 10, 0)]
    [InlineData(CallEnding.Busy, 1, 60, CallEnding.RingLimit, 1, 0)]
    [InlineData(CallEnding.Busy, 2, 60, CallEnding.Busy, 2, 0)]
    public void Within_OurOwnLimitsCutTheScript(CallEnding drawn, int ringLimit, int maxTalk, CallEnding expected, int delay, int talk)
    {
        var script = CallScript.Of(drawn, TimeSpan.FromSeconds(20), TimeSpan.FromSeconds(30));
        var cut = script.Within(TimeSpan.FromSeconds(ringLimit), TimeSpan.FromSeconds(maxTalk));
        Assert.Equal((expected, TimeSpan.FromSeconds(delay), TimeSpan.FromSeconds(talk)), (cut.Ending, cut.Delay, cut.Talk));
    }

    [Theory]
    [InlineData(CallEnding.CalleeHungUp, CallClass.Answered, 200, false)]
    [InlineData(CallEnding.Busy, CallClass.Busy, 486, false)]
    [InlineData(CallEnding.Rejected, CallClass.Rejected, 603, false)]
    [InlineData(CallEnding.NoAnswer, CallClass.NoAnswer, 480, false)]
    [InlineData(CallEnding.RingLimit, CallClass.NoAnswer, 487, false)]
    [InlineData(CallEnding.Nonexistent, CallClass.Nonexistent, 404, false)]
    [InlineData(CallEnding.Error, CallClass.Technical, 500, false)]
    [InlineData(CallEnding.TrunkDown, CallClass.Technical, 503, true)]
    [InlineData(CallEnding.NoLink, CallClass.Technical, 503, true)]
    [InlineData(CallEnding.Lost, CallClass.Unknown, 0, false)]
    public void Facts_OnlyWhatSpeaksOfTheTrunkIsChannelClass(CallEnding ending, CallClass callClass, int code, bool isChannelClass)
    {
        var facts = CallEndingFacts.Of(ending);
        Assert.Equal((callClass, code, isChannelClass), (facts.Class, facts.Cause.SipCode, facts.IsChannelClass));
    }

    private static double WeightOf(SimulatedSettings settings, CallEnding ending) => ending switch
    {
        CallEnding.CalleeHungUp => settings.Answer,
        CallEnding.Busy => settings.Busy,
        CallEnding.NoAnswer => settings.NoAnswer,
        CallEnding.Rejected => settings.Reject,
        CallEnding.Nonexistent => settings.Nonexistent,
        CallEnding.Error => settings.Error,
        _ => 0,
    };
}
