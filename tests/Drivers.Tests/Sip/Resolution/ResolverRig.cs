using System.Net;
using System.Net.Sockets;
using Dialer.Silo.Telephony.Sip;

namespace Dialer.Tests.Sip;

/// <summary>A resolver and the name server that it asks. The system's resolver is asked by no test but those that say so.</summary>
internal sealed class ResolverRig : IDisposable
{
    public DnsServer Dns { get; } = new();

    public SipResolverOptions Options { get; set; }

    public ResolverRig() => Options = new()
    {
        NameServers = [Dns.Address],
        Limit = TimeSpan.FromSeconds(20),
        Random = new Random(1),
        SystemLookup = (_, _) => throw new SocketException((int)SocketError.HostNotFound),
    };

    public async Task<SipTargets> ResolveAsync(string uri, SipTransport? transport = null)
    {
        if (!SipUri.TryParse(uri, out var parsed))
        {
            // a host that no message can hold, as an operator may type it
            parsed = new SipUri { Scheme = "sip", Host = uri[(uri.AsSpan().IndexOfAny('@', ':') + 1)..].Split('@')[^1] };
        }

        var found = await new SipResolver(Options).ResolveAsync(parsed, transport, CancellationToken.None);
        Assert.Equal(found.List.Count == 0, found.Fault is not null);
        Assert.True(found.List.Count <= 16, $"{found.List.Count} targets");
        Assert.All(found.List, t => Assert.Equal(parsed.Host, t.HostName));
        return found;
    }

    /// <summary>The targets as text: <c>UDP 192.0.2.1:5060</c>.</summary>
    public async Task<string> TargetsAsync(string uri, SipTransport? transport = null)
    {
        var found = await ResolveAsync(uri, transport);
        return found.Fault ?? string.Join(", ", found.List.Select(t => $"{t.Transport.ViaToken()} {t.Address}"));
    }

    /// <summary>Answers of the system's resolver by name; others it does not know.</summary>
    public void System(string name, params string[] addresses) => Options = Options with
    {
        SystemLookup = (asked, _) => asked == name
            ? Task.FromResult(addresses.Select(IPAddress.Parse).ToArray())
            : throw new SocketException((int)SocketError.HostNotFound),
    };

    public void Dispose() => Dns.Dispose();
}
