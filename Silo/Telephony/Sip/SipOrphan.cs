using Dialer.Grains.Calls;

namespace Dialer.Silo.Telephony.Sip;

/// <summary>Ends one call that a lost process left behind (P30): nobody is told but who waits.</summary>
internal sealed class SipOrphan : ILegHost
{
    private readonly TaskCompletionSource over = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly SipRoutes routes;
    private readonly SipLoop loop;
    private readonly SipRoute today;

    private SipOrphan(SipRoutes routes, SipLoop loop, SipRoute today, IReadOnlyList<SipHop> ways) =>
        (this.routes, this.loop, this.today, AllHops) = (routes, loop, today, ways);

    public IReadOnlyList<SipHop> AllHops { get; }

    long ILegHost.Now => loop.Now;

    SipHop ILegHost.Hop => AllHops[0];

    /// <summary>
    /// Completes when the far side confirmed the end or knows no such call; never when it stays silent, or when it is not known
    /// what the call looked like and where it went.
    /// </summary>
    public static Task EndAsync(SipRoutes routes, SipLoop loop, LegIds ids, LegSettings settings, OrphanCall call)
    {
        if (routes.Current() is not [var today, ..] || Ways(routes, today, call) is not { Count: > 0 } ways)
        {
            return new TaskCompletionSource().Task;
        }

        var orphan = new SipOrphan(routes, loop, today, ways);
        loop.Post(() =>
        {
            // first, as it throws when the record cannot be read: such a leg has no end that would take it off the loop
            SipLeg.CheckRecord(call.Leg);
            var leg = new SipLeg(ids, settings, orphan);
            // known before anything leaves: an answer may be here before the last CANCEL is away
            loop.Add(leg);
            leg.EndOrphaned(call.Leg);
            loop.Touched(leg);
        });
        return orphan.over.Task;
    }

    SipHop ILegHost.HopTo(SipUri next) => routes.HopTo(next, today);

    void ILegHost.Reply(SipMessage request, ReadOnlyMemory<byte> response) => request.Source?.Reply(request, response);

    void ILegHost.Tell(SipLeg leg, LegEventKind kind, LegEndFacts? end)
    {
        if (kind == LegEventKind.Ended)
        {
            over.TrySetResult();
        }
    }

    /// <summary>BYE goes by the stored dialog, from us; CANCEL to wherever the INVITE may have gone, looking like it. Null: not known.</summary>
    private static IReadOnlyList<SipHop>? Ways(SipRoutes routes, SipRoute today, OrphanCall call)
    {
        if (call.Leg is not null)
        {
            return [today.Hop];
        }

        var ways = SipLine.ParseAll(call.Line)?
            .SelectMany(l => l.Targets, (l, target) => (l.SentBy, target.Transport, target.Address)).Distinct()
            .Select(w => (w.SentBy, Hop: routes.HopTo(w.Transport, w.Address)))
            .ToList();
        return ways?.TrueForAll(w => w.Hop is not null) == true ? [.. ways.Select(w => new SentAs(w.Hop!, w.SentBy))] : null;
    }
}
