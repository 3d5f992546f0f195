using Dialer.Calls;
using Dialer.Channels;
using Dialer.Grains.Calls;
using Dialer.Numbers;
using Dialer.Silo.Telephony.Sip;
using Dialer.Tests.Contract;
using Microsoft.Extensions.Logging.Abstractions;

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
            var traces = new SipTraces(directory, TimeProvider.System, NullLogger<SipTraces>.Instance);
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
}
