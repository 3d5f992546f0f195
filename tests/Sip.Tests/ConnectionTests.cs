using System.Collections.Concurrent;
using System.Net;
using Dialer.Calls;
using Dialer.Grains.Calls;
using Dialer.Silo.Telephony.Sip;

namespace Dialer.Tests.Sip;

/// <summary>Our connections to a trunk over TCP: they end between calls and within them, and are made anew.</summary>
public class ConnectionTests
{
    private const long Phone = 79_002_000_001;

    [Fact]
    public async Task FarSideClosesBetweenCalls_TheNextCallConnectsAnew()
    {
        using var callee = new StreamCallee();
        await using var calls = Trunk(callee);
        for (var i = 0; i < 3; i++)
        {
            var id = await calls.DialAsync(Phone);
            using (var line = await callee.AcceptAsync())
            {
                await line.SayAsync(StreamCallee.Response(await line.NextAsync("INVITE"), 486));
                await line.NextAsync("ACK");
                await line.CloseAsync();
            }

            Assert.Equal((CallClass.Busy, 486), await EndAsync(calls, id));
        }
    }

    [Fact]
    public async Task FarSideClosesWithinACall_ItsByeComesToOurListener_AndEndsTheCall()
    {
        using var callee = new StreamCallee();
        await using var calls = Trunk(callee);
        var id = await calls.DialAsync(Phone, talk: TimeSpan.FromMinutes(1));
        var invite = await AnswerAndCloseAsync(callee);
        await calls.Sink.AnsweredAsync(id, "the answer");

        var contact = SipNameAddr.Parse(invite.First(SipHeader.Contact))!.Uri;
        Assert.True(SipUri.TryParse(contact, out var uri));
        using var back = await StreamCallee.ConnectAsync(new IPEndPoint(IPAddress.Parse(uri.Host), uri.Port));
        await back.SayAsync(
            $"BYE {contact} SIP/2.0\r\nVia: SIP/2.0/TCP {callee.Address};branch=z9hG4bKb\r\nMax-Forwards: 70\r\nFrom: {invite.First(SipHeader.To)};tag=callee\r\n"
            + $"To: {invite.First(SipHeader.From)}\r\nCall-ID: {invite.CallId}\r\nCSeq: 1 BYE\r\nContent-Length: 0\r\n\r\n");
        Assert.Equal(200, (await back.NextAsync())!.Status);
        var end = await calls.Sink.EndedAsync(id, "the far end's BYE");
        Assert.Equal((CallClass.Answered, EndedBy.Callee), (end.Class, end.By));
    }

    [Fact]
    public async Task FarSideClosesWithinACall_OurByeGoesOverANewConnection()
    {
        using var callee = new StreamCallee();
        await using var calls = Trunk(callee);
        var id = await calls.DialAsync(Phone, talk: TimeSpan.FromMinutes(1));
        await AnswerAndCloseAsync(callee);
        await calls.Sink.AnsweredAsync(id, "the answer");

        await calls.Driver.HangUpAsync(id, HangUpReason.Stop, TestContext.Current.CancellationToken);
        using var line = await callee.AcceptAsync();
        await line.SayAsync(StreamCallee.Response(await line.NextAsync("BYE"), 200));
        var end = await calls.Sink.EndedAsync(id, "our BYE");
        Assert.Equal((CallClass.Answered, EndedBy.Ourselves), (end.Class, end.By));
    }

    [Fact]
    public async Task ConnectionThatTakesOurByeWithIt_TheByeGoesOverANewOne()
    {
        using var callee = new StreamCallee();
        await using var calls = Trunk(callee);
        var id = await calls.DialAsync(Phone, talk: TimeSpan.FromMinutes(1));
        using (var line = await callee.AcceptAsync())
        {
            var invite = await line.NextAsync("INVITE");
            await line.SayAsync(StreamCallee.Response(invite, 200, $"Contact: <sip:callee@{callee.Address};transport=tcp>\r\n"));
            await line.NextAsync("ACK");
            await calls.Driver.HangUpAsync(id, HangUpReason.Stop, TestContext.Current.CancellationToken);
            await line.NextAsync("BYE");
        }

        using var other = await callee.AcceptAsync();
        await other.SayAsync(StreamCallee.Response(await other.NextAsync("BYE"), 200));
        Assert.Equal((CallClass.Answered, 200), await EndAsync(calls, id));
    }

    [Fact]
    public async Task ConnectionThatTakesOurCancelWithIt_TheCancelGoesOverANewOne()
    {
        using var callee = new StreamCallee();
        await using var calls = Trunk(callee);
        var id = await calls.DialAsync(Phone);
        SipMessage invite;
        using (var line = await callee.AcceptAsync())
        {
            invite = await line.NextAsync("INVITE");
            await line.SayAsync(StreamCallee.Response(invite, 180));
            await calls.Sink.RingingAsync(id, "the ringing");
            await calls.Driver.HangUpAsync(id, HangUpReason.Stop, TestContext.Current.CancellationToken);
            await line.NextAsync("CANCEL");
        }

        using var other = await callee.AcceptAsync();
        await other.SayAsync(StreamCallee.Response(await other.NextAsync("CANCEL"), 200));
        await other.SayAsync(StreamCallee.Response(invite, 487));
        await other.NextAsync("ACK");
        Assert.Equal((CallClass.Cancelled, 487), await EndAsync(calls, id));
    }

