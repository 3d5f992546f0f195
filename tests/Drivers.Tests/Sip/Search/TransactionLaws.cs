using Dialer.Silo.Telephony.Sip;

namespace Dialer.Tests.Sip.Search;

/// <summary>Laws of requests and their responses (RFC 3261 §8.1, §9.1, §13.2.2, §17.1; RFC 3262 §4).</summary>
internal static class TransactionLaws
{
    /// <summary>A new INVITE comes only from a challenge to the one before, and none is sent again when it was heard.</summary>
    public static string? OneInvite(SearchRun run)
    {
        SipMessage? open = null;
        foreach (var (at, entry) in Laws.Of(run, Seen.Sent).Where(e => e.Entry.Message!.Method == SipMethods.Invite))
        {
            var invite = entry.Message!;
            var received = run.Story.Take(at).Where(e => e.What == Seen.Received).Select(e => e.Message!).ToList();
            var isNew = open is null || open.CSeq.Number != invite.CSeq.Number;
            if (isNew && open is not null && !(received.LastOrDefault() is { Status: 401 or 407 } challenge && challenge.CSeq == open.CSeq))
            {
                return $"INVITE {invite.CSeq.Number} without a challenge";
            }

            if (run.Story.Take(at).Any(e => e.Event == LegEventKind.Ended))
            {
                return $"INVITE {invite.CSeq.Number} after the end was told";
            }

            if (isNew && run.Story.Take(at).Any(e => e.What == Seen.HungUp))
            {
                return "a new INVITE after the caller hung up";
            }

            if (received.Exists(r => !r.IsRequest && r.CSeq == invite.CSeq))
            {
                return $"INVITE {invite.CSeq.Number} again although it was answered";
            }

            open = invite;
        }

        return null;
    }

    /// <summary>Each final response that arrived is acknowledged before anything else happens, and nothing else is.</summary>
    public static string? Acks(SearchRun run)
    {
        var finals = Laws.Of(run, Seen.Received).Where(e => e.Entry.Message is { IsRequest: false, Status: >= 200, Method: SipMethods.Invite }).ToList();
        foreach (var (at, entry) in finals)
        {
            var response = entry.Message!;
            var invite = run.Story.First(e => e is { What: Seen.Sent, Message.Method: SipMethods.Invite } && e.Message.CSeq == response.CSeq).Message!;
            var ack = run.Story.Skip(at + 1).TakeWhile(e => e.What is Seen.Sent or Seen.Told)
                .FirstOrDefault(e => e.Message is { Method: SipMethods.Ack } m && m.To!.Tag == response.To!.Tag)?.Message;
            if (ack is null || ack.CSeq.Number != response.CSeq.Number)
            {
                return $"no ACK for {entry}";
            }

            var isOfInvite = ack.TopVia!.Branch == invite.TopVia!.Branch && ack.RequestUri == invite.RequestUri;
            var isOfDialog = ack.TopVia.Branch != invite.TopVia.Branch && ack.RequestUri == DialogLaws.ContactOf(response);
            if (response.Status < 300 ? !isOfDialog : !isOfInvite)
            {
                return $"the ACK for {entry} is of the wrong transaction";
            }
        }

        var acks = Laws.Of(run, Seen.Sent).Count(e => e.Entry.Message!.Method == SipMethods.Ack);
        return acks == finals.Count ? null : $"{acks} ACKs for {finals.Count} final responses";
    }

    /// <summary>CANCEL is wanted, comes between a provisional and a final response, and is that of its INVITE (§9.1).</summary>
    public static string? Cancels(SearchRun run)
    {
        var cancels = Laws.Of(run, Seen.Sent).Where(e => e.Entry.Message!.Method == SipMethods.Cancel).ToList();
        if (cancels.Count == 0)
        {
            return null;
        }

        var (at, first) = cancels[0];
        var cancel = first.Message!;
        var before = run.Story.Take(at).ToList();
        var invite = before.FindLast(e => e is { What: Seen.Sent, Message.Method: SipMethods.Invite })!.Message!;
        var heard = before.Where(e => e is { What: Seen.Received, Message: { IsRequest: false, Method: SipMethods.Invite } } && e.Message.CSeq == invite.CSeq).ToList();
        var isWanted = before.Exists(e => e.What == Seen.HungUp || e.Event == LegEventKind.Ended) || first.At >= run.Plan.RingLimit;
        return heard.Count == 0 || heard.Exists(e => e.Message!.Status >= 200) ? $"{first} when {heard.Count} responses had come"
            : !isWanted ? $"{first} that nobody wanted"
            : cancel.TopVia!.Branch != invite.TopVia!.Branch || cancel.CSeq.Number != invite.CSeq.Number || cancel.RequestUri != invite.RequestUri
                || cancel.To!.Tag is not null ? "a CANCEL that is not of its INVITE"
            : cancels.Exists(c => !c.Entry.Message!.Bytes.Span.SequenceEqual(cancel.Bytes.Span)) ? "two different CANCELs"
            : null;
    }

    /// <summary>New requests count on over all dialogs of the leg; one number is one request, the same each time (§12.2.1.1).</summary>
    public static string? CSeqs(SearchRun run)
    {
        var known = new Dictionary<int, SipMessage>();
        var highest = 0;
        foreach (var (_, entry) in Laws.Of(run, Seen.Sent).Where(e => e.Entry.Message!.Method is not (SipMethods.Ack or SipMethods.Cancel)))
        {
            var number = entry.Message!.CSeq.Number;
            if (known.TryGetValue(number, out var first) ? !first.Bytes.Span.SequenceEqual(entry.Message.Bytes.Span) : number <= highest)
            {
                return $"{entry} when {highest} was the last";
            }

            known[number] = entry.Message;
            highest = Math.Max(highest, number);
        }

        return null;
    }

    /// <summary>A provisional response that asks for it gets one PRACK, unless the final response overtook it; nothing else gets any.</summary>
    public static string? Pracks(SearchRun run)
    {
        var asked = new HashSet<(int, string)>();
        foreach (var (at, entry) in Laws.Of(run, Seen.Received).Where(e => e.Entry.Message is { Status: > 100 and < 200 } m && m.Lists(SipHeader.Require, "100rel")))
        {
            var before = run.Story.Take(at).ToList();
            var invite = before.FindLast(e => e is { What: Seen.Sent, Message.Method: SipMethods.Invite })!.Message!;
            var isLate = before.Exists(e => e is { What: Seen.Received, Message.Status: >= 200 } && e.Message.CSeq == invite.CSeq);
            if (entry.Message!.CSeq == invite.CSeq && !isLate)
            {
                asked.Add((invite.CSeq.Number, entry.Message.To!.Tag!));
            }
        }

        var pracks = Laws.Of(run, Seen.Sent).Select(e => e.Entry.Message!).Where(m => m.Method == SipMethods.Prack).DistinctBy(m => m.CSeq.Number).ToList();
        return pracks.Count != asked.Count ? $"{pracks.Count} PRACKs, {asked.Count} were asked for"
            : pracks.Find(p => !asked.Any(a => p.First(SipHeader.RAck) == $"7 {a.Item1} INVITE" && p.To!.Tag == a.Item2)) is { } odd ? $"{odd} is of no ringing"
            : null;
    }
}
