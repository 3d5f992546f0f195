using Dialer.Grains.Calls;

namespace Dialer.Silo.Telephony.Sip;

/// <summary>Ends one call that a lost process left behind (P30): nobody is told but who waits.</summary>
internal sealed class SipOrphan : ILegHost
{
    private readonly TaskCompletionSource over = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly SipRoutes routes;
    private readonly SipLoop loop;
    private readonly IReadOnlyList<SipRoute> known;

    private SipOrphan(SipRoutes routes, SipLoop loop, OrphanCall call)
    {
        (this.routes, this.loop, known) = (routes, loop, routes.Current());
        AllHops = [.. known.Select(r => call.Line is null ? r.Hop : new SentAs(r.Hop, call.Line))];
    }

    public IReadOnlyList<SipHop> AllHops { get; }

    long ILegHost.Now => loop.Now;

    SipHop ILegHost.Hop => AllHops[0];

    /// <summary>Completes when the far side confirmed the end or knows no such call; never when it stays silent.</summary>
    public static Task EndAsync(SipRoutes routes, SipLoop loop, LegIds ids, LegSettings settings, OrphanCall call)
    {
        var orphan = new SipOrphan(routes, loop, call);
        if (orphan.known.Count > 0)
        {
            loop.Post(() =>
            {
                var leg = new SipLeg(ids, settings, orphan);
                loop.Add(leg);
                leg.EndOrphaned(call.Leg);
                loop.Touched(leg);
            });
        }

        return orphan.over.Task;
    }

    SipHop ILegHost.HopTo(SipUri next) => routes.HopTo(next, known[0]);

    void ILegHost.Reply(SipMessage request, ReadOnlyMemory<byte> response) => request.Source?.Reply(request, response);

    void ILegHost.Tell(SipLeg leg, LegEventKind kind, LegEndFacts? end)
    {
        if (kind == LegEventKind.Ended)
        {
            over.TrySetResult();
        }
    }
}
