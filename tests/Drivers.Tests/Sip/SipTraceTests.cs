using System.Diagnostics;
using System.Text;
using Dialer.Calls;
using Dialer.Channels;
using Dialer.Grains.Calls;
using Dialer.Numbers;
using Dialer.Silo.Telephony.Sip;
using Dialer.Tests.Contract;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;

namespace Dialer.Tests.Sip;

/// <summary>The trace of one call: every message both ways, and nothing that proves who we are.</summary>
public class SipTraceTests
{
    [Fact]
    public async Task Trace_HasEachMessageAndTheEnd_WithCredentialsMasked()
    {
        var credentials = new DigestCredentials("operator", "secret");
        using var far = new FarEnd { Wants = credentials, Usual = new Habit(200, TimeSpan.Zero, TimeSpan.FromMilliseconds(50)) };
        var directory = Directory.CreateTempSubdirectory("dialer-traces-").FullName;
        try
        {
            var sink = new RecordingSink();
            await using var traces = new SipTraces(directory, TimeProvider.System, NullLogger<SipTraces>.Instance);
            await using var side = new SipSide(far.Address, sink, t => t with { Traces = traces, Credentials = credentials });
            var id = new TryId(new JobId(7), 3);
            await side.Driver.DialAsync(
                new DialCommand(id, new CampaignId(1), new PhoneNumber(79_161_234_567), TimeSpan.FromSeconds(5), TimeSpan.FromSeconds(5), Scenario.None),
                TestContext.Current.CancellationToken);
            await sink.EndedAsync(id, "the callee hangs up");
            var file = Path.Combine(directory, SipTraces.NameOf("7-3"));
            var text = await Until.GetAsync(
                () => Task.FromResult(File.Exists(file) ? File.ReadAllText(file) : ""), t => t.Contains("ended:", StringComparison.Ordinal), "the trace is written");
            string[] expected =
            [
                "-> callee UDP", "INVITE sip:79161234567@", "<- callee 127.0.0.1", "SIP/2.0 401", "Authorization: (masked)", "SIP/2.0 200",
                "ACK sip:callee@", "BYE sip:dialer@", "ended: Answered",
            ];
            Assert.All(expected, part => Assert.Contains(part, text, StringComparison.Ordinal));
            Assert.DoesNotContain("response=", text, StringComparison.Ordinal);
            Assert.DoesNotContain("secret", text, StringComparison.Ordinal);
        }
        finally
        {
            Directory.Delete(directory, recursive: true);
        }
    }

    /// <summary>Who has a call's callback address may speak for it (P41).</summary>
    [Theory]
    [InlineData("X-Dialer-Callback")]
    [InlineData("x-dialer-callback ")]
    public void CallbackAddress_IsMasked_P41(string name)
    {
        var trace = new SipTrace("1-1", TimeProvider.System);
        trace.Sent("bot", new DumbHop(), Encoding.UTF8.GetBytes($"INVITE sip:a@b SIP/2.0\r\n{name}: http://d/callbacks/calls/1-1/secret\r\nX-Dialer-Call-Id: 1-1\r\n\r\n"));
        Assert.DoesNotContain("secret", trace.Text(), StringComparison.Ordinal);
        Assert.Contains("X-Dialer-Call-Id: 1-1", trace.Text(), StringComparison.Ordinal);
    }

    [Fact]
    public void KeysOfMedia_AreMasked()
    {
        var trace = new SipTrace("1-1", TimeProvider.System);
        trace.Received("bot", LegRig.Parse(
            "SIP/2.0 200 OK\r\nVia: SIP/2.0/UDP 192.0.2.1;branch=z9hG4bK1\r\nFrom: <sip:a@b>;tag=1\r\nTo: <sip:a@b>;tag=2\r\nCall-ID: x\r\nCSeq: 1 INVITE\r\n"
            + "Proxy-Authorization: Digest username=\"u\", response=\"abc\"\r\n\r\na=crypto:1 AES_CM_128_HMAC_SHA1_80 inline:c2VjcmV0|2^20\r\n"));
        Assert.Contains("inline:(masked)|2^20", trace.Text(), StringComparison.Ordinal);
        Assert.DoesNotContain("abc", trace.Text(), StringComparison.Ordinal);
    }

    /// <summary>What only some readers take for a line's end stands within a quoted text: the whole header is masked.</summary>
    [Theory]
    [InlineData("\u2028")]
    [InlineData("\u2029")]
    [InlineData("\u0085")]
    [InlineData("\f")]
    [InlineData("\v")]
    [InlineData("\r\n ")]
    [InlineData("\n\t")]
    public void DigestAnswers_AreMasked_WhateverStandsInTheRealm(string odd)
    {
        var trace = new SipTrace("1-1", TimeProvider.System);
        string[] names = ["Authorization", "proxy-authorization ", "PROXY-AUTHORIZATION", "Authentication-Info"];
        var lines = names.Select(n => $"{n}: Digest realm=\"a{odd}b: c\", response=\"secret\"\r\n");
        trace.Sent("callee", new DumbHop(), Encoding.UTF8.GetBytes($"\r\n\r\nINVITE sip:a@b SIP/2.0\r\n{string.Concat(lines)}X: seen{odd}too\r\n\r\n"));
        Assert.DoesNotContain("secret", trace.Text(), StringComparison.Ordinal);
        Assert.Contains("X: seen", trace.Text(), StringComparison.Ordinal);
        Assert.Equal(5, trace.Text().Split("(masked)").Length);
    }

