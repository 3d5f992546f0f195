using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Text;
using Dialer.Silo.Telephony.Sip;
using Microsoft.Extensions.Logging.Abstractions;

namespace Dialer.Tests.Sip;

/// <summary>The sockets and connections of one process, before strangers, far sides that name many addresses, and its own end.</summary>
public class SipNetworkTests
{
    private const string Call = "1-1@dialer.test";

    private static readonly SipTarget Somewhere = new(SipTransport.Udp, new IPEndPoint(IPAddress.Loopback, 9), "127.0.0.1");

    [Fact]
    public async Task NetworkThatEnds_DoesNotWaitForALegThatAsksForAWay()
    {
        var network = Network();
        using var isIn = new ManualResetEventSlim();
        using var isEnding = new ManualResetEventSlim();
        var party = await new TestParty(network.LoopOf(Call), Call).JoinAsync();
        party.OnMessage = _ =>
        {
            isIn.Set();
            isEnding.Wait();
            Assert.Throws<ObjectDisposedException>(() => network.HopTo(Somewhere, null));
        };
        using var peer = Peer();
        await peer.SendToAsync(TestParty.Request(Call), AddressOf(network));
        Assert.True(isIn.Wait(Until.Limit, TestContext.Current.CancellationToken));
        var end = Task.Run(async () => await network.DisposeAsync());
        await Task.Delay(200, TestContext.Current.CancellationToken);
        isEnding.Set();
        await end.WaitAsync(Until.Limit, TestContext.Current.CancellationToken);
    }

    [Fact]
    public async Task Strangers_HaveTheirShare_AndCallsDoNotWaitForThem()
    {
        await using var network = Network();
        var address = AddressOf(network);
        var party = await new TestParty(network.LoopOf(Call), Call).JoinAsync();
        using var peer = Peer();
        using var isFree = new ManualResetEventSlim();
        using var isIn = new ManualResetEventSlim();
        // the loop does nothing else meanwhile: strangers of the same loop are answered without it
        network.LoopOf(Call).Post(() =>
        {
            isIn.Set();
            isFree.Wait();
        });
        isIn.Wait(TestContext.Current.CancellationToken);
        await peer.SendToAsync(TestParty.Request(Call + "x", "OPTIONS"), address);
        Assert.StartsWith("SIP/2.0 200", await ReadAsync(peer), StringComparison.Ordinal);
        isFree.Set();

        var began = Stopwatch.GetTimestamp();
        for (var i = 0; i < 20_000; i++)
        {
            await peer.SendToAsync(TestParty.Request($"{i}@stranger", "OPTIONS"), address);
        }

        await Until.TrueAsync(
            async () =>
            {
                await peer.SendToAsync(TestParty.Request(Call), address);
                return party.Received > 0;
            },
            "a message of a call");
        await Task.Delay(500, TestContext.Current.CancellationToken);
        var answers = 0;
        for (; peer.Available > 0; answers++)
        {
            await ReadAsync(peer);
        }

        // 2,000 a second
        Assert.InRange(answers, 1, (int)(2_000 * (Stopwatch.GetElapsedTime(began).TotalSeconds + 0.2)));
        await peer.SendToAsync(TestParty.Request("again@stranger", "OPTIONS"), address);
        Assert.Contains("again@stranger", await ReadAsync(peer), StringComparison.Ordinal);
    }

    [Fact]
    public async Task StrangerWhoWantsMuchSaidBack_GetsNothing()
    {
        await using var network = Network();
        using var peer = Peer();
        var much = string.Concat(Enumerable.Range(0, 100).Select(i => $"Via: SIP/2.0/UDP 192.0.2.1;branch=z9hG4bK{new string('b', 50)}{i}\r\n"));
        await peer.SendToAsync(TestParty.Request("much@stranger", "OPTIONS", extra: much), AddressOf(network));
        await peer.SendToAsync(TestParty.Request("none@stranger", "OPTIONS", extra: much + "Require: x\r\n"), AddressOf(network));
        await peer.SendToAsync(TestParty.Request("little@stranger", "OPTIONS"), AddressOf(network));
        Assert.Contains("little@stranger", await ReadAsync(peer), StringComparison.Ordinal);
    }

    [Fact]
    public async Task LoopThatIsBusy_LosesNothingThatCameOverAConnection()
    {
        const int Count = 25_000;
        await using var network = Network();
        using var isFree = new ManualResetEventSlim();
        var party = await new TestParty(network.LoopOf(Call), Call).JoinAsync();
        network.LoopOf(Call).Post(isFree.Wait);
        using var client = await ConnectAsync(AddressOf(network));
        var sent = client.GetStream().WriteAsync((byte[])[.. Enumerable.Range(1, Count).SelectMany(i => TestParty.Request(Call, number: i))]).AsTask();
        // longer than it takes to fill what may wait
        await Task.Delay(1_000, TestContext.Current.CancellationToken);
        isFree.Set();
        await Until.TrueAsync(() => party.Received == Count, "all messages", instead: () => $"{party.Received}");
        await sent;
    }

