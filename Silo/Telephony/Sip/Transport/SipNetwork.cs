using System.Collections.Concurrent;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Microsoft.Extensions.Logging;

namespace Dialer.Silo.Telephony.Sip;

/// <summary>
/// The SIP side of this process: one UDP socket and one TCP listener an address family, connections, and the loops that legs live
/// on. Shared by all trunks; its address and port stay the same as long as the process lives, so that another process can end
/// calls that this one leaves behind.
/// </summary>
internal sealed class SipNetwork : IAsyncDisposable
{
    private const int PortTries = 50;
    private const int MaxHosts = 1_000;

    /// <summary>What we say back of a stranger's request: more than a dozen proxies on the way write.</summary>
    private const int MaxEcho = 4 * 1024;

    private static readonly SipHeader[] Echoed = [SipHeader.Via, SipHeader.RecordRoute, SipHeader.From, SipHeader.To, SipHeader.CallId, SipHeader.CSeq];

    private readonly Lock gate = new();
    private readonly Dictionary<AddressFamily, SipSockets> sockets = [];
    private readonly ConcurrentDictionary<IPAddress, string> hosts = new();
    private readonly SipNetworkOptions options;
    private readonly TimeProvider clock;
    private readonly SipLoop[] loops;
    private readonly StreamUse use;
    private readonly StreamHops streams;
    private bool isClosed;

    public SipNetwork(SipNetworkOptions options, TimeProvider clock, ILogger<SipNetwork> logger)
    {
        (this.options, this.clock) = (options, clock);
        var count = options.Loops > 0 ? options.Loops : Environment.ProcessorCount;
        use = new StreamUse(Receive, Undelivered, options.Streams, logger);
        streams = new StreamHops(use);
        loops = [.. Enumerable.Range(0, count).Select(i => new SipLoop($"sip-legs-{i}", clock, Stranger, logger))];
    }

    public TimeProvider Clock => clock;

    /// <summary>The loop of a Call-ID. Legs of one call share it: what follows <c>+</c> tells them apart.</summary>
    public SipLoop LoopOf(string callId)
    {
        var plus = callId.AsSpan().IndexOfAny('+', '@');
        return loops[(uint)string.GetHashCode(callId.AsSpan(0, plus < 0 ? callId.Length : plus), StringComparison.Ordinal) % (uint)loops.Length];
    }

    /// <summary>The way to a target. Makes sockets when they are needed first; connects when something is sent first.</summary>
    /// <param name="target">Where to.</param>
    /// <param name="tls">How the far side is judged.</param>
    /// <param name="isLasting">A trunk's own target; false: an address that a far side named.</param>
    /// <exception cref="ArgumentException">The configured address or port cannot be used; the message says how to mend it.</exception>
    public SipHop HopTo(SipTarget target, TlsSettings? tls, bool isLasting = true)
    {
        var own = SocketsFor(target.Address.AddressFamily);
        var sentBy = string.Create(CultureInfo.InvariantCulture, $"{HostTowards(target.Address)}:{own.Port}");
        return target.Transport == SipTransport.Udp
            ? new UdpHop(own.Udp, target.Address, sentBy)
            : streams.Find(target, tls, sentBy, isLasting)
                ?? throw new ArgumentException("too many far sides have named addresses of their own");
    }

    /// <summary>Our address as the far side of this target sees it, for session descriptions.</summary>
    public IPAddress AddressTowards(IPEndPoint target) =>
        IPAddress.TryParse(HostTowards(target).Trim('[', ']'), out var address) ? address : UdpSocket.RouteTo(target) ?? Loopback(target.AddressFamily);

    public async ValueTask DisposeAsync()
    {
        SipSockets[] open;
        lock (gate)
        {
            isClosed = true;
            open = [.. sockets.Values];
        }

        // the threads that end here may be in the turn of a leg, and legs ask for ways
        foreach (var own in open)
        {
            own.Dispose();
        }

        await streams.DisposeAsync();
        foreach (var loop in loops)
        {
            loop.Dispose();
        }
    }

