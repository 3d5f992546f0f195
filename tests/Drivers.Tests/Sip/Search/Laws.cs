using Dialer.Silo.Telephony.Sip;

namespace Dialer.Tests.Sip.Search;

/// <summary>What must hold of every run, whatever the wire and the far end did. Each law says what broke it; null = it holds.</summary>
internal static class Laws
{
    private static readonly (string Name, Func<SearchRun, string?> Check)[] All =
    [
        ("timers", Timers),
        ("gone", Gone),
        ("ended-once", EndedOnce),
        ("answered-once", AnsweredOnce),
        ("end-is-true", EndIsTrue),
        ("one-invite", TransactionLaws.OneInvite),
        ("acks", TransactionLaws.Acks),
        ("cancel", TransactionLaws.Cancels),
        ("cseq", TransactionLaws.CSeqs),
        ("prack", TransactionLaws.Pracks),
        ("replies", DialogLaws.Replies),
        ("byes", DialogLaws.Byes),
        ("own-dialogs", DialogLaws.OwnDialogsAreOver),
        ("far-dialogs", DialogLaws.FarDialogsAreOver),
    ];

    /// <summary>The first law that is broken, with its name.</summary>
    public static string? Broken(SearchRun run)
    {
        foreach (var (name, check) in All)
        {
            if (check(run) is { } why)
            {
                return $"{name}: {why}";
            }
        }

        return null;
    }

    /// <summary>Entries of one kind with their place in the story.</summary>
    public static IEnumerable<(int At, Entry Entry)> Of(SearchRun run, Seen what) =>
        run.Story.Select((e, i) => (i, e)).Where(e => e.e.What == what);

    /// <summary>After a tick nothing is due at once again, and there are not more ticks than there is to do.</summary>
    private static string? Timers(SearchRun run) => run.TimerFault
        ?? (run.Ticks > (2 * run.Story.Count) + 50 ? $"{run.Ticks} ticks for {run.Story.Count} things that happened" : null);

    /// <summary>It may be forgotten in bounded time, and is silent from then on.</summary>
    private static string? Gone(SearchRun run)
    {
        // four rounds without a provisional response; CANCEL, three rounds of BYE, and lingering each take Timer B; two more for forks
        var bound = run.Plan.RingLimit + run.Plan.MaxTalk + 24_000 + (8 * SipTimers.Timeout);
        var gone = run.Story.FindIndex(e => e.What == Seen.Gone);
        return gone < 0 ? "it never is"
            : run.Story[gone].At > bound ? $"only at {run.Story[gone].At}"
            : gone < run.Story.Count - 1 ? $"but then: {run.Story[gone + 1]}"
            : null;
    }

    private static string? EndedOnce(SearchRun run)
    {
        var told = Of(run, Seen.Told).Select(e => e.Entry.Event).ToList();
        return told.Count(k => k == LegEventKind.Ended) != 1 ? $"{told.Count(k => k == LegEventKind.Ended)} ends were told"
            : told[^1] != LegEventKind.Ended ? $"{told[^1]} was told after the end"
            : null;
    }

    private static string? AnsweredOnce(SearchRun run)
    {
        var told = Of(run, Seen.Told).Select(e => e.Entry.Event).ToList();
        return told.Count(k => k == LegEventKind.Answered) > 1 || told.Count(k => k == LegEventKind.Ringing) > 1 ? "told twice"
            : !told.SequenceEqual(told.Order()) ? $"told in the order {string.Join(", ", told)}"
            : null;
    }

    /// <summary>The end that is told is what was seen.</summary>
    private static string? EndIsTrue(SearchRun run)
    {
        var at = run.Story.FindIndex(e => e.Event == LegEventKind.Ended);
        var end = run.Story[at].End!;
        var before = run.Story.Take(at).ToList();
        var wasAnswered = before.Exists(e => e.Event == LegEventKind.Answered);
        var invite = before.FindLast(e => e is { What: Seen.Sent, Message.Method: SipMethods.Invite })!.Message!;
        var wasOrdered = before.Exists(e => e.What == Seen.HungUp);
        var last = before.FindLast(e => e.What == Seen.Received)?.Message;
        var isTrue = end.How switch
        {
            LegEnd.Refused => !wasAnswered && !wasOrdered && last is { Method: SipMethods.Invite } && last.Status == end.Status && end.Status >= 300,
            LegEnd.Cancelled => !wasAnswered && (wasOrdered || end.AtRingLimit),
            LegEnd.RemoteBye => wasAnswered && last is { IsRequest: true, Method: SipMethods.Bye },
            LegEnd.LocalBye or LegEnd.Lost => wasAnswered && before.Exists(e => e is { What: Seen.Sent, Message.Method: SipMethods.Bye }),
            LegEnd.NotSent => !wasAnswered && before[^1] is { IsCut: true, Message.Method: SipMethods.Invite },
            LegEnd.NoResponse => !wasAnswered && !before.Exists(e => e is { What: Seen.Received, Message.IsRequest: false } && e.Message.CSeq == invite.CSeq),
            _ => false,
        };
        var hadRinging = before.Exists(e => e.Event == LegEventKind.Ringing);
        return !isTrue ? $"{end} after {last}"
            : end.HadRinging != hadRinging && end.How != LegEnd.NoResponse ? "ringing was told otherwise"
            : end.Crossed && !wasOrdered && !end.AtRingLimit ? "nothing was cancelled that could cross"
            : null;
    }
}
