using Dialer.Calls;
using Dialer.Campaigns;
using Dialer.Grains.Campaigns;
using Dialer.Numbers;
using Dialer.Subscribers;

namespace Dialer.Tests.Simulation;

/// <summary>
/// P8: 1, 2, 4 … 128 minutes after consecutive errors of a phone in a campaign, whichever of its jobs saw them and whichever is
/// dialed next; the ninth spends an attempt.
/// </summary>
internal sealed class BackoffLaw(DialerWorld world) : Law(world)
{
    private const int ErrorsPerAttempt = 9;

    private readonly Dictionary<(CampaignId, PhoneNumber), (int Errors, UnixTime At)> streaks = [];
    private readonly Dictionary<(CampaignId, PhoneNumber), TryId> last = [];
    private readonly HashSet<TryId> withChannel = [];

    public override void JudgedWithChannel(TryId id, bool isDown) => _ = isDown ? withChannel.Add(id) : withChannel.Remove(id);

    public override void Stored(StepFact fact)
    {
        var key = (fact.Before.Campaign, fact.Before.Phone);
        if (fact.Step.Try is not { } record)
        {
            if (fact.Step.Notes.Any(n => n.Code == "put_back") && last.GetValueOrDefault(key) == fact.Before.Try)
            {
                streaks.Remove(key);
            }

            return;
        }

        if (fact.Step.IsAmendment || (fact.Step.ReplacesTry && last[key] != record.Try))
        {
            // a result that came when the phone had been called again
            return;
        }

        if (record.Class == CallClass.Technical)
        {
            Failed(key, record);
        }
        else if (record.Class is not (CallClass.Cancelled or CallClass.NotPlaced) && (record.Class != CallClass.Unknown || record.AttemptNumber > 0))
        {
            streaks.Remove(key);
        }
    }

    public override void Stored(IntentFact fact)
    {
        var key = (fact.Before.Campaign, fact.Before.Phone);
        last[key] = fact.Try;
        if (!streaks.TryGetValue(key, out var streak))
        {
            return;
        }

        var wait = TimeSpan.FromMinutes(1 << (streak.Errors - 1));
        Demand(
            fact.At - streak.At >= wait,
            "P8 backoff",
            $"{fact.Try} starts {fact.At - streak.At} after the phone's error {streak.Errors} in a row, due after {wait}");
    }

    private void Failed((CampaignId, PhoneNumber) key, TryRecord record)
    {
        if (withChannel.Contains(record.Try))
        {
            return;
        }

        var errors = streaks.GetValueOrDefault(key).Errors + 1;
        var isSpent = record.AttemptNumber > 0;
        Demand(isSpent == (errors == ErrorsPerAttempt), "P8 ninth error", $"{record.Try} is error {errors} in a row and spends {(isSpent ? 1 : 0)}");
        if (isSpent)
        {
            streaks.Remove(key);
        }
        else
        {
            streaks[key] = (errors, record.EndedAt);
        }
    }
}
