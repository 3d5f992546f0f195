using System.Globalization;
using System.Net;

namespace Dialer.Silo.Telephony.Sip;

/// <summary>
/// From a SIP URI to where its requests are sent (RFC 3263 §4). Keeps no answers: who asks keeps them for as long as they are good.
/// Safe for several threads.
/// </summary>
public sealed class SipResolver
{
    /// <summary>An answer is good for no less than this, and a failure for this.</summary>
    public static readonly TimeSpan ShortestGoodFor = TimeSpan.FromSeconds(5);

    public static readonly TimeSpan LongestGoodFor = TimeSpan.FromMinutes(10);

    /// <summary>An answer with gaps is good for no more than this.</summary>
    public static readonly TimeSpan PartialGoodFor = TimeSpan.FromSeconds(30);

    /// <summary>What the system's resolver says has no time to live.</summary>
    public static readonly TimeSpan SystemGoodFor = TimeSpan.FromMinutes(1);

    /// <summary>A numeric address does not change.</summary>
    public static readonly TimeSpan NumericGoodFor = TimeSpan.FromDays(1);

    private readonly SipResolverOptions options;
    private readonly DnsServers servers;
    private readonly Lock gate = new();

    public SipResolver()
        : this(new SipResolverOptions())
    {
    }

    /// <summary>Asks nobody yet.</summary>
    public SipResolver(SipResolverOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(options.Limit, TimeSpan.Zero, nameof(options));
        this.options = options;
        servers = new(options.NameServers, options.Limit / 2);
    }

    /// <summary>
    /// Never fails because of DNS: <see cref="SipTargets.Fault"/> says what was wrong. The URI's <c>maddr</c> is not obeyed.
    /// </summary>
    /// <param name="transport">Wins over the URI's transport parameter; null = the URI, or else the domain, says.</param>
    /// <exception cref="OperationCanceledException">The caller cancelled.</exception>
    public async Task<SipTargets> ResolveAsync(SipUri uri, SipTransport? transport, CancellationToken cancel)
    {
        ArgumentNullException.ThrowIfNull(uri);
        cancel.ThrowIfCancellationRequested();
        if (TargetWish.Of(uri, transport, out var fault) is not { } wish)
        {
            return Failed(fault!);
        }

        if (wish.Numeric is { } address)
        {
            return new([Target(wish, address)], NumericGoodFor, null);
        }

        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        limit.CancelAfter(options.Limit);
        var search = DnsName.IsLocal(wish.Name) ? null : await SearchAsync(wish, limit.Token);
        cancel.ThrowIfCancellationRequested();
        if (search?.Targets.Count > 0)
        {
            var longest = search.IsPartial ? PartialGoodFor : LongestGoodFor;
            var goodFor = TimeSpan.FromSeconds(Math.Clamp(search.Seconds, ShortestGoodFor.TotalSeconds, longest.TotalSeconds));
            return new(search.Targets, goodFor, null) { IsPartial = search.IsPartial };
        }

        if (search is { HasServices: true })
        {
            return Failed(search.IsPartial ? Unanswered(wish, limit) : $"no SIP server to be reached at {wish.Host}: what its NAPTR or SRV records name has no address");
        }

        var found = await AskSystemAsync(wish.Name, limit.Token);
        cancel.ThrowIfCancellationRequested();
        return found.Count > 0
            ? new([.. found.Take(TargetSearch.MostTargets).Select(a => Target(wish, a))], SystemGoodFor, null) { IsPartial = search is { IsPartial: true } && !servers.IsEmpty }
            : Failed(search is { IsPartial: true } ? Unanswered(wish, limit) : $"no such host: {wish.Host}");
    }

    /// <summary>In three quarters of the time, so that some is left for the system's resolver when the name servers are dead.</summary>
    private async Task<TargetSearch> SearchAsync(TargetWish wish, CancellationToken limit)
    {
        using var dns = CancellationTokenSource.CreateLinkedTokenSource(limit);
        dns.CancelAfter(options.Limit * 0.75);
        var search = new TargetSearch(new DnsSession(servers, dns.Token), wish, Draw);
        await search.RunAsync();
        // what was asked ahead and not needed
        await dns.CancelAsync();
        return search;
    }

    /// <summary>Names of the hosts file, and those that the system completes by its search domains; empty = none.</summary>
    private async Task<IReadOnlyList<IPAddress>> AskSystemAsync(string name, CancellationToken limit)
    {
        try
        {
            var ask = options.SystemLookup ?? Dns.GetHostAddressesAsync;
            return DnsSession.InOrder(await ask(name, limit).WaitAsync(limit));
        }
        catch (Exception)
        {
            return [];
        }
    }

    /// <summary>A seeded <see cref="Random"/> is for one thread at a time.</summary>
    private int Draw(int below)
    {
        lock (gate)
        {
            return options.Random.Next(below);
        }
    }

    private string Unanswered(TargetWish wish, CancellationTokenSource limit) =>
        servers.IsEmpty ? $"no such host: {wish.Host} (no name servers are known)"
        : limit.IsCancellationRequested
            ? string.Create(CultureInfo.InvariantCulture, $"no answer about {wish.Host} within {options.Limit.TotalSeconds:0.###} s")
        : $"the name servers have no answer about {wish.Host}";

    private static SipTarget Target(TargetWish wish, IPAddress address)
    {
        var port = wish.Port != 0 ? wish.Port : wish.TransportOrDefault.DefaultPort();
        return new(wish.TransportOrDefault, new IPEndPoint(address, port), wish.Host);
    }

    private static SipTargets Failed(string fault) => new([], ShortestGoodFor, fault);
}
