using Dialer.Calls;
using Dialer.Silo.Telephony.Sip;

namespace Dialer.Tests.Sip;

/// <summary>P40: each row of the outcome table, and what beats what.</summary>
public class OutcomeTableTests
{
    [Theory]
    [InlineData(CallClass.Busy, false, 486, 600)]
    [InlineData(CallClass.NoAnswer, false, 480)]
    [InlineData(CallClass.Rejected, false, 433, 603, 607, 608, 699)]
    [InlineData(CallClass.Nonexistent, false, 404, 410, 416, 484, 485, 604)]
    [InlineData(CallClass.Technical, true, 305, 401, 405, 406, 407, 415, 420, 421, 428, 436, 437, 438, 488, 493, 606, 500, 502, 503, 504, 599)]
    [InlineData(CallClass.Technical, false, 302, 400, 403, 408, 429, 481, 482, 483, 491, 513, 499)]
    public void Response_WithoutACause(CallClass expected, bool isChannelClass, params int[] statuses) => Assert.All(statuses, s =>
    {
        var outcome = OutcomeTable.Standard.Judge(new LegEndFacts(LegEnd.Refused, s));
        Assert.Equal((expected, isChannelClass), (outcome.Class, outcome.IsChannelClass));
    });

    [Theory]
    [InlineData(CallClass.Busy, 17)]
    [InlineData(CallClass.NoAnswer, 18, 19)]
    [InlineData(CallClass.Unreachable, 20, 27)]
    [InlineData(CallClass.Rejected, 21, 55, 57)]
    [InlineData(CallClass.Nonexistent, 1, 22, 28)]
    [InlineData(CallClass.Technical, 34, 38, 41, 42, 44, 47, 65, 79, 88, 102)]
    public void Cause_BeatsTheResponse_ButNever408Or5xxOr6xx(CallClass expected, params int[] causes) => Assert.All(causes, c =>
    {
        Assert.Equal(expected, OutcomeTable.Standard.Judge(new LegEndFacts(LegEnd.Refused, 480, c)).Class);
        Assert.Equal(CallClass.Technical, OutcomeTable.Standard.Judge(new LegEndFacts(LegEnd.Refused, 503, c)).Class);
        Assert.Equal(CallClass.Technical, OutcomeTable.Standard.Judge(new LegEndFacts(LegEnd.Refused, 408, c)).Class);
        Assert.Equal(CallClass.Rejected, OutcomeTable.Standard.Judge(new LegEndFacts(LegEnd.Refused, 603, c)).Class);
    });

    [Theory]
    [InlineData(16)]
    [InlineData(31)]
    [InlineData(127)]
    public void CauseThatSaysNothing_LeavesTheResponse(int cause) =>
        Assert.Equal(CallClass.Busy, OutcomeTable.Standard.Judge(new LegEndFacts(LegEnd.Refused, 486, cause)).Class);

    [Fact]
    public void OurOwnAction_BeatsEverything()
    {
        Assert.Equal(CallClass.NoAnswer, OutcomeTable.Standard.Judge(new LegEndFacts(LegEnd.Cancelled, 486, 17, AtRingLimit: true)).Class);
        Assert.Equal((CallClass.Cancelled, Fault.Ourselves), Of(OutcomeTable.Standard.Judge(new LegEndFacts(LegEnd.Cancelled, 487))));
    }

    [Fact]
    public void TimeoutAfterRinging_IsNoAnswer_BeforeItIsTechnical()
    {
        Assert.Equal(CallClass.NoAnswer, OutcomeTable.Standard.Judge(new LegEndFacts(LegEnd.Refused, 408, HadRinging: true)).Class);
        Assert.Equal((CallClass.Technical, Fault.Trunk), Of(OutcomeTable.Standard.Judge(new LegEndFacts(LegEnd.NoResponse))));
    }

    [Fact]
    public void TrunksOwnMeaning_BeatsTheTable()
    {
        var table = new OutcomeTable([KeyValuePair.Create(603, Outcome.TrunkFails)]);
        Assert.True(table.Judge(new LegEndFacts(LegEnd.Refused, 603, 21)).IsChannelClass);
        Assert.Equal(CallClass.Busy, table.Judge(new LegEndFacts(LegEnd.Refused, 486)).Class);
    }

    [Fact]
    public void NoFunds_IsTechnical_AndNoFaultOfTheTrunksHealth_P46()
    {
        var outcome = OutcomeTable.Standard.Judge(new LegEndFacts(LegEnd.Refused, 402, 21));
        Assert.Equal((CallClass.Technical, Fault.Trunk, false, true), (outcome.Class, outcome.Fault, outcome.IsChannelClass, outcome.IsNoFunds));
        var own = new OutcomeTable([KeyValuePair.Create(403, Outcome.NoFunds)]);
        Assert.True(own.Judge(new LegEndFacts(LegEnd.Refused, 403, 21)).IsNoFunds);
        Assert.False(OutcomeTable.Standard.Judge(new LegEndFacts(LegEnd.Refused, 403)).IsNoFunds);
    }

    private static (CallClass, Fault) Of(Outcome outcome) => (outcome.Class, outcome.Fault);
}
