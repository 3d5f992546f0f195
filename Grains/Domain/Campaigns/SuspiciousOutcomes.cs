using Dialer.Calls;
using Dialer.Campaigns;

namespace Dialer.Domain.Campaigns;

/// <summary>
/// The last results of a campaign (P12): of the last 50, after at least 20, 90 % of one class among nonexistent, rejected and
/// technical usually means a wrong prefix or a carrier's limit, and must not burn a list.
/// </summary>
public sealed class SuspiciousOutcomes
{
    public const int WindowSize = 50;
    public const int MinimumResults = 20;
    public const double Share = 0.9;

    private readonly Queue<(TryId Try, CallClass Class)> window = new();

    /// <summary>Tries in the window, oldest first: those that an operator may put back.</summary>
    public IEnumerable<TryId> Tries => window.Select(w => w.Try);

    /// <summary>Takes a result; answers the cause when the window has become suspicious.</summary>
    public PauseCause? Add(TryId id, CallClass callClass, UnixTime now)
    {
        if (callClass is CallClass.Cancelled or CallClass.NotPlaced or CallClass.Unknown)
        {
            return null;
        }

        window.Enqueue((id, callClass));
        if (window.Count > WindowSize)
        {
            window.Dequeue();
        }

        if (window.Count < MinimumResults || callClass is not (CallClass.Nonexistent or CallClass.Rejected or CallClass.Technical))
        {
            return null;
        }

        var same = window.Count(w => w.Class == callClass);
        return same < Share * window.Count
            ? null
            : new PauseCause(
                PauseCodes.SuspiciousOutcomes,
                $"{same} of the last {window.Count} calls ended {callClass}: check the number format, the prefix and the carrier's limits, then resume.",
                now,
                callClass.ToString());
    }

    public void Clear() => window.Clear();
}
