using Dialer.Silo.Telephony.Sip;

namespace Dialer.Tests.Sip.Search;

/// <summary>Laws of dialogs (RFC 3261 §12, §13.2.2.4, §15).</summary>
internal static class DialogLaws
{
    private const int TriesOfABye = 10;

    public static string? ContactOf(SipMessage message) => SipNameAddr.Parse(message.First(SipHeader.Contact))?.Uri;

    /// <summary>Each request of the far end is answered at once, in its own transaction; its BYE in a dialog that is known gets 200.</summary>
    public static string? Replies(SearchRun run)
    {
        var highest = new Dictionary<string, int>(StringComparer.Ordinal);
        foreach (var (at, entry) in Laws.Of(run, Seen.Received).Where(e => e.Entry.Message!.IsRequest && e.Entry.Message.Method != SipMethods.Ack))
        {
            var request = entry.Message!;
            var reply = run.Story.ElementAtOrDefault(at + 1);
            if (reply is not { What: Seen.Replied, Message.Status: >= 200 } || reply.Message.TopVia!.Branch != request.TopVia!.Branch
                || reply.Message.CSeq != request.CSeq || reply.Message.From!.Tag != request.From!.Tag)
            {
                return $"no answer of its own to {entry} but {reply}";
            }

            var tag = request.From.Tag!;
            var isInOrder = request.CSeq.Number > highest.GetValueOrDefault(tag);
            var isKnown = Answers(run, tag).Any(a => a < at);
            if (isInOrder && isKnown && request.Method == SipMethods.Bye && reply.Message.Status != 200)
            {
                return $"{reply} to {entry}";
            }

            highest[tag] = Math.Max(highest.GetValueOrDefault(tag), request.CSeq.Number);
        }

        return null;
    }

    /// <summary>BYE goes to a dialog that was answered and acknowledged, to its own Contact, never after the far end's BYE; another only for a challenge.</summary>
    public static string? Byes(SearchRun run)
    {
        var known = new Dictionary<string, int>(StringComparer.Ordinal);
        foreach (var (at, entry) in Laws.Of(run, Seen.Sent).Where(e => e.Entry.Message!.Method == SipMethods.Bye))
        {
            var (bye, tag) = (entry.Message!, entry.Message!.To!.Tag!);
            if (known.TryGetValue(tag, out var number) && number == bye.CSeq.Number)
            {
                continue;
            }

            var before = run.Story.Take(at).ToList();
            if (!before.Exists(e => e is { What: Seen.Sent, Message.Method: SipMethods.Ack } && e.Message.To!.Tag == tag)
                || bye.RequestUri != ContactOf(run.Story[Answers(run, tag).First()].Message!))
            {
                return $"{entry} to a dialog that is none";
            }

            var isChallenged = before.Exists(e => e is { What: Seen.Received, Message: { Status: 401 or 407, Method: SipMethods.Bye } } && e.Message.CSeq.Number == number);
            if (known.ContainsKey(tag) ? !isChallenged : FarByes(run, tag).Any(b => b < at))
            {
                return $"{entry} though the dialog is over";
            }

            known[tag] = bye.CSeq.Number;
        }

        return null;
    }

    /// <summary>What the leg knew to be answered it has hung up, or was told to be.</summary>
    public static string? OwnDialogsAreOver(SearchRun run)
    {
        foreach (var tag in Laws.Of(run, Seen.Received).Select(e => e.Entry.Message!).Where(IsAnswer).Select(m => m.To!.Tag!).Distinct())
        {
            if (!SentByes(run, tag).Any() && !FarByes(run, tag).Any())
            {
                return $"dialog {tag} was left alone";
            }
        }

        return null;
    }

    /// <summary>
    /// No phone is left off the hook by a wire that got well. One excuse: a BYE that was tried as often as it may be, all of it before
    /// the wire was well.
    /// </summary>
    public static string? FarDialogsAreOver(SearchRun run)
    {
        if (run.Plan.DeadAt != long.MaxValue)
        {
            return null;
        }

        foreach (var dialog in run.FarEnd.Dialogs.Where(d => !d.IsOver))
        {
            var tries = SentByes(run, dialog.Tag).Select(i => run.Story[i].At).ToList();
            if (tries.Count < TriesOfABye || tries[^1] >= run.Plan.HealthyAt)
            {
                return $"dialog {dialog.Tag} is open at the far end, BYE was sent {tries.Count} times, the wire was well from {run.Plan.HealthyAt}";
            }
        }

        return null;
    }

    private static bool IsAnswer(SipMessage message) => message is { IsRequest: false, Status: >= 200 and < 300, Method: SipMethods.Invite };

    private static IEnumerable<int> Answers(SearchRun run, string tag) =>
        Laws.Of(run, Seen.Received).Where(e => IsAnswer(e.Entry.Message!) && e.Entry.Message!.To!.Tag == tag).Select(e => e.At);

    private static IEnumerable<int> FarByes(SearchRun run, string tag) => Laws.Of(run, Seen.Received)
        .Where(e => e.Entry.Message is { IsRequest: true, Method: SipMethods.Bye } m && m.From!.Tag == tag).Select(e => e.At);

    private static IEnumerable<int> SentByes(SearchRun run, string tag) => Laws.Of(run, Seen.Sent)
        .Where(e => e.Entry.Message is { Method: SipMethods.Bye } m && m.To!.Tag == tag).Select(e => e.At);
}