    /// <summary>
    /// A request that no user agent may take (RFC 3261 §8.2, RFC 4475 §3.1.2) is refused before it reaches a leg. Responses go on
    /// as they are: what is strange about them is often the work of a proxy, and legs know theirs by the branch. What belongs to
    /// nobody never reaches a loop: strangers take the time of the socket that they came over, and only their share of that.
    /// </summary>
    private bool Receive(SipMessage message)
    {
        var loop = LoopOf(message.CallId);
        var isKnown = loop.Knows(message.CallId);
        if (isKnown && message.Source is { IsKnown: false } source)
        {
            source.IsKnown = true;
        }

        if (!isKnown && message.Source?.Strangers?.TryTake() == false)
        {
            return false;
        }

        if (message.IsRequest && SipFault.Of(message) is { } fault)
        {
            Refuse(message, fault.Status, fault.Reason);
            return true;
        }

        if (isKnown)
        {
            return loop.Post(message);
        }

        Stranger(message);
        return true;
    }

    private void Undelivered(ISipParty party, ReadOnlyMemory<byte> message)
    {
        var loop = LoopOf(party.CallId);
        loop.Post(() =>
        {
            party.Undelivered(message);
            loop.Touched(party);
        });
    }

    /// <summary>A request that belongs to no leg: OPTIONS is answered, anything else is told that there is no such call.</summary>
    private void Stranger(SipMessage request)
    {
        if (!request.IsRequest)
        {
            return;
        }

        var (status, reason) = request.Method switch
        {
            SipMethods.Options => (200, "OK"),
            // nobody calls us: we call
            SipMethods.Invite when request.To?.Tag is null => (403, "Forbidden"),
            _ => (481, "Call/Transaction Does Not Exist"),
        };
        Refuse(request, status, reason);
    }

    /// <summary>Without a leg. Whoever wants much said back gets nothing: it is he who chooses where to.</summary>
    private static void Refuse(SipMessage request, int status, string reason)
    {
        if (request.Method != SipMethods.Ack && request.LengthOf(Echoed) <= MaxEcho)
        {
            request.Source?.Reply(request, LegWriter.Response(request, status, reason, toTag: "dialer"));
        }
    }

    private string HostTowards(IPEndPoint target)
    {
        if (options.Advertised is { } advertised)
        {
            return advertised;
        }

        if (hosts.TryGetValue(target.Address, out var known))
        {
            return known;
        }

        if (hosts.Count >= MaxHosts)
        {
            // far sides name what they like; what is asked for is soon known again
            hosts.Clear();
        }

        if (options.Address is { } own && own.AddressFamily == target.AddressFamily && !own.Equals(Any(own.AddressFamily)))
        {
            return hosts[target.Address] = Text(own);
        }

        // an address that leads nowhere would stay in what is made of it
        return UdpSocket.RouteTo(target) is { } route
            ? hosts[target.Address] = Text(route)
            : throw new ArgumentException($"there is no way to {target.Address} from this machine");
    }

    private SipSockets SocketsFor(AddressFamily family)
    {
        lock (gate)
        {
            ObjectDisposedException.ThrowIf(isClosed, this);
            if (!sockets.TryGetValue(family, out var own))
            {
                sockets.Add(family, own = Open(family));
                own.Start();
            }

            return own;
        }
    }

    private SipSockets Open(AddressFamily family)
    {
        var address = options.Address?.AddressFamily == family ? options.Address : Any(family);
        for (var i = 1; ; i++)
        {
            try
            {
                return new SipSockets(new IPEndPoint(address, options.Port), options.MaxConnections, use);
            }
            catch (SocketException) when (options.Port == 0 && i < PortTries)
            {
                // the port that UDP was given is not free for TCP
            }
            catch (SocketException e)
            {
                throw new ArgumentException(
                    $"SIP cannot listen on {new IPEndPoint(address, options.Port)}: {e.Message.TrimEnd('.')}. Set Dialer:Sip:Address and Dialer:Sip:Port to what is free here.", e);
            }
        }
    }

    private static IPAddress Any(AddressFamily family) => family == AddressFamily.InterNetworkV6 ? IPAddress.IPv6Any : IPAddress.Any;

    private static IPAddress Loopback(AddressFamily family) => family == AddressFamily.InterNetworkV6 ? IPAddress.IPv6Loopback : IPAddress.Loopback;

    private static string Text(IPAddress address) => address.AddressFamily == AddressFamily.InterNetworkV6 ? $"[{address}]" : address.ToString();

    /// <summary>To one address from the shared socket.</summary>
    private sealed class UdpHop(UdpSocket socket, IPEndPoint target, string sentBy) : SipHop
    {
        private readonly SocketAddress to = target.Serialize();

        public override SipTransport Transport => SipTransport.Udp;

        public override string SentBy => sentBy;

        public override string Name => target.ToString();

        public override bool Send(ReadOnlyMemory<byte> message, ISipParty? sender) => socket.Send(message.Span, to);
    }
}
