using System.Text;
using Dialer.Silo.Telephony.Sip;

namespace Dialer.Tests.Sip;

/// <summary>Sessions within a call: who offers, who answers, who takes back, who has gone (RFC 3261 §14, RFC 3262, RFC 3311, RFC 4028).</summary>
public class SipSessionTests
{
    private const string Reliable = "Require: 100rel\r\nRSeq: 7\r\nContact: <sip:early@192.0.2.77>\r\n";

    /// <summary>RFC 6337 §3.1: what a reliable provisional response answered the 2xx need not say again; that of another phone is not its own.</summary>
    [Theory]
    [InlineData("far", Reliable, "early")]
    [InlineData("other", Reliable, "")]
    [InlineData("far", "", "")]
    public void SessionOfAReliableRinging_HoldsForAnAnswerWithoutOne_Rfc3262(string answers, string reliable, string session)
    {
        var rig = new LegRig().Start().Respond(183, extra: reliable, body: "early").Answer(answers);
        Assert.Equal(session, Encoding.UTF8.GetString(rig.Leg.RemoteSession.Span));
    }
}
