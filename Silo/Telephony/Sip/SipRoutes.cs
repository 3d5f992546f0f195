using System.Net;
using System.Net.Sockets;

namespace Dialer.Silo.Telephony.Sip;

/// <summary>One target of a trunk and the way to it.</summary>
internal sealed record SipRoute(SipTarget Target, SipHop Hop);

/// <summary>
/// The targets of a trunk as DNS has them (RFC 3263), looked up again when they have grown old; one that failed goes behind the
/// others for a while.
/// </summary>
internal sealed class SipRoutes
{
    /// <summary>A target that could not be reached or said 503 comes last for so long.</summary>
    private static readonly TimeSpan Shunned = TimeSpan.FromSeconds(30);

    private static readonly TimeSpan RetryAfter = TimeSpan.FromSeconds(2);

    /// <summary>A target without a way to it may have one soon: the network comes up, a port becomes free.</summary>
    private static readonly TimeSpan RecheckAfter = TimeSpan.FromMinutes(1);

    /// <summary>A whole list stands so long against answers with gaps, no longer: servers move, and what has gaps is better than what is wrong.</summary>
    private static readonly TimeSpan WholeStands = TimeSpan.FromMinutes(15);

    private readonly Lock gate = new();
    private readonly Dictionary<IPEndPoint, long> failed = [];
    private readonly SipNetwork network;
    private readonly SipResolver resolver;
    private readonly SipTrunk trunk;
    private IReadOnlyList<SipRoute> routes = [];
    private readonly Task first;
    private Task lookup;
    private long goodUntil;

    /// <summary>Until when the list is held against one with gaps; in the past when it has gaps itself.</summary>
    private long wholeUntil;

    public SipRoutes(SipNetwork network, SipResolver resolver, SipTrunk trunk)
    {
        (this.network, this.resolver, this.trunk) = (network, resolver, trunk);
        lookup = first = LookUpAsync();
    }

    /// <summary>Why there is no target; null when there is one.</summary>
    public string? Fault { get; private set; }

    /// <summary>Completed when the first look-up is over; never fails.</summary>
    public Task Ready => first;

    /// <summary>The targets to try, in order; empty when none is known. Looks them up again in the background when they are old.</summary>
    public IReadOnlyList<SipRoute> Current()
    {
        lock (gate)
        {
            var now = Now;
            if (now >= goodUntil && lookup.IsCompleted)
            {
                lookup = LookUpAsync();
            }

            return failed.Count == 0 ? routes : [.. routes.OrderBy(r => failed.TryGetValue(r.Target.Address, out var until) && until > now)];
        }
    }

    public void Failed(SipRoute route)
    {
        lock (gate)
        {
            if (routes.Count > 1)
            {
                failed[route.Target.Address] = Now + (long)Shunned.TotalMilliseconds;
            }
        }
    }

    /// <summary>The way of a request within a dialog. A name that is not the trunk's own goes the way of the INVITE: whoever is there knows it.</summary>
    public SipHop HopTo(SipUri next, SipRoute route)
    {
        if (!IPAddress.TryParse(next.Host, out var address) || IsOutOfReach(address, route.Target.Address.Address))
        {
            return route.Hop;
        }

        // sips is TLS whatever transport stands behind it (RFC 3261 §26.2.2)
        var transport = next.IsSecure ? SipTransport.Tls : SipTransports.Parse(next.Transport) ?? route.Target.Transport;
        var target = new IPEndPoint(address, next.Port == 0 ? transport.DefaultPort() : next.Port);
        return transport == route.Target.Transport && target.Equals(route.Target.Address)
            ? route.Hop
            : TryHopTo(new SipTarget(transport, target, route.Target.HostName), isLasting: false, out _) ?? route.Hop;
    }

    /// <summary>The way to a target that the trunk had once; null = there is none.</summary>
    public SipHop? HopTo(SipTransport transport, IPEndPoint address) => TryHopTo(new SipTarget(transport, address, trunk.NextHop.Host), isLasting: false, out _);

    /// <summary>
    /// An address of a private network, told by a far side in a public one: it knows no better behind its router, and nobody may
    /// lead us into our own network so.
    /// </summary>
    private static bool IsOutOfReach(IPAddress address, IPAddress route) => IsPrivate(address) && !IsPrivate(route);

    private static bool IsPrivate(IPAddress address)
    {
        if (IPAddress.IsLoopback(address) || address.IsIPv6LinkLocal || address.IsIPv6UniqueLocal || address.IsIPv6SiteLocal)
        {
            return true;
        }

        var bytes = address.MapToIPv4().GetAddressBytes();
        return address.AddressFamily == AddressFamily.InterNetwork
            && (bytes[0] is 10 or 0 || (bytes[0] == 172 && bytes[1] is >= 16 and < 32) || (bytes[0] == 192 && bytes[1] == 168) || (bytes[0] == 169 && bytes[1] == 254));
    }

    /// <summary>Null: this machine has no way there, such as no IPv6; <paramref name="fault"/> says why.</summary>
    private SipHop? TryHopTo(SipTarget target, bool isLasting, out string? fault)
    {
        try
        {
            fault = null;
            return network.HopTo(target, trunk.Tls, isLasting);
        }
        catch (Exception e) when (e is ArgumentException or SocketException or ObjectDisposedException)
        {
            fault = e.Message;
            return null;
        }
    }

    private long Now => (long)network.Clock.GetElapsedTime(0).TotalMilliseconds;

    private async Task LookUpAsync()
    {
        var found = await resolver.ResolveAsync(trunk.NextHop, trunk.Transport, CancellationToken.None);
        lock (gate)
        {
            var now = Now;
            goodUntil = now + (long)found.GoodFor.TotalMilliseconds;
            if (found.List.Count == 0 || (found.IsPartial && routes.Count > 0 && now < wholeUntil))
            {
                // DNS is away: what was known goes on
                Fault = routes.Count == 0 ? found.Fault : null;
                return;
            }

            foreach (var gone in failed.Where(f => f.Value <= now).Select(f => f.Key).ToList())
            {
                failed.Remove(gone);
            }

            if (!TryTake(found.List, out var fault))
            {
                // this side's own trouble: a port that is taken, no network yet
                Fault = fault;
                goodUntil = now + (long)RetryAfter.TotalMilliseconds;
                return;
            }

            Fault = null;
            wholeUntil = found.IsPartial ? now : now + (long)WholeStands.TotalMilliseconds;
            goodUntil = routes.Count == found.List.Count ? goodUntil : Math.Min(goodUntil, now + (long)RecheckAfter.TotalMilliseconds);
        }
    }

    /// <summary>Takes the targets that this machine has a way to; false: there is none, and what was known goes on.</summary>
    private bool TryTake(IReadOnlyList<SipTarget> targets, out string? fault)
    {
        fault = null;
        var all = new List<SipRoute>(targets.Count);
        foreach (var target in targets)
        {
            if (routes.FirstOrDefault(r => r.Target == target) is { } known)
            {
                all.Add(known);
            }
            else if (TryHopTo(target, isLasting: true, out var why) is { } hop)
            {
                all.Add(new SipRoute(target, hop));
            }
            else
            {
                fault ??= why;
            }
        }

        routes = all.Count > 0 ? all : routes;
        return all.Count > 0;
    }
}