    [Fact]
    public async Task ConnectionOfACall_StaysWhenThereIsNoRoom_AndAnIdleOneGoes()
    {
        await using var network = Network(o => o with { MaxConnections = 4, Streams = new() { Silence = TimeSpan.FromSeconds(1) } });
        var address = AddressOf(network);
        var party = await new TestParty(network.LoopOf(Call), Call).JoinAsync();
        using var first = await ConnectAsync(address);
        await first.GetStream().WriteAsync(TestParty.Request(Call));
        await Until.TrueAsync(() => party.Received == 1, "a message of a call");
        var others = new List<TcpClient>();
        for (var i = 0; i < 3; i++)
        {
            others.Add(await ConnectAsync(address));
            await others[i].GetStream().WriteAsync(TestParty.Request($"{i}@stranger", "OPTIONS"));
        }

        // they go on talking: what keeps a connection is a call
        for (var i = 0; i < 15; i++)
        {
            await Task.Delay(100, TestContext.Current.CancellationToken);
            foreach (var other in others)
            {
                await other.GetStream().WriteAsync(TestParty.Request($"{i}@stranger", "OPTIONS"));
            }
        }

        using var next = await ConnectAsync(address);
        await next.GetStream().WriteAsync(TestParty.Request("next@stranger", "OPTIONS"));
        Assert.StartsWith("SIP/2.0 200", await ReadAsync(next.Client), StringComparison.Ordinal);
        await first.GetStream().WriteAsync(TestParty.Request(Call, number: 2));
        await Until.TrueAsync(() => party.Received == 2, "another message of the call");
        others.ForEach(o => o.Dispose());
    }

    [Fact]
    public async Task ConnectionToANamedAddress_IsClosedWhenIdle_AndATrunksIsNot()
    {
        await using var network = Network(o => o with { Streams = new() { Idle = TimeSpan.FromMilliseconds(300) } });
        using var trunk = new TcpListener(IPAddress.Loopback, 0);
        using var named = new TcpListener(IPAddress.Loopback, 0);
        using var toTrunk = await OpenAsync(network, trunk, isLasting: true);
        using var toNamed = await OpenAsync(network, named, isLasting: false);
        Assert.Equal("", await ReadAsync(toNamed));
        Assert.Equal(0, toTrunk.Available);
        Assert.False(toTrunk.Poll(0, SelectMode.SelectRead));
    }

    [Fact]
    public async Task NamedAddresses_AreBounded_AndATrunksOwnIsNot()
    {
        await using var network = Network(o => o with { Streams = new() { Contacts = 2 } });
        var listeners = Enumerable.Range(0, 4).Select(_ => new TcpListener(IPAddress.Loopback, 0)).ToList();
        using var first = await OpenAsync(network, listeners[0], isLasting: false);
        using var second = await OpenAsync(network, listeners[1], isLasting: false);
        listeners[2].Start();
        var third = new SipTarget(SipTransport.Tcp, (IPEndPoint)listeners[2].LocalEndpoint, "127.0.0.1");
        Assert.Throws<ArgumentException>(() => network.HopTo(third, null, isLasting: false));
        using var own = await OpenAsync(network, listeners[3], isLasting: true);
        listeners.ForEach(l => l.Dispose());
    }

    [Fact]
    public async Task ConnectionOfAWayThatIsNotSharedAnyMore_EndsWithTheNetwork()
    {
        var network = Network(o => o with { Streams = new() { Contacts = 1 } });
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        var held = network.HopTo(new SipTarget(SipTransport.Tcp, (IPEndPoint)listener.LocalEndpoint, "127.0.0.1"), null);
        network.HopTo(new SipTarget(SipTransport.Tcp, new IPEndPoint(IPAddress.Loopback, 9), "127.0.0.1"), null);
        Assert.True(held.Send(TestParty.Request(Call), null));
        using var line = await listener.AcceptSocketAsync(TestContext.Current.CancellationToken);
        Assert.StartsWith("INFO", await ReadAsync(line), StringComparison.Ordinal);
        await network.DisposeAsync();
        Assert.Equal("", await ReadAsync(line));
        Assert.False(held.Send(TestParty.Request(Call), null));
    }

    private static SipNetwork Network(Func<SipNetworkOptions, SipNetworkOptions>? change = null)
    {
        var options = new SipNetworkOptions { Address = IPAddress.Loopback, Loops = 1 };
        return new SipNetwork(change?.Invoke(options) ?? options, TimeProvider.System, NullLogger<SipNetwork>.Instance);
    }

    private static IPEndPoint AddressOf(SipNetwork network) => IPEndPoint.Parse(network.HopTo(Somewhere, null).SentBy);

    private static Socket Peer()
    {
        var peer = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp) { ReceiveBufferSize = 8 << 20 };
        peer.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        return peer;
    }

    private static async Task<TcpClient> ConnectAsync(IPEndPoint to)
    {
        var client = new TcpClient();
        await client.ConnectAsync(to);
        return client;
    }

    /// <summary>The far side's end of a connection over which a message was sent.</summary>
    private static async Task<Socket> OpenAsync(SipNetwork network, TcpListener listener, bool isLasting)
    {
        listener.Start();
        var hop = network.HopTo(new SipTarget(SipTransport.Tcp, (IPEndPoint)listener.LocalEndpoint, "127.0.0.1"), null, isLasting);
        Assert.True(hop.Send(TestParty.Request(Call), null));
        var line = await listener.AcceptSocketAsync(TestContext.Current.CancellationToken);
        Assert.StartsWith("INFO", await ReadAsync(line), StringComparison.Ordinal);
        return line;
    }

    /// <summary>What comes next; empty = it was closed.</summary>
    private static async Task<string> ReadAsync(Socket socket)
    {
        var buffer = new byte[65_535];
        try
        {
            var length = await socket.ReceiveAsync(buffer).WaitAsync(Until.Limit, TestContext.Current.CancellationToken);
            return Encoding.ASCII.GetString(buffer, 0, length);
        }
        catch (SocketException e) when (e.SocketErrorCode == SocketError.ConnectionReset)
        {
            return "";
        }
    }
}
