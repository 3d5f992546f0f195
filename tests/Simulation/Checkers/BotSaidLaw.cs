using Dialer.Bots;
using Dialer.Calls;
using Dialer.Subscribers;

namespace Dialer.Tests.Simulation;

/// <summary>
/// I6, P26, P59: what a bot said and was told to be taken is in the record of its call; a call opens one new series at most, that of a
/// redial; after an opt-out was taken nobody calls for that job.
/// </summary>
internal sealed class BotSaidLaw(DialerWorld world) : Law(world)
{
    private readonly Dictionary<TryId, List<BotReply>> taken = [];
    private readonly HashSet<JobId> stopped = [];

    public override void BotHeard(CarrierCall call, BotReply reply, BotAnswer answer)
    {
        if (!answer.IsTaken)
        {
            return;
        }

        if (!taken.TryGetValue(call.Id, out var replies))
        {
            taken[call.Id] = replies = [];
        }

        replies.Add(reply);
        if (reply.StopCalls != StopCalls.None)
        {
            stopped.Add(call.Id.Job);
        }
    }

    public override void Stored(IntentFact fact) =>
        Demand(!stopped.Contains(fact.Before.Id), "P59 opt-out", $"{fact.Try} of a job whose callee opted out");

    public override void AtEnd()
    {
        foreach (var (id, replies) in taken)
        {
            var record = Store.Tries.GetValueOrDefault(id);
            foreach (var reply in replies)
            {
                Demand(record is not null && IsIn(record, reply), "I6 what a bot said", $"{id}: {reply} was taken and the record is {record}");
            }
        }

        var redials = Store.Tries.Values.Where(t => t.Redial is { IsDropped: false }).ToLookup(t => t.Try.Job);
        foreach (var row in Store.Jobs.Values)
        {
            Demand(
                row.Series == redials[row.Id].Count(),
                "P26 a series per redial",
                $"job {row.Id} is in series {row.Series} after {redials[row.Id].Count()} redials");
        }
    }

    private static bool IsIn(TryRecord record, BotReply reply) =>
        record.ReportDataJson?.Contains(reply.ReportDataJson!.Trim('{', '}'), StringComparison.Ordinal) == true
        && (reply.CallResult is null || record.CallResult is not null)
        && (reply.AnsweredBy == AnsweredBy.Unknown || record.AnsweredBy != AnsweredBy.Unknown)
        && (reply.SpeechSeconds < 0 || record.SpeechSeconds >= 0)
        && (reply.Redial is null || record.Redial is not null);
}