    [Theory]
    [InlineData("k=base64:secret")]
    [InlineData("v=0\r\nk=clear:secret\r\nm=audio")]
    [InlineData("v=0\rK=clear:secret key\rm=audio")]
    [InlineData("a=key-mgmt:mikey secret")]
    [InlineData("a=crypto:1 X inline:secret|2^20;inline:secret|2^20")]
    [InlineData("a=crypto:1 X INLINE:sec\u2028secret|2^20")]
    public void KeysOfMedia_AreMasked_InAllTheirWays(string session)
    {
        var trace = new SipTrace("1-1", TimeProvider.System);
        trace.Sent("callee", new DumbHop(), Encoding.UTF8.GetBytes($"INVITE sip:a@b SIP/2.0\r\nX: k=v\r\n\r\n{session}\r\n"));
        Assert.DoesNotContain("secret", trace.Text(), StringComparison.Ordinal);
        Assert.Contains("(masked)", trace.Text(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task OldTraces_AreDeleted_ThoughNoNewOnesCome()
    {
        var directory = Directory.CreateTempSubdirectory("dialer-traces-").FullName;
        try
        {
            var clock = new FakeTimeProvider(TimeProvider.System.GetUtcNow());
            await using var traces = new SipTraces(directory, clock, NullLogger<SipTraces>.Instance);
            var file = Path.Combine(directory, SipTraces.NameOf("7-3"));
            traces.Write(new SipTrace("7-3", clock));
            await Until.TrueAsync(() => File.Exists(file), "the trace is written");
            clock.Advance(TimeSpan.FromDays(6));
            traces.Write(new SipTrace("7-4", clock));
            await Until.TrueAsync(() => File.Exists(Path.Combine(directory, SipTraces.NameOf("7-4"))), "the trace is written");
            Assert.True(File.Exists(file));
            clock.Advance(TimeSpan.FromDays(1.1));
            await Until.TrueAsync(() => !File.Exists(file), "the old trace is deleted");
        }
        finally
        {
            Directory.Delete(directory, recursive: true);
        }
    }

    /// <summary>All of the job's, those still waiting for the disk too, and nobody else's.</summary>
    [Fact]
    public async Task TracesOfErasedJobs_AreDeleted_P57()
    {
        var directory = Directory.CreateTempSubdirectory("dialer-traces-").FullName;
        try
        {
            await using var traces = new SipTraces(Path.Combine(directory, "new"), TimeProvider.System, NullLogger<SipTraces>.Instance);
            Assert.Empty(await traces.ReadJobsAsync());
            foreach (var call in (string[])["7-1", "7-2", "77-1", "8-7"])
            {
                traces.Write(new SipTrace(call, TimeProvider.System));
            }

            Assert.Equal(new HashSet<JobId> { new(7), new(77), new(8) }, (await traces.ReadJobsAsync()).ToHashSet());
            await File.WriteAllTextAsync(Path.Combine(directory, "new", "mine.sip.txt"), "", TestContext.Current.CancellationToken);
            traces.Write(new SipTrace("7-3", TimeProvider.System));

            traces.Erase(new HashSet<JobId> { new(7), new(9) });

            Assert.Equal(new HashSet<JobId> { new(77), new(8) }, (await traces.ReadJobsAsync()).ToHashSet());
            Assert.Equal(["77-1.sip.txt", "8-7.sip.txt", "mine.sip.txt"], Directory.GetFiles(Path.Combine(directory, "new")).Select(Path.GetFileName).Order(StringComparer.Ordinal));
        }
        finally
        {
            Directory.Delete(directory, recursive: true);
        }
    }

    [Fact]
    public async Task DiskThatHangs_HoldsOneThread_NotOneACall()
    {
        var directory = Directory.CreateTempSubdirectory("dialer-traces-").FullName;
        try
        {
            // whoever opens a pipe to write waits until somebody reads
            var pipe = Path.Combine(directory, SipTraces.NameOf("1-1"));
            using (var made = Process.Start("mkfifo", pipe))
            {
                await made.WaitForExitAsync(TestContext.Current.CancellationToken);
            }

            await using var traces = new SipTraces(directory, TimeProvider.System, NullLogger<SipTraces>.Instance);
            for (var i = 1; i <= 300; i++)
            {
                traces.Write(new SipTrace($"1-{i}", TimeProvider.System));
            }

            // were each to wait for the disk, this would wait for the pool to grow to as many threads
            await Task.Run(() => { }, TestContext.Current.CancellationToken).WaitAsync(TimeSpan.FromSeconds(10), TestContext.Current.CancellationToken);
            Assert.InRange(ThreadPool.ThreadCount, 1, 100);

            await using (File.OpenRead(pipe))
            {
                await Until.TrueAsync(() => File.Exists(Path.Combine(directory, SipTraces.NameOf("1-300"))), "the others are written");
            }
        }
        finally
        {
            Directory.Delete(directory, recursive: true);
        }
    }

    private sealed class DumbHop : SipHop
    {
        public override SipTransport Transport => SipTransport.Udp;

        public override string SentBy => "192.0.2.9:5070";

        public override bool Send(ReadOnlyMemory<byte> message, ISipParty? sender) => true;
    }
}
