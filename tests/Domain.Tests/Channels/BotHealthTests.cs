using CsCheck;
using Dialer.Calls;
using Dialer.Channels;
using Dialer.Domain.Channels;

namespace Dialer.Tests.Channels;

/// <summary>P41: 3 answered calls in a row without the bot, more than 3 of the last 100, or 3 lost probes; a probe comes first.</summary>
public class BotHealthTests
{
    private static readonly BotHealth Up = new BotHealth().Probed(true, null);

    [Fact]
    public void NewBot_IsNotKnown_UntilAProbeIsAnswered_P41()
    {
        var bot = new BotHealth();
        Assert.Equal((BotState.Unknown, false, BotHealth.ProbeElse), (bot.State, bot.Answers, bot.ProbeInterval));
        bot = bot.Probed(false, "503");
        Assert.Equal(BotState.Unknown, bot.State);
        bot = bot.Probed(true, null);
        Assert.Equal((BotState.Up, true, TimeSpan.FromSeconds(30)), (bot.State, bot.Answers, bot.ProbeInterval));
    }

    [Theory]
    [InlineData("FF", BotState.Up)]
    [InlineData("FFF", BotState.Down)]
    [InlineData("FFSF", BotState.Up)]
    [InlineData("SFSFFSS", BotState.Up)]
    [InlineData("FFSFF", BotState.Down)]
    [InlineData("SSFFFSSSSSSS", BotState.Down)]
    public void FailuresInARow_TwoDoNot_ThreeDo_P41(string calls, BotState state) => Assert.Equal(state, Up.Report(Of(calls)).State);

    [Fact]
    public void ThreeOfTheLastHundred_DoNot_FourDo_P41()
    {
        var three = Up.Report(Of($"F{Good(48)}F{Good(48)}F{Good(1)}"));
        Assert.Equal((BotState.Up, 100, 3), (three.State, three.Calls.Count, three.Calls.FailureCount));

        // the first failure leaves the hundred as the fourth comes
        Assert.Equal(BotState.Up, three.Report(Of("F")).State);
        var down = three.Report(Of("FF"));
        Assert.Equal((BotState.Down, "4 of the last 100 answered calls found no bot"), (down.State, down.Evidence));
        Assert.Equal("4 of the last 7 answered calls found no bot", Up.Report(Of("FSFSFSF")).Evidence);
    }

    [Fact]
    public void ThreeInARow_AreTold_AlsoAcrossReports_P41()
    {
        var down = Up.Report(Of("SF")).Report(Of("F")).Report(default).Report(Of("FS"));
        Assert.Equal((BotState.Down, "3 answered calls in a row found no bot"), (down.State, down.Evidence));
    }

    [Fact]
    public void ThreeLostProbesInARow_AreDown_TwoAreNot_P41()
    {
        var two = Up.Probed(false, "408").Probed(false, "408");
        Assert.Equal((BotState.Up, false, BotHealth.ProbeElse), (two.State, two.Answers, two.ProbeInterval));
        Assert.Equal(BotHealth.ProbeUp, two.Probed(true, null).ProbeInterval);
        Assert.Equal(BotState.Up, two.Probed(true, null).Probed(false, "408").Probed(false, "408").State);

        var down = two.Probed(false, "no answer to a probe");
        Assert.Equal((BotState.Down, "3 probes in a row were lost (no answer to a probe)"), (down.State, down.Evidence));
        Assert.Equal(BotHealth.ProbeElse, down.ProbeInterval);
        Assert.Equal(BotState.Up, down.Probed(true, null).State);

        // of a bot that never answered as well
        Assert.Equal(BotState.Down, new BotHealth().Probed(false, null).Probed(false, null).Probed(false, null).State);
    }

    [Fact]
    public void BotThatFailedCalls_StaysDown_UntilSomebodyResumes_AndItAnswered_P13_P41()
    {
        var down = Up.Report(Of("FFF"));
        Assert.Equal((BotState.Down, false), (down.State, down.Answers));
        Assert.Equal(down, down.Report(Of("SSSSSSS")));
        Assert.Equal(down, down.Anew());

        var answers = down.Probed(true, null);
        Assert.Equal((BotState.Down, true), (answers.State, answers.Answers));
        Assert.Equal(answers, answers.Unwatched() with { IsProbed = true });
        Assert.Equal(Up, answers.Anew());
        Assert.Equal(BotState.Up, answers.Anew().Report(Of("FF")).State);
        Assert.False(answers.Probed(false, "408").Answers);
    }

    [Fact]
    public void ResumeOfAnother_DoesNotForgetFailuresOfABotThatIsUp_P41()
    {
        var failing = Up.Report(Of("FF"));
        Assert.Equal(BotState.Down, failing.Anew().Report(Of("F")).State);
    }

    [Fact]
    public void OtherOutcomes_SayNothingOfTheBot_P41()
    {
        foreach (var callClass in Enum.GetValues<CallClass>().Except([CallClass.Answered, CallClass.BotFailed]))
        {
            Assert.Equal(default, BotDigest.Of(callClass));
        }

        Assert.Equal((BotDigest.Good, BotDigest.Failed), (BotDigest.Of(CallClass.Answered), BotDigest.Of(CallClass.BotFailed)));
    }

    [Fact]
    public void CalleeWhoWasGoneBeforeTheBot_SaysNothingOfIt_P41()
    {
        Assert.Equal(default, BotDigest.Of(CallClass.Answered, missedBot: true));
        Assert.Equal(BotDigest.Failed, BotDigest.Of(CallClass.BotFailed, missedBot: true));
        BotDigest[] calls = [BotDigest.Failed, BotDigest.Failed, BotDigest.Of(CallClass.Answered, missedBot: true), BotDigest.Failed];
        Assert.Equal(BotState.Down, Up.Report(calls.Aggregate((a, b) => a.Then(b))).State);
    }

    [Fact]
    public void JoinedDigests_AreAsTheCallsOneByOne_P41() =>
        Gen.Select(Gen.Frequency((9, Gen.Const(false)), (1, Gen.Const(true))).Array[0, 250], Gen.Int[1, 100]).Sample((calls, size) =>
        {
            var health = Up;
            foreach (var failed in calls)
            {
                health = health.Report(failed ? BotDigest.Failed : BotDigest.Good);
            }

            var folded = calls.Chunk(size).Aggregate(Up, (h, part) => h.Report(Fold(part)));
            Assert.Equal(health, folded);
            Assert.Equal(Oracle(calls), folded.State == BotState.Down);

            var cut = calls.Length == 0 ? 0 : size % calls.Length;
            Assert.Equal(Fold(calls), Fold(calls[..cut]).Then(Fold(calls[cut..])));
            Assert.Equal(calls.TakeLast(100), Fold(calls).OneByOne().Select(c => c.HasFailures));
        });

    /// <summary>The rule as P41 says it, over all calls at each instant.</summary>
    private static bool Oracle(bool[] calls) => Enumerable.Range(1, calls.Length).Any(n =>
        calls[..n].TakeLast(100).Count(f => f) > 3 || (n >= 3 && calls[..n].TakeLast(3).All(f => f)));

    private static BotDigest Fold(IEnumerable<bool> calls) =>
        calls.Aggregate(default(BotDigest), (all, failed) => all.Then(failed ? BotDigest.Failed : BotDigest.Good));

    private static BotDigest Of(string calls) => Fold(calls.Select(c => c == 'F'));

    private static string Good(int count) => new('S', count);
}
