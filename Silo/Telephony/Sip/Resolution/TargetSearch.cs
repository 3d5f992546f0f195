using System.Net;
using DnsClient;
using DnsClient.Protocol;

namespace Dialer.Silo.Telephony.Sip;

/// <summary>
/// The way of RFC 3263 §4.1 and §4.2 from a host name to addresses: NAPTR, then SRV, then A and AAAA. The transport that comes first
/// and has servers is taken; the others are no fallback, as the domain's preference of TLS must not end in clear text.
/// </summary>
/// <remarks>
/// All questions about the domain itself are asked at once: a firewall or a small forwarder that is silent about NAPTR or SRV then
/// costs one wait, not three. No answer about them is read as none, so that a name of an isolated network works.
/// </remarks>
internal sealed class TargetSearch(DnsSession dns, TargetWish wish, Func<int, int> random)
{
    public const int MostTargets = 16;

    private readonly List<SipTarget> targets = [];

    /// <summary>In the order they are to be tried.</summary>
    public IReadOnlyList<SipTarget> Targets => targets;

    /// <summary>Smallest time to live of what the targets rest on, in seconds.</summary>
    public int Seconds { get; private set; } = int.MaxValue;

    /// <summary>A question that mattered stayed without an answer.</summary>
    public bool IsPartial { get; private set; }

    /// <summary>The domain has records that say where its SIP servers are: its own address is not one of them.</summary>
    public bool HasServices { get; private set; }

    public async Task RunAsync()
    {
        if (wish.Port != 0)
        {
            await AddHostAsync(wish.TransportOrDefault, wish.Name, wish.Port);
            return;
        }

        AskAhead();
        if (wish.Transport is null)
        {
            await AddPreferredAsync();
        }

        foreach (var transport in HasServices ? [] : wish.Transports)
        {
            await AddServiceAsync(transport, transport.ServicePrefix() + wish.Name);
            if (targets.Count > 0)
            {
                return;
            }
        }

        if (!HasServices)
        {
            await AddHostAsync(wish.TransportOrDefault, wish.Name, wish.TransportOrDefault.DefaultPort());
        }
    }

    private void AskAhead()
    {
        if (wish.Transport is null)
        {
            _ = dns.AskAsync(wish.Name, QueryType.NAPTR);
        }

        foreach (var transport in wish.Transports)
        {
            _ = dns.AskAsync(transport.ServicePrefix() + wish.Name, QueryType.SRV);
        }

        _ = dns.AskAsync(wish.Name, QueryType.A);
        _ = dns.AskAsync(wish.Name, QueryType.AAAA);
    }

    /// <summary>By NAPTR: the domain's own preference among our transports; of a sips URI TLS only.</summary>
    private async Task AddPreferredAsync()
    {
        var answer = await AskAsync(wish.Name, QueryType.NAPTR);
        var offers = answer.Records.OfType<NAPtrRecord>()
            .Select(r => (Record: r, Transport: SipTransports.OfNaptrService(r.Services)))
            .Where(o => o.Transport is not null && (!wish.IsSecure || o.Transport == SipTransport.Tls) && IsPlain(o.Record))
            .OrderBy(o => o.Record.Order).ThenBy(o => o.Record.Preference)
            .Take(MostTargets);
        foreach (var (record, transport) in offers)
        {
            HasServices = true;
            if (!DnsName.TryNormalize(record.Replacement.Value, out var name))
            {
                continue;
            }

            await (record.Flags.Equals("s", StringComparison.OrdinalIgnoreCase)
                ? AddServiceAsync(transport!.Value, name)
                : AddHostAsync(transport!.Value, name, transport.Value.DefaultPort()));
            if (targets.Count > 0 || IsPartial)
            {
                // what the domain likes best may only have been out of reach for a moment: that is no reason to take the next
                Seconds = Math.Min(Seconds, answer.Seconds);
                return;
            }
        }
    }

    /// <summary>One with a name to go on with, and no regular expression (RFC 3263 §4.1, RFC 3403 §4.1).</summary>
    private static bool IsPlain(NAPtrRecord record) =>
        record.RegularExpression.Length == 0 && record.Flags is "s" or "S" or "a" or "A";

    private async Task AddServiceAsync(SipTransport transport, string name)
    {
        var answer = await AskAsync(name, QueryType.SRV);
        HasServices |= answer.Records.Count > 0;
        // a target "." says that the service is not there, and is no name (RFC 2782)
        var usable = answer.Records.OfType<SrvRecord>().Where(r => r.Port != 0 && DnsName.TryNormalize(r.Target.Value, out _));
        var order = SrvOrder.Pick(usable, MostTargets, random);
        var hosts = await Task.WhenAll(order.Select(r => dns.AddressesAsync(Target(r), answer.Additional)));
        for (var i = 0; i < order.Count; i++)
        {
            Add(transport, hosts[i], order[i].Port, answer.Seconds);
        }
    }

    private async Task AddHostAsync(SipTransport transport, string name, int port) =>
        Add(transport, await dns.AddressesAsync(name, []), port, int.MaxValue);

    private void Add(SipTransport transport, DnsAddresses host, int port, int seconds)
    {
        IsPartial |= !host.IsAnswered;
        foreach (var address in host.List)
        {
            var target = new SipTarget(transport, new IPEndPoint(address, port), wish.Host);
            if (targets.Count < MostTargets && !targets.Contains(target))
            {
                targets.Add(target);
                Seconds = Math.Min(Seconds, Math.Min(host.Seconds, seconds));
            }
        }
    }

    private async Task<DnsAnswer> AskAsync(string name, QueryType type)
    {
        var answer = await dns.AskAsync(name, type);
        IsPartial |= !answer.IsAnswered;
        return answer;
    }

    private static string Target(SrvRecord record) => DnsName.TryNormalize(record.Target.Value, out var name) ? name : "";
}
