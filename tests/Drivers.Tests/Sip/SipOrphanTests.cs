using System.Net;
using System.Net.Sockets;
using System.Text;
using Dialer.Calls;
using Dialer.Grains.Calls;
using Dialer.Numbers;
using Dialer.Silo.Telephony.Sip;
using Dialer.Tests.Contract;

namespace Dialer.Tests.Sip;

/// <summary>Legs of lost processes are not kept for ever, whatever the far side says or does not say (P30).</summary>
public class SipOrphanTests
{
    [Theory]
    [InlineData(403)]
    [InlineData(0)]
    public void ByeThatIsRefusedOrUnanswered_TellsNoEnd_AndTheLegGoes_P30(int status)
    {
        var rig = Orphan(new LegRig().Start().Answer().Leg.Record());
        rig = status == 0 ? rig : rig.Respond(status, to: rig.Sent[^1]);
        Assert.Empty(rig.After(70).Events);
        Assert.True(rig.Leg.IsGone);
    }

    [Fact]
    public void ByeThatIsAnsweredLate_IsStillTheEnd_P30()
    {
        var rig = Orphan(new LegRig().Start().Answer().Leg.Record()).After(31);
        Assert.NotNull(rig.Respond(200, to: rig.Sent[0]).End);
        Assert.True(rig.After(33).Leg.IsGone);
    }

    [Fact]
    public void CancelThatMeetsAnAnswer_WhoseByeIsUnanswered_TellsNoEnd_AndTheLegGoes_P30()
    {
        var rig = Orphan(null);
        var invite = LegRig.Parse(Encoding.UTF8.GetString(rig.Wire[0].Span).Replace("CANCEL", "INVITE", StringComparison.Ordinal));
        rig.Respond(200, extra: "Contact: <sip:callee@192.0.2.77:5099>\r\n", to: invite);
        Assert.Equal(["ACK", "BYE"], rig.Sent.TakeLast(2).Select(m => m.Method));
        Assert.DoesNotContain(rig.After(70).Events, e => e.Kind == LegEventKind.Ended);
        Assert.True(rig.Leg.IsGone);
    }

    /// <summary>A stored record that cannot be read is nobody's end, and leaves nothing that swallows what the far side says.</summary>
    [Fact]
    public async Task RecordThatCannotBeRead_LeavesNoLegBehind_P30()
    {
        using var far = new UdpClient(new IPEndPoint(IPAddress.Loopback, 0));
        await using var side = new SipSide((IPEndPoint)far.Client.LocalEndPoint!, new RecordingSink());
        var id = new TryId(new JobId(7), 1);
        var orphan = new OrphanCall(id, new PhoneNumber(79_000_000_001), new UnixTime(1), new UnixTime(2), Encoding.ASCII.GetBytes("{no record"));
        Assert.Equal(OrphanResult.MayBeUp, await side.Driver.EndOrphanAsync(orphan, TestContext.Current.CancellationToken));
        var probe = side.Driver.ProbeAsync(TestContext.Current.CancellationToken).AsTask();
        var (asked, from) = await NextAsync(far);
        Assert.Equal(SipMethods.Options, asked.Method);
        await far.SendAsync(
            Encoding.ASCII.GetBytes(
                $"BYE sip:dialer@{from} SIP/2.0\r\nVia: SIP/2.0/UDP {far.Client.LocalEndPoint};branch=z9hG4bKbye\r\nFrom: <sip:a@b>;tag=a\r\nTo: <sip:c@d>;tag=c\r\n"
                + $"Call-ID: {id}@dialer.test\r\nCSeq: 1 BYE\r\nContent-Length: 0\r\n\r\n"),
            from,
            TestContext.Current.CancellationToken);
        SipMessage answer;
        do
        {
            (answer, _) = await NextAsync(far);
        }
        while (answer.IsRequest);

        Assert.Equal(481, answer.Status);
        await probe;
    }

    private static async Task<(SipMessage Message, IPEndPoint From)> NextAsync(UdpClient far)
    {
        var datagram = await far.ReceiveAsync(TestContext.Current.CancellationToken).AsTask().WaitAsync(TimeSpan.FromSeconds(10));
        return (SipParser.Parse(datagram.Buffer, out var fault) ?? throw new InvalidOperationException(fault), datagram.RemoteEndPoint);
    }

    private static LegRig Orphan(byte[]? record)
    {
        var rig = new LegRig();
        rig.Leg.EndOrphaned(record);
        return rig;
    }
}
