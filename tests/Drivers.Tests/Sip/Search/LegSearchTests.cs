using System.Globalization;
using Dialer.Silo.Telephony.Sip;

namespace Dialer.Tests.Sip.Search;

/// <summary>
/// One leg against a far end by the RFC, on a wire that loses, doubles and reorders: every law must hold for every seed.
/// <c>DIALER_SIP_SEED=n</c> runs one seed and tells its story, <c>DIALER_SIP_SEEDS=n</c> sets how many, <c>DIALER_SIP_SURVEY=1</c> runs all and counts
/// what breaks.
/// </summary>
public class LegSearchTests
{
    private const int Seeds = 6_000;

    [Fact]
    public void Laws_HoldForEverySeed()
    {
        if (Setting("DIALER_SIP_SEED") is { } only)
        {
            var run = new SearchRun(SearchPlan.Of(only)).Run();
            var fault = Laws.Broken(run);
            Assert.True(fault is null, Told(run, fault ?? ""));
            TestContext.Current.TestOutputHelper?.WriteLine(Told(run, "every law holds"));
            return;
        }

        var broken = new List<string>();
        for (var seed = 1; seed <= (Setting("DIALER_SIP_SEEDS") ?? Seeds); seed++)
        {
            var run = new SearchRun(SearchPlan.Of(seed)).Run();
            if (Laws.Broken(run) is { } why)
            {
                Assert.True(Setting("DIALER_SIP_SURVEY") is not null, Told(run, why));
                broken.Add($"{seed}: {why}");
            }
        }

        Assert.True(broken.Count == 0, $"{broken.Count} seeds:\n{string.Join('\n', broken.Take(40))}");
    }

    /// <summary>The search goes where the dangers are: each of these came about in many runs.</summary>
    [Fact]
    public void Search_ReachesEveryEnd_AndEveryCrossing()
    {
        var runs = Enumerable.Range(1, 600).Select(seed => new SearchRun(SearchPlan.Of(seed)).Run()).ToList();
        foreach (var how in (LegEnd[])[LegEnd.Refused, LegEnd.Cancelled, LegEnd.RemoteBye, LegEnd.LocalBye, LegEnd.NoResponse, LegEnd.NotSent])
        {
            Assert.True(runs.Count(r => r.Story.Exists(e => e.End?.How == how)) > 10, $"{how} is rare");
        }

        Assert.True(runs.Count(r => r.Story.Exists(e => e.End?.Crossed == true)) > 10, "an answer that crosses a CANCEL is rare");
        Assert.True(runs.Count(r => r.FarEnd.Dialogs.Count > 1) > 10, "two phones that answer are rare");
        Assert.True(runs.Count(r => Sends(r, m => m.Method == SipMethods.Invite && m.CSeq.Number > 1)) > 10, "challenges are rare");
        Assert.True(runs.Count(r => Sends(r, m => m.Method == SipMethods.Bye && m.Has(SipHeader.ProxyAuthorization))) > 5, "challenges to BYE are rare");
        Assert.True(runs.Count(r => Sends(r, m => m.Method == SipMethods.Prack)) > 10, "reliable ringing is rare");
        Assert.True(runs.Count(r => r.Story.Exists(e => e.Message is { IsRequest: true, Method: SipMethods.Invite } && e.What == Seen.Received)) > 10, "re-INVITE is rare");
        Assert.True(runs.Count(r => r.Story.Exists(e => e is { What: Seen.Received, Message.Status: 200, Message.Method: SipMethods.Invite } && IsAfterEnd(r, e))) > 5, "late answers are rare");
    }

    /// <summary>What the laws are worth: a leg, a host or a wire with one fault is found out, by the law that is about it.</summary>
    [Theory]
    [InlineData("LosesAcks", "acks")]
    [InlineData("SwallowsByes", "far-dialogs")]
    [InlineData("InvitesTwice", "one-invite")]
    [InlineData("CancelsAtOnce", "cancel")]
    [InlineData("TellsTheEndTwice", "ended-once")]
    [InlineData("SpeaksWhenGone", "gone")]
    [InlineData("DoesNotReply", "replies")]
    [InlineData("NeverTicks", "gone")]
    [InlineData("RepeatsACSeq", "cseq")]
    public void Mutants_AreCaught(string name, string law)
    {
        var mutant = Enum.Parse<Mutant>(name);
        var caught = Enumerable.Range(1, 200).Select(seed => Laws.Broken(new SearchRun(SearchPlan.Of(seed), mutant).Run())).OfType<string>().ToList();
        Assert.Contains(caught, c => c.StartsWith(law + ":", StringComparison.Ordinal));
    }

    [Fact]
    public void ASeed_IsTheSameStoryEachTime()
    {
        foreach (var seed in Enumerable.Range(1, 20))
        {
            var (one, two) = (new SearchRun(SearchPlan.Of(seed)).Run(), new SearchRun(SearchPlan.Of(seed)).Run());
            Assert.Equal(one.Story.Select(e => e.ToString()), two.Story.Select(e => e.ToString()));
        }
    }

    private static bool Sends(SearchRun run, Func<SipMessage, bool> which) => run.Story.Exists(e => e.What == Seen.Sent && which(e.Message!));

    private static bool IsAfterEnd(SearchRun run, Entry entry) => run.Story.IndexOf(entry) > run.Story.FindIndex(e => e.Event == LegEventKind.Ended);

    private static string Told(SearchRun run, string why) =>
        $"{why}\nseed {run.Plan.Seed}, again with DIALER_SIP_SEED={run.Plan.Seed}\n{run.Plan}\n{string.Join('\n', run.Story)}";

    private static int? Setting(string name) =>
        int.TryParse(Environment.GetEnvironmentVariable(name), CultureInfo.InvariantCulture, out var value) ? value : null;
}
