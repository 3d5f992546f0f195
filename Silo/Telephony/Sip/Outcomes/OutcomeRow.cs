using Dialer.Calls;

namespace Dialer.Silo.Telephony.Sip;

/// <summary>
/// One row of the outcome table (P40): what a final response or a Q.850 cause means for the number and for the trunk.
/// </summary>
/// <param name="Class">What became of the call.</param>
/// <param name="Fault">Whose fault it was.</param>
/// <param name="IsChannelClass">It says something about the trunk, not about this number: feeds the breaker (P42).</param>
/// <param name="MayTryElsewhere">Another trunk may reach the number now.</param>
/// <param name="IsNoFunds">The trunk's account is empty: campaigns pause (P46). Nothing is wrong with the trunk itself.</param>
public sealed record Outcome(CallClass Class, Fault Fault, bool IsChannelClass = false, bool MayTryElsewhere = false, bool IsNoFunds = false)
{
    public static readonly Outcome Busy = new(CallClass.Busy, Fault.Callee);
    public static readonly Outcome NoAnswer = new(CallClass.NoAnswer, Fault.Callee);
    public static readonly Outcome Unreachable = new(CallClass.Unreachable, Fault.Callee);
    public static readonly Outcome Rejected = new(CallClass.Rejected, Fault.Callee);
    public static readonly Outcome Nonexistent = new(CallClass.Nonexistent, Fault.Callee);

    /// <summary>The trunk has no funds left for us: its account is to be topped up (P46).</summary>
    public static readonly Outcome NoFunds = new(CallClass.Technical, Fault.Trunk, IsNoFunds: true);

    /// <summary>The trunk refuses us: credentials, codecs, an identity it wants.</summary>
    public static readonly Outcome TrunkRefuses = new(CallClass.Technical, Fault.Trunk, IsChannelClass: true);

    /// <summary>The trunk has no room or does not answer.</summary>
    public static readonly Outcome TrunkFails = new(CallClass.Technical, Fault.Trunk, IsChannelClass: true, MayTryElsewhere: true);

    /// <summary>The network behind the trunk failed this call.</summary>
    public static readonly Outcome NetworkFails = new(CallClass.Technical, Fault.Network, MayTryElsewhere: true);
}
