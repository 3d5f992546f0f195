using Dialer.Calls;
using Dialer.Campaigns;
using Dialer.Grains.Campaigns;
using Dialer.Numbers;
using Dialer.Subscribers;

namespace Dialer.Tests.Simulation;

/// <summary>
/// P8: 1, 2, 4 … 128 minutes after consecutive errors of a phone in a campaign; the ninth spends an attempt. The streak lives in the
/// rows of jobs that are not final: it ends with the last of them that saw an outcome, and a job learns of it from the second outcome after its own
/// making on (the first may have been decided on a row that was read before).
/// </summary>
internal sealed class BackoffLaw(DialerWorld world) : Law(world)
{
    private const int ErrorsPerAttempt = 9;

    private readonly Dictionary<(CampaignId, PhoneNumber), (int Errors, UnixTime At)> streaks = [];
    private readonly Dictionary<(CampaignId, PhoneNumber), int> outcomes = [];
    private readonly Dictionary<JobId, int> outcomesBefore = [];
    private readonly Dictionary<(CampaignId, PhoneNumber), HashSet<JobId>> knowing = [];
    private readonly HashSet<TryId> withChannel = [];
    private readonly Dictionary<CampaignId, UnixTime> editedAt = [];

    public override void CampaignWritten(CampaignRow? before, CampaignRow after)
    {
        if (before is not null && before.Settings.Attempts.PauseMinutes > after.Settings.Attempts.PauseMinutes)
        {
            editedAt[after.Id] = World.Now;
        }
    }

    public override void FailedWithChannel(TryId id) => withChannel.Add(id);

    public override void Stored(StepFact fact)
    {
        var key = (fact.Before.Campaign, fact.Before.Phone);
        if (fact.Step.Try is not { } record)
        {
            if (fact.Step.Notes.Any(n => n.Code == "put_back"))
            {
                streaks.Remove(key);
            }

            return;
        }

        if (!withChannel.Contains(record.Try))
        {
            outcomes[key] = outcomes.GetValueOrDefault(key) + 1;
        }

        knowing[key] = [.. Open(key)];
        if (record.Class == CallClass.Technical)
        {
            Failed(key, record);
        }
        else if (record.Class is not (CallClass.Cancelled or CallClass.NotPlaced) && (record.Class != CallClass.Unknown || record.AttemptNumber > 0))
        {
            streaks.Remove(key);
        }
    }

    public override void JobAdded(JobRow row) => outcomesBefore[row.Id] = outcomes.GetValueOrDefault((row.Campaign, row.Phone));

    public override void Stored(IntentFact fact)
    {
        var key = (fact.Before.Campaign, fact.Before.Phone);
        if (streaks.ContainsKey(key) && !Open(key).Any(knowing[key].Contains))
        {
            streaks.Remove(key);
        }

        var isNew = outcomes.GetValueOrDefault(key) - outcomesBefore[fact.Before.Id] <= 1;
        if (isNew || !streaks.TryGetValue(key, out var streak) || WasMovedByAnEdit(fact, streak.At))
        {
            return;
        }

        var wait = TimeSpan.FromMinutes(1 << (streak.Errors - 1));
        Demand(
            fact.At - streak.At >= wait,
            "P8 backoff",
            $"{fact.Try} starts {fact.At - streak.At} after the phone's error {streak.Errors} in a row, due after {wait}");
    }

    /// <summary>
    /// A known gap of P8, kept out narrowly: a job that was due after the hold is not held, and an edit that makes the pause
    /// shorter may then bring it before the hold's end.
    /// </summary>
    private bool WasMovedByAnEdit(IntentFact fact, UnixTime since) =>
        Lane.KindOf(fact.Before.Lane) == LaneKind.Pause && editedAt.GetValueOrDefault(fact.Campaign.Id) >= since;

    private IEnumerable<JobId> Open((CampaignId Campaign, PhoneNumber Phone) key) =>
        Store.RowsOf(key.Campaign).Where(r => r.Phone == key.Phone && r.Status != JobStatus.Final).Select(r => r.Id);

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
