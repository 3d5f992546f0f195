namespace Dialer.Tests.Simulation;

/// <summary>The laws can fail: a world with a bug built in breaks the law that the bug offends, within a few hundred seeds.</summary>
public sealed class MutantTests(ITestOutputHelper output)
{
    private const int Seeds = 400;

    public static TheoryData<string, string> Bugs => new()
    {
        { nameof(Bug.DoubleDial), "I2 one call" },
        // whichever comes first: its record is written again, or its intent
        { nameof(Bug.TryNumberReused), "I3 recount|I2 one intent" },
        { nameof(Bug.PermitFreedEarly), "I1 lines" },
        { nameof(Bug.CapNotChecked), "I1 campaign's maximum" },
        { nameof(Bug.RateNotCounted), "I1 rate" },
        { nameof(Bug.WindowIgnored), "I4 hours" },
        { nameof(Bug.CounterForgotten), "I3 " },
        { nameof(Bug.EpochNotChecked), "I" },
        { nameof(Bug.DoNotCallNotChecked), "I4 do-not-call" },
        { nameof(Bug.GapNotKept), "P22 gap" },
        { nameof(Bug.FrequencyCapNotKept), "P58 calls" },
        // whichever comes first: the phone is in two calls, or the campaign or the channel in too many
        { nameof(Bug.SettledTooEarly), "I1 campaign's maximum|I1 lines|P22 one call at a time" },
        { nameof(Bug.AnswerNotSpent), "P41 answered spends" },
        { nameof(Bug.BackoffTooShort), "P8 backoff" },
        { nameof(Bug.PauseNotKept), "P6 pause" },
        { nameof(Bug.LimitIgnored), "P5 attempts" },
        { nameof(Bug.PhoneNotHeld), "P22 one call at a time|no phone held" },
        { nameof(Bug.TokenCheckedOnce), "P11 token" },
        { nameof(Bug.NeverWoken), "liveness" },
        { nameof(Bug.CancelIgnored), "P27 cancelled" },
        { nameof(Bug.PauseToldEarly), "P11 pause" },
        { nameof(Bug.StopNotHeard), "P61 stop now" },
        { nameof(Bug.BotNotWaitedFor), "P41 probe first" },
        // a bot that is down has also been silent for long
        { nameof(Bug.BotDownIgnored), "P41 bot is down|P41 probe first" },
        { nameof(Bug.BotReplyLost), "I6 what a bot said|P59 opt-out" },
        { nameof(Bug.BotReplyNotRead), "I6 what a bot said|P59 opt-out" },
        { nameof(Bug.RowLost), "I3 no job lost" },
    };

    [Theory]
    [MemberData(nameof(Bugs))]
    public void BugBuiltIn_IsCaughtByItsLaw(string bug, string law)
    {
        var broken = Worlds.FindBroken(1, Seeds, Enum.Parse<Bug>(bug));
        Assert.NotNull(broken);
        output.WriteLine($"seed {broken.Value.Seed}: {broken.Value.Law}");
        Assert.Contains(law.Split('|'), l => broken.Value.Law.Law.StartsWith(l, StringComparison.Ordinal));
    }

    [Fact]
    public void EveryBug_HasItsLaw() =>
        Assert.Equal(Enum.GetNames<Bug>().Where(b => b != nameof(Bug.None)).Order(), Bugs.Select(b => b.Data.Item1).Order());
}
