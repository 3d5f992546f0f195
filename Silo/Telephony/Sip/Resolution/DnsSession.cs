using System.Net;
using System.Net.Sockets;
using DnsClient;
using DnsClient.Protocol;

namespace Dialer.Silo.Telephony.Sip;

/// <summary>
/// The questions of one resolution. Each is asked once, whoever needs its answer, and may be asked ahead of the need. No task of it
/// fails: what DNS does not answer is a value.
/// </summary>
internal sealed class DnsSession(DnsServers servers, CancellationToken cancel)
{
    /// <summary>CNAMEs followed for one question.</summary>
    private const int MostAliases = 8;

    /// <summary>Addresses of one name.</summary>
    private const int MostAddresses = 16;

    private readonly Dictionary<(string Name, QueryType Type), Task<DnsAnswer>> asked = [];
    private readonly Lock gate = new();

    /// <param name="name">As <see cref="DnsName"/> has it. One that is too long with its service before it does not exist.</param>
    public Task<DnsAnswer> AskAsync(string name, QueryType type)
    {
        if (!DnsName.TryNormalize(name, out _))
        {
            return Task.FromResult(DnsAnswer.Nothing);
        }

        lock (gate)
        {
            if (!asked.TryGetValue((name, type), out var answer))
            {
                asked[(name, type)] = answer = FollowAsync(name, type);
            }

            return answer;
        }
    }

    /// <summary>
    /// IPv4 first, then IPv6. RFC 3263 leaves the order open; carriers are reached over IPv4, and a host without an IPv6 route would
    /// pay for each IPv6 address with a transaction's timeout before it came to one that works.
    /// </summary>
    /// <param name="known">Addresses that came with the answer that named this host: they save the question.</param>
    public async Task<DnsAddresses> AddressesAsync(string name, IReadOnlyList<AddressRecord> known)
    {
        var given = known.Where(r => DnsAnswer.Owner(r) == name).ToList();
        if (given.Count > 0)
        {
            return new(InOrder(given.Select(r => r.Address)), given.Min(DnsAnswer.SecondsOf), true);
        }

        var (v4, v6) = (AskAsync(name, QueryType.A), AskAsync(name, QueryType.AAAA));
        var both = await Task.WhenAll(v4, v6);
        return new(
            InOrder(both.SelectMany(a => a.Records).Cast<AddressRecord>().Select(r => r.Address)),
            both.Min(a => a.Seconds),
            both.All(a => a.IsAnswered));
    }

    /// <summary>What a request can be sent to. Filters put 0.0.0.0 and :: for names that they block.</summary>
    public static IReadOnlyList<IPAddress> InOrder(IEnumerable<IPAddress> addresses) =>
        [
            .. addresses
                .Where(a => !a.Equals(IPAddress.Any) && !a.Equals(IPAddress.IPv6Any) && !a.Equals(IPAddress.Broadcast) && !IsMulticast(a))
                .Distinct()
                .OrderBy(a => a.AddressFamily == AddressFamily.InterNetwork ? 0 : 1)
                .Take(MostAddresses),
        ];

    private static bool IsMulticast(IPAddress address) =>
        address.AddressFamily == AddressFamily.InterNetwork ? address.GetAddressBytes()[0] is >= 224 and < 240 : address.IsIPv6Multicast;

    private async Task<DnsAnswer> FollowAsync(string name, QueryType type)
    {
        // off the caller's lock
        await Task.Yield();
        var seen = new HashSet<string>(StringComparer.Ordinal) { name };
        var seconds = int.MaxValue;
        while (await servers.AskAsync(name, type, cancel) is { } response)
        {
            var start = name;
            var records = response.Answers.ToLookup(DnsAnswer.Owner);
            // the owners decide: a record that the chain from the question does not lead to was not asked for
            while (!records[name].Any(r => (int)r.RecordType == (int)type))
            {
                if (records[name].OfType<CNameRecord>().FirstOrDefault() is not { } alias)
                {
                    break;
                }

                seconds = Math.Min(seconds, DnsAnswer.SecondsOf(alias));
                if (!DnsName.TryNormalize(alias.CanonicalName.Value, out name) || !seen.Add(name) || seen.Count > MostAliases + 1)
                {
                    return DnsAnswer.Nothing;
                }
            }

            var found = records[name].Where(r => (int)r.RecordType == (int)type).ToList();
            if (found.Count > 0)
            {
                var additional = response.Additionals.OfType<AddressRecord>().ToList();
                return new(found, additional, Math.Min(seconds, found.Min(DnsAnswer.SecondsOf)), true);
            }

            if (name == start)
            {
                return DnsAnswer.Nothing;
            }
        }

        return DnsAnswer.Silence;
    }
}
