using System.Net;
using Dialer.Calls;
using Dialer.Silo.Telephony.Sip;

namespace Dialer.Tests.Sip;

/// <summary>Our TCP listener before peers that are broken, slow or hostile (RFC 3261 §18.3, RFC 5626 §3.5.1): calls go on.</summary>
public class ListenerTests
{
    private static readonly StreamLimits Short = new() { Message = TimeSpan.FromSeconds(1), Silence = TimeSpan.FromSeconds(2) };

    [Fact]
    public async Task MessagesInOneSegment_AreAllAnswered()
    {
        await using var rig = await ListenerRig.StartAsync();
        using var peer = await RawStream.ConnectAsync(rig.Address);
        await peer.SendAsync(string.Concat(Enumerable.Range(0, 30).Select(i => RawStream.Options(i))));
        var answers = await peer.UntilAsync("Content-Length: 0\r\n\r\n", 30);
        Assert.All(Enumerable.Range(0, 30), i => Assert.Contains($"Call-ID: options-{i}@peer", answers, StringComparison.Ordinal));
        Assert.Equal(31, answers.Split("SIP/2.0 200 OK").Length);
    }

    [Fact]
    public async Task MessageSplitAtEveryByte_IsReadEachTime()
    {
        await using var rig = await ListenerRig.StartAsync();
        using var peer = await RawStream.ConnectAsync(rig.Address);
        var length = RawStream.Options(100).Length;
        for (var i = 1; i < length; i++)
        {
            var text = RawStream.Options(100 + i);
            await peer.SendAsync(text[..i]);
            await Task.Delay(1, TestContext.Current.CancellationToken);
            await peer.SendAsync(text[i..]);
            Assert.Contains($"options-{100 + i}@peer", await peer.UntilAsync("Content-Length: 0\r\n\r\n"), StringComparison.Ordinal);
        }

        foreach (var letter in RawStream.Options(99))
        {
            await peer.SendAsync($"{letter}");
        }

        Assert.Contains("options-99@peer", await peer.UntilAsync("Content-Length: 0\r\n\r\n"), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("\r\n\r\n")]
    [InlineData("\r|\n\r\n")]
    [InlineData("\r\n|\r\n")]
    [InlineData("\r\n\r|\n")]
    [InlineData("\r|\n|\r|\n")]
    public async Task KeepAlive_InAnySegments_IsAnsweredByOneLineEnd(string segments)
    {
        await using var rig = await ListenerRig.StartAsync();
        using var peer = await RawStream.ConnectAsync(rig.Address);
        for (var i = 0; i < 3; i++)
        {
            foreach (var segment in segments.Split('|'))
            {
                await peer.SendAsync(segment);
                await Task.Delay(30, TestContext.Current.CancellationToken);
            }

            Assert.Equal("\r\n", await peer.UntilAsync("\r\n"));
        }

        await peer.SendAsync("\r\n" + RawStream.Options(1));
        Assert.StartsWith("SIP/2.0 200 OK", await peer.UntilAsync("Content-Length: 0\r\n\r\n"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task WhatCannotBeRead_ClosesItsConnection_AndNoOther()
    {
        await using var rig = await ListenerRig.StartAsync();
        using var good = await RawStream.ConnectAsync(rig.Address);
        string[] bad =
        [
            "GET / HTTP/1.1\r\nHost: x\r\n\r\n",
            "HELLO\r\nContent-Length: 0\r\n\r\n",
            RawStream.Options(1).Replace("Content-Length: 4", "Content-Length: 70000", StringComparison.Ordinal),
            RawStream.Options(2).Replace("Content-Length: 4", "Content-Length: -4", StringComparison.Ordinal),
            RawStream.Options(3).Replace("Content-Length: 4", "Content-Length: 4\r\nContent-Length: 3", StringComparison.Ordinal),
            RawStream.Options(4).Replace("Max-Forwards: 70", "X: " + new string('x', 17_000), StringComparison.Ordinal),
            "OPTIONS sip:a@b SIP/2.0\r\n" + string.Concat(Enumerable.Repeat("X-Long: " + new string('x', 1_000) + "\r\n", 80)),
            new string('x', 90_000),
            new string('\n', 20_000),
        ];
        foreach (var text in bad)
        {
            using var peer = await RawStream.ConnectAsync(rig.Address);
            await peer.TrySendAsync(text);
            await peer.ClosesAsync(text[..Math.Min(40, text.Length)]);
        }

        var random = new Random(7);
        for (var i = 0; i < 20; i++)
        {
            // half a message and then the end, and noise: nobody waits for more
            using var half = await RawStream.ConnectAsync(rig.Address);
            await half.SendAsync(RawStream.Options(50)[..random.Next(1, RawStream.Options(50).Length)]);
            using var noise = await RawStream.ConnectAsync(rig.Address);
            var bytes = new byte[2_000];
            random.NextBytes(bytes);
            await noise.SendAsync(bytes);
        }

        await good.SendAsync(RawStream.Options(9));
        Assert.Contains("options-9@peer", await good.UntilAsync("Content-Length: 0\r\n\r\n"), StringComparison.Ordinal);
        Assert.Contains("options-10@peer", await AnswerAsync(rig, 10), StringComparison.Ordinal);
    }

    [Fact]
    public async Task PeerThatTricklesBytes_OrNeverSpeaks_IsClosedInTime()
    {
        await using var rig = await ListenerRig.StartAsync(o => o with { Streams = Short });
        using var silent = await RawStream.ConnectAsync(rig.Address);
        using var slow = await RawStream.ConnectAsync(rig.Address);
        var text = RawStream.Options(1);
        var sent = 0;
        while (sent < text.Length && await slow.TrySendAsync($"{text[sent]}"))
        {
            sent++;
            await Task.Delay(50, TestContext.Current.CancellationToken);
        }

        // a second of it, however evenly it comes
        Assert.InRange(sent, 2, 100);
        await silent.ClosesAsync("it never said anything");
    }

    [Fact]
    public async Task ConnectionsBeyondTheLimit_AreClosed_UntilThereIsRoom_AndCallsGoOn()
    {
        await using var rig = await ListenerRig.StartAsync(o => o with { MaxConnections = 8, Streams = Short with { Silence = TimeSpan.FromSeconds(3) } });
        var held = new List<RawStream>();
        for (var i = 0; i < 8; i++)
        {
            held.Add(await RawStream.ConnectAsync(rig.Address));
            await held[i].SendAsync(RawStream.Options(i));
            await held[i].UntilAsync("Content-Length: 0\r\n\r\n");
        }

        for (var i = 0; i < 50; i++)
        {
            using var surplus = await RawStream.ConnectAsync(rig.Address);
            await surplus.ClosesAsync("there is no room");
        }

        Assert.Equal(CallClass.Answered, (await rig.Calls.CallAsync(79_001_000_010)).Class);

        // those that said nothing for long make room for one that does
        await Until.TrueAsync(async () => (await AnswerAsync(rig, 99)).Length > 0, "a connection that is answered");
        held.ForEach(h => h.Dispose());
        await Until.TrueAsync(async () => (await AnswerAsync(rig, 100)).Length > 0, "a connection that is answered");
    }

    [Fact]
    public async Task OneAddress_HoldsOnlyItsShareOfTheConnections()
    {
        await using var rig = await ListenerRig.StartAsync(o => o with { Streams = new() { PerAddress = 3 } });
        var held = new List<RawStream>();
        for (var i = 0; i < 3; i++)
        {
            held.Add(await RawStream.ConnectAsync(rig.Address));
            await held[i].SendAsync(RawStream.Options(i));
            await held[i].UntilAsync("Content-Length: 0\r\n\r\n");
        }

        using var surplus = await RawStream.ConnectAsync(rig.Address);
        await surplus.ClosesAsync("its address has enough");
        using var other = await RawStream.ConnectAsync(rig.Address, IPAddress.Parse("127.0.0.2"));
        await other.SendAsync(RawStream.Options(9));
        Assert.Contains("options-9@peer", await other.UntilAsync("Content-Length: 0\r\n\r\n"), StringComparison.Ordinal);
        held.ForEach(h => h.Dispose());
        await Until.TrueAsync(async () => (await AnswerAsync(rig, 100)).Length > 0, "a connection that is answered");
    }

    [Fact]
    public async Task PeerThatAsksAndDoesNotRead_IsClosed_BeforeItHoldsMuch()
    {
        // so long that it cannot be what ends it
        await using var rig = await ListenerRig.StartAsync(o => o with { Streams = new() { Message = TimeSpan.FromMinutes(5) } });
        using var peer = await RawStream.ConnectAsync(rig.Address, receiveBytes: 8_192);
        var ask = string.Concat(Enumerable.Range(0, 10).Select(i => RawStream.Options(i, $"Record-Route: <sip:{new string('r', 3_500)}@192.0.2.1>\r\n")));
        var sent = 0L;
        while (await peer.TrySendAsync(ask))
        {
            // what the system's own buffers hold, and little more
            Assert.InRange(sent += ask.Length, 0, 40_000_000);
        }

        Assert.Contains("options-7@peer", await AnswerAsync(rig, 7), StringComparison.Ordinal);
    }

    [Fact]
    public async Task StrangerWithManyHeaders_IsClosed()
    {
        await using var rig = await ListenerRig.StartAsync();
        using var peer = await RawStream.ConnectAsync(rig.Address);
        await peer.TrySendAsync(RawStream.Options(1, string.Concat(Enumerable.Repeat($"X: {new string('x', 1_000)}\r\n", 20))));
        await peer.ClosesAsync("its headers are too long for one whom nobody knows");
    }

    /// <summary>The answer to an OPTIONS on a new connection; empty when that is closed.</summary>
    private static async Task<string> AnswerAsync(ListenerRig rig, int number)
    {
        using var peer = await RawStream.ConnectAsync(rig.Address);
        if (!await peer.TrySendAsync(RawStream.Options(number)))
        {
            return "";
        }

        return await peer.TryReadAsync();
    }

    /// <summary>Our side with a trunk over UDP.</summary>
    private sealed class ListenerRig(SippServer sipp, TrunkCalls calls, IPEndPoint address) : IAsyncDisposable
    {
        public TrunkCalls Calls => calls;

        public IPEndPoint Address => address;

        public static async Task<ListenerRig> StartAsync(Func<SipNetworkOptions, SipNetworkOptions>? change = null)
        {
            var options = new SipNetworkOptions { Address = IPAddress.Loopback };
            var sipp = await SippServer.StartAsync("uas-matrix.xml", 10);
            var calls = new TrunkCalls(sipp.Address, options: change?.Invoke(options) ?? options);
            var line = await calls.Driver.LineAsync(TestContext.Current.CancellationToken);
            return new ListenerRig(sipp, calls, IPEndPoint.Parse(line!.Split(' ')[0]));
        }

        public async ValueTask DisposeAsync()
        {
            await calls.DisposeAsync();
            await sipp.DisposeAsync();
        }
    }
}
