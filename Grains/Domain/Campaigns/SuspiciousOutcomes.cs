using Dialer.Calls;
using Dialer.Campaigns;
using Dialer.Domain.Calls;

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

    private CallClass suspect;

    /// <summary>Tries of the suspicious class in the window, oldest first: those that an operator may put back.</summary>
    public IEnumerable<TryId> Tries => window.Where(w => w.Class == suspect).Select(w => w.Try);

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

        if (window.Count < MinimumResults || MostFrequentSuspect() is not { } most || most.Count < Share * window.Count)
        {
            return null;
        }

        suspect = most.Class;
        return new PauseCause(
            PauseCodes.SuspiciousOutcomes,
            $"{most.Count} of the last {window.Count} calls ended {suspect}: check the number format, the prefix and the carrier's limits, then resume.",
            now,
            suspect.ToString());
    }

    public void Clear()
    {
        window.Clear();
        suspect = CallClass.None;
    }

    private (CallClass Class, int Count)? MostFrequentSuspect() => window
        .Where(w => OutcomeClasses.IsSuspicious(w.Class))
        .GroupBy(w => w.Class)
        .Select(g => ((CallClass Class, int Count)?)(g.Key, g.Count()))
        .MaxBy(g => g!.Value.Count);
}
