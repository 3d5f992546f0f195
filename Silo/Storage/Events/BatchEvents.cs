using Dialer.Domain.Subscribers;
using Dialer.Events;
using Dialer.Grains.Subscribers;
using Dialer.Silo.Storage.GroupCommit;
using Dialer.Subscribers;

namespace Dialer.Silo.Storage.Events;

/// <summary>
/// The events of one group commit: made when its writes are decided, only for campaigns that someone listens to, numbered in the
/// order of the batch.
/// </summary>
internal static class BatchEvents
{
    /// <summary>Events of the writes that are stored.</summary>
    /// <param name="batch">With what each was answered.</param>
    /// <param name="heads">Campaigns that are listened to, with the number of their last event; moved on.</param>
    public static List<StoredEvent> Of(IReadOnlyList<WriteOp> batch, IDictionary<long, long> heads)
    {
        var events = new List<StoredEvent>();
        if (heads.Count == 0)
        {
            return events;
        }

        foreach (var op in batch)
        {
            switch (op)
            {
                case IntentOp { Answer.Result: IntentResult.Stored, Intent: { } intent } when heads.ContainsKey(intent.Row.Campaign.Value):
                    events.Add(Next(intent.Row, intent.At, EventTypes.JobStarted, JobEventData.Of(intent), heads));
                    break;
                case StepOp { IsStored: true, Step: { } step } when heads.ContainsKey(step.Row.Campaign.Value) && JobEvents.TypeOf(step) is { } type:
                    events.Add(Next(step.Row, JobEventData.TimeOf(step), type, JobEventData.Of(step), heads));
                    break;
                default:
                    break;
            }
        }

        return events;
    }

    /// <summary>
    /// Campaigns whose row a batch has to write for an event alone: an answer changes no counter. Whether they are listened to is known
    /// from the writes before (<see cref="ListenBoard"/>).
    /// </summary>
    public static void AddUncounted(BatchPlan plan, IReadOnlyList<WriteOp> batch, ListenBoard board, UnixTime now)
    {
        if (board.IsQuiet)
        {
            return;
        }

        foreach (var op in batch)
        {
            if (op is StepOp { IsStored: true, Step: { } step } && board.IsListened(step.Row.Campaign, now) && JobEvents.TypeOf(step) is not null)
            {
                plan.Campaigns.TryAdd(step.Row.Campaign.Value, default);
            }
        }
    }

    private static StoredEvent Next(JobRow row, UnixTime at, string type, JobEventData data, IDictionary<long, long> heads)
    {
        var seq = heads[row.Campaign.Value] + 1;
        heads[row.Campaign.Value] = seq;
        return new StoredEvent(row.Campaign, seq, at, type, row.Id, EventJson.Write(data));
    }
}
