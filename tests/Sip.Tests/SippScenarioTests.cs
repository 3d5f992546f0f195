using Dialer.Calls;
using Dialer.Silo.Telephony.Sip;

namespace Dialer.Tests.Sip;

/// <summary>One scenario of SIPp each: our outcome and SIPp's own verdict must both be right.</summary>
public class SippScenarioTests
{
    private const long Phone = 79_002_000_100;

    [Theory]
    [InlineData("uas-auth401.xml", SipTransport.Udp)]
    [InlineData("uas-auth407.xml", SipTransport.Udp)]
    [InlineData("uas-100rel.xml", SipTransport.Udp)]
    [InlineData("uas-fork2xx.xml", SipTransport.Udp)]
    [InlineData("uas-reinvite.xml", SipTransport.Udp)]
    [InlineData("uas-422.xml", SipTransport.Udp)]
    [InlineData("uas-auth401.xml", SipTransport.Tcp)]
    [InlineData("uas-auth407.xml", SipTransport.Tcp)]
    [InlineData("uas-100rel.xml", SipTransport.Tcp)]
    [InlineData("uas-fork2xx.xml", SipTransport.Tcp)]
    [InlineData("uas-reinvite.xml", SipTransport.Tcp)]
    [InlineData("uas-422.xml", SipTransport.Tcp)]
    public async Task ScenarioOfOneCall_IsAnswered_AndSippAgrees(string scenario, SipTransport transport)
    {
        await using var sipp = await SippServer.StartAsync(scenario, 1, transport);
        await using var calls = new TrunkCalls(sipp.Address, t => t with { Transport = transport });
        Assert.Equal(CallClass.Answered, (await calls.CallAsync(Phone, talk: TimeSpan.FromSeconds(1))).Class);
        Assert.Equal((0, ""), await sipp.ExitAsync());
        calls.Sink.CheckLaws();
    }

    [Theory]
    [InlineData(503, "Service Unavailable", "Retry-After: 30", CallClass.Technical, 0, true)]
    [InlineData(503, "Service Unavailable", "Reason: Q.850;cause=17", CallClass.Technical, 17, true)]
    [InlineData(486, "Busy Here", "Reason: Q.850;cause=17;text=\"User busy\"", CallClass.Busy, 17, false)]
    [InlineData(486, "Busy Here", "Reason: Q.850;cause=22", CallClass.Nonexistent, 22, false)]
    [InlineData(480, "Temporarily Unavailable", "Reason: SIP;cause=480, Q.850;cause=20", CallClass.Unreachable, 20, false)]
    [InlineData(422, "Session Interval Too Small", "Min-SE: 1800", CallClass.Technical, 0, false)]
    public async Task Refusal_WithItsHeader_IsJudgedByTheTable_P40(int code, string phrase, string header, CallClass expected, int q850, bool isChannelClass)
    {
        await using var sipp = await SippServer.StartAsync(
            "uas-fail.xml.in", 1, edit: t => t.Replace("@CODE@", $"{code}", StringComparison.Ordinal).Replace("@PHRASE@", phrase, StringComparison.Ordinal), more: ["-key", "extra", header]);
        await using var calls = new TrunkCalls(sipp.Address);
        var end = await calls.CallAsync(Phone);
        Assert.Equal((expected, code, q850, isChannelClass), (end.Class, end.Cause.SipCode, end.Cause.Q850, end.IsChannelClass));
        Assert.Equal((0, ""), await sipp.ExitAsync());
    }

    [Theory]
    [InlineData(SipTransport.Udp)]
    [InlineData(SipTransport.Tcp)]
    public async Task Probe_IsAnswered_AndSippAgrees_P42(SipTransport transport)
    {
        await using var sipp = await SippServer.StartAsync("uas-options.xml", 1, transport);
        await using var calls = new TrunkCalls(sipp.Address, t => t with { Transport = transport });
        var health = await calls.Driver.ProbeAsync(TestContext.Current.CancellationToken);
        Assert.True(health.IsUp, health.Evidence);
        Assert.Equal((0, ""), await sipp.ExitAsync());
    }
}