    [Fact]
    public async Task FarSideClosesWithoutAnAnswer_TheCallIsTechnical_AndNotSentAgain_I2()
    {
        using var callee = new StreamCallee();
        await using var calls = Trunk(callee);
        var id = await calls.DialAsync(Phone);
        using (var line = await callee.AcceptAsync())
        {
            await line.NextAsync("INVITE");
            await line.CloseAsync();
        }

        Assert.Equal((CallClass.Technical, 0), await EndAsync(calls, id));
        var next = await calls.DialAsync(Phone);
        using var other = await callee.AcceptAsync();
        var invite = await other.NextAsync("INVITE");
        Assert.StartsWith($"{next}@", invite.CallId, StringComparison.Ordinal);
        await other.SayAsync(StreamCallee.Response(invite, 486));
        Assert.Equal((CallClass.Busy, 486), await EndAsync(calls, next));
    }

    [Fact]
    public async Task ConnectionsThatEndAtAnyMoment_NeverBringACallTwice_I2()
    {
        const int Count = 300;
        using var callee = new StreamCallee();
        await using var calls = Trunk(callee);
        var seen = new ConcurrentQueue<string>();
        using var over = new CancellationTokenSource();
        var server = RefuseAndCloseAsync(callee, seen, over.Token);
        var ids = new List<TryId>();
        for (var i = 0; i < Count; i++)
        {
            ids.Add(await calls.DialAsync(Phone));
            await Task.Delay(i % 10 == 0 ? 10 : 0, TestContext.Current.CancellationToken);
        }

        await calls.Sink.EndsAsync(Count, "all calls");
        calls.Sink.CheckLaws();
        await over.CancelAsync();
        await server;

        Assert.Equal(seen.Count, seen.Distinct().Count());
        var ends = ids.Select(id => (CallEnded)calls.Sink.Of(id)[^1]).ToList();
        Assert.All(ends, e => Assert.True(e.Cause.SipCode is 486 or 0, $"{e}"));
        Assert.All(ends.Where(e => e.Cause.SipCode == 486), e => Assert.Contains($"{e.Try}@dialer.test", seen));
        Assert.Contains(ends, e => e.Class == CallClass.Busy);

        // what never left is said at once, and truly never came
        var unsent = ends.Where(e => e.Cause.Text == "the trunk cannot be reached").Select(e => $"{e.Try}@dialer.test");
        Assert.Empty(unsent.Intersect(seen));
    }

    [Fact]
    public async Task FarSideReadsNoMore_WhatStillWaitsForItIsGivenUp_AndNeverComesLate_I2()
    {
        // more than what two sockets hold
        const int Count = 8_000;
        using var callee = new StreamCallee(receiveBytes: 8_192);
        var options = new SipNetworkOptions { Address = IPAddress.Loopback, Streams = new() { Message = TimeSpan.FromSeconds(1) } };
        await using var calls = new TrunkCalls(callee.Address, t => t with { Transport = SipTransport.Tcp, ProvisionalLimit = TimeSpan.FromMinutes(2) }, options: options);
        for (var i = 0; i < Count; i++)
        {
            await calls.DialAsync(Phone);
        }

        using var line = await callee.AcceptAsync();
        await Until.TrueAsync(() => calls.Sink.Ends > 0, "calls that are given up");
        var came = new HashSet<string>();
        while (await line.NextAsync() is { } invite)
        {
            came.Add(invite.CallId);
        }

        var unsent = Enumerable.Range(1, Count).Select(i => new TryId(new JobId(i), 1))
            .Where(id => calls.Sink.Of(id) is [.., CallEnded { Cause.Text: "the trunk cannot be reached" }])
            .Select(id => $"{id}@dialer.test").ToList();
        Assert.NotEmpty(came);
        Assert.NotEmpty(unsent);
        Assert.Empty(unsent.Intersect(came));
    }

    private static TrunkCalls Trunk(StreamCallee callee) =>
        new(callee.Address, t => t with { Transport = SipTransport.Tcp, ProvisionalLimit = TimeSpan.FromSeconds(2) });

    private static async Task<(CallClass Class, int Status)> EndAsync(TrunkCalls calls, TryId id)
    {
        var end = await calls.Sink.EndedAsync(id, "the end");
        return (end.Class, end.Cause.SipCode);
    }

    /// <summary>Refuses a few calls over each connection, and ends it in the middle of whatever comes then.</summary>
    private static async Task RefuseAndCloseAsync(StreamCallee callee, ConcurrentQueue<string> seen, CancellationToken over)
    {
        var random = new Random(3);
        while (!over.IsCancellationRequested)
        {
            try
            {
                using var line = await callee.AcceptAsync(over);
                var left = random.Next(1, 12);
                while (left > 0 && await line.NextAsync(over) is { } message)
                {
                    if (message.Method == SipMethods.Invite)
                    {
                        left--;
                        seen.Enqueue(message.CallId);
                        await line.SayAsync(StreamCallee.Response(message, 486));
                    }
                }
            }
            catch (Exception e) when (e is OperationCanceledException or IOException)
            {
                // the end, of this connection or of all
            }
        }
    }

    /// <summary>Answers the call, waits for ACK and closes the connection.</summary>
    private static async Task<SipMessage> AnswerAndCloseAsync(StreamCallee callee)
    {
        using var line = await callee.AcceptAsync();
        var invite = await line.NextAsync("INVITE");
        await line.SayAsync(StreamCallee.Response(invite, 200, $"Contact: <sip:callee@{callee.Address};transport=tcp>\r\n"));
        await line.NextAsync("ACK");
        await line.CloseAsync();
        return invite;
    }
}
