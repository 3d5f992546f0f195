using System.Collections.Frozen;
using Dialer.Calls;

namespace Dialer.Silo.Telephony.Sip;

/// <summary>
/// How a leg's end is judged (P40). First what we did ourselves, then a Q.850 cause that says more than the response, then the
/// response, then the transport. Causes never change 402, 408, 5xx and 6xx. A trunk may override single rows.
/// </summary>
public sealed class OutcomeTable
{
    public static readonly OutcomeTable Standard = new(null);

    /// <summary>Final responses (RFC 3261 §21, RFC 3398 §8, RFC 4474, RFC 8197, RFC 8688); those that are not here go by their class.</summary>
    private static readonly FrozenDictionary<int, Outcome> ByStatus = Rows(
        (Outcome.Busy, [486, 600]),
        (Outcome.NoAnswer, [480]),
        (Outcome.Rejected, [433, 603, 607, 608]),
        (Outcome.Nonexistent, [404, 410, 416, 484, 485, 604]),
        (Outcome.NoFunds, [402]),
        (Outcome.TrunkRefuses, [305, 401, 405, 406, 407, 415, 420, 421, 428, 436, 437, 438, 488, 493, 606]),
        (Outcome.NetworkFails, [400, 403, 408, 429, 481, 482, 483, 491, 513]));

    /// <summary>Causes of Q.850 that are specific; 16, 31, 127 and the rest say nothing.</summary>
    private static readonly FrozenDictionary<int, Outcome> ByCause = Rows(
        (Outcome.Busy, [17]),
        (Outcome.NoAnswer, [18, 19]),
        (Outcome.Unreachable, [20, 27]),
        (Outcome.Rejected, [21, 55, 57]),
        (Outcome.Nonexistent, [1, 22, 28]),
        (Outcome.TrunkRefuses, [65, 79, 88]),
        (Outcome.TrunkFails, [34, 38, 41, 42, 44, 47, 102]));

    private readonly FrozenDictionary<int, Outcome> overrides;

    /// <param name="overrides">A trunk's own meaning of responses; null = none. They beat causes too.</param>
    public OutcomeTable(IEnumerable<KeyValuePair<int, Outcome>>? overrides) => this.overrides = (overrides ?? []).ToFrozenDictionary();

    /// <summary>Every row of the table, for documents and tests.</summary>
    public static IReadOnlyDictionary<int, Outcome> Statuses => ByStatus;

    /// <summary>Every specific cause.</summary>
    public static IReadOnlyDictionary<int, Outcome> Causes => ByCause;

    public Outcome Judge(LegEndFacts end)
    {
        ArgumentNullException.ThrowIfNull(end);
        return end.How switch
        {
            LegEnd.RemoteBye or LegEnd.LocalBye or LegEnd.Lost => new Outcome(CallClass.Answered, Fault.None),
            LegEnd.Cancelled => end.AtRingLimit ? Outcome.NoAnswer : new Outcome(CallClass.Cancelled, Fault.Ourselves),
            LegEnd.NoResponse or LegEnd.NotSent => Outcome.TrunkFails,
            _ => OfResponse(end),
        };
    }

    private Outcome OfResponse(LegEndFacts end)
    {
        if (overrides.TryGetValue(end.Status, out var own))
        {
            return own;
        }

        var obeysCause = end.Status is not (402 or 408) and < 500;
        if (obeysCause && ByCause.TryGetValue(end.Q850, out var cause))
        {
            return cause;
        }

        return end.Status switch
        {
            // 487: the network let it ring as long as our Expires says
            408 or 487 when end.HadRinging => Outcome.NoAnswer,
            _ when ByStatus.TryGetValue(end.Status, out var row) => row,
            >= 600 => Outcome.Rejected,
            >= 500 => Outcome.TrunkFails,
            _ => Outcome.NetworkFails,
        };
    }

    private static FrozenDictionary<int, Outcome> Rows(params (Outcome Outcome, int[] Codes)[] rows) =>
        rows.SelectMany(r => r.Codes.Select(c => KeyValuePair.Create(c, r.Outcome))).ToFrozenDictionary();
}
