using System.Net;
using DnsClient;

namespace Dialer.Silo.Telephony.Sip;

/// <summary>
/// The name servers, asked one after the other as resolv.conf has it: the next one when a server is silent or at a loss. Only a
/// server's word, "here it is" or "there is none", counts as an answer. The library's own ways through several servers are not used:
/// it would ask all of them after a plain "no such name", and it repeats within 15 s a server.
/// </summary>
internal sealed class DnsServers(IReadOnlyList<IPEndPoint>? given, TimeSpan limit)
{
    /// <summary>As many as are tried; resolv.conf takes 3.</summary>
    private const int MostServers = 4;

    /// <summary>What fits in one packet everywhere; longer answers come over TCP.</summary>
    private const int LargestDatagram = 1_232;

    /// <summary>How often the system's list is read anew.</summary>
    private const long ListGoodForMs = 60_000;

    private readonly LookupClient client = new(new LookupClientOptions { AutoResolveNameServers = false, UseCache = false });
    private readonly NameServer[]? fixedList = given?.Take(MostServers).Select(e => new NameServer(e)).ToArray();
    private volatile Named? named;
    private volatile int preferred;

    /// <summary>No server is known: every question stays without an answer.</summary>
    public bool IsEmpty => Servers().Length == 0;

    /// <summary>Null = nobody answered. A name that does not exist is an answer without records.</summary>
    public async Task<IDnsQueryResponse?> AskAsync(string name, QueryType type, CancellationToken cancel)
    {
        var servers = Servers();
        var question = new DnsQuestion(name + ".", type);
        var attempts = Math.Max(2, servers.Length);
        var first = preferred;
        var isExtended = true;
        for (var attempt = 0; attempt < attempts && servers.Length > 0 && !cancel.IsCancellationRequested; attempt++)
        {
            var index = (first + attempt) % servers.Length;
            var response = await TryAsync(servers[index], question, isExtended, limit / attempts, cancel);
            switch (response?.Header.ResponseCode)
            {
                case DnsHeaderResponseCode.NoError or DnsHeaderResponseCode.NotExistentDomain when IsTo(question, response):
                    preferred = index;
                    return response;
                case DnsHeaderResponseCode.FormatError or DnsHeaderResponseCode.NotImplemented:
                    // old servers refuse EDNS so (RFC 6891 §7); the library does not ask again without
                    isExtended = false;
                    break;
                default:
                    break;
            }
        }

        return null;
    }

    /// <summary>Null = no answer in time, or nonsense.</summary>
    private async Task<IDnsQueryResponse?> TryAsync(NameServer server, DnsQuestion question, bool isExtended, TimeSpan wait, CancellationToken cancel)
    {
        var options = new DnsQueryOptions
        {
            UseCache = false,
            Retries = 0,
            Timeout = wait,
            ContinueOnDnsError = false,
            ContinueOnEmptyResponse = false,
            ExtendedDnsBufferSize = isExtended ? LargestDatagram : DnsQueryOptions.MinimumBufferSize,
        };
        try
        {
            return await client.QueryServerAsync([server], question, options, cancel);
        }
        catch (Exception)
        {
            // timeouts, cancellation, socket errors, and whatever the parser throws at a broken answer: ArgumentException among others
            return null;
        }
    }

    /// <summary>The library looks at the number of a response only.</summary>
    private static bool IsTo(DnsQuestion question, IDnsQueryResponse response) =>
        response.Questions is [var one] && one.QuestionType == question.QuestionType
        && one.QueryName.Original.Equals(question.QueryName.Value, StringComparison.OrdinalIgnoreCase);

    private NameServer[] Servers()
    {
        if (fixedList is not null)
        {
            return fixedList;
        }

        var now = Environment.TickCount64;
        if (named is not { } list || now - list.At > ListGoodForMs)
        {
            named = list = new([.. OfSystem().Take(MostServers)], now);
        }

        return list.Servers;
    }

    /// <summary>
    /// Without the library's fallback to public servers, which <see cref="NameServer.ResolveNameServers"/> takes unless told. It looks
    /// at interfaces other than loopback only, so that resolv.conf is read when there are none.
    /// </summary>
    private static IReadOnlyCollection<NameServer> OfSystem()
    {
        try
        {
            if (NameServer.ResolveNameServers(skipIPv6SiteLocal: true, fallbackToGooglePublicDns: false) is { Count: > 0 } found)
            {
                return found;
            }
        }
        catch (Exception)
        {
            // no right to list interfaces, or only 0.0.0.0 named
        }

        try
        {
            return NameServer.ResolveNameServersNative();
        }
        catch (Exception)
        {
            return [];
        }
    }

    private sealed record Named(NameServer[] Servers, long At);
}
