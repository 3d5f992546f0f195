using Dialer.Bots;
using Dialer.Calls;
using Dialer.Domain.Subscribers;
using Dialer.Grains.Subscribers;
using Dialer.Subscribers;

namespace Dialer.Tests.Simulation;

/// <summary>What bots say of their calls, while these are up and a little after.</summary>
internal sealed partial class SimSubscriber
{
    private BotReply? told;

    public Task<BotAnswer> BotSaidAsync(TryId id, BotReply reply) => turns.RunAsync(async () =>
    {
        try
        {
            for (var round = 0; round < MaxRounds; round++)
            {
                var decision = await HearAsync(id, reply);
                if (decision.Step is not { } step)
                {
                    held = held?.Row.Status == JobStatus.Live ? held : null;
                    return decision.Answer;
                }

                await StepAsync();
                step = await WithLaneAsync(step);
                if (world.Bug == Bug.BotReplyLost || await StoreAsync(step))
                {
                    await HeardAsync(step, decision.Told);
                    return decision.Answer;
                }

                held = null;
            }
        }
        catch (StoreUnavailableException)
        {
            held = null;
            throw;
        }

        throw new StoreUnavailableException("The row of a call kept changing.");
    });

    private async Task<BotDecision> HearAsync(TryId id, BotReply reply)
    {
        if (await LiveAsync(id) is { } live)
        {
            return SubscriberMachine.Said(await FreshForRedialAsync(live, reply), told, reply, Now);
        }

        var stored = await ReadAsync();
        var row = stored.Rows.FirstOrDefault(r => r.Id == id.Job);
        var record = row is null ? null : await world.Store.ReadAsync(silo.Life, () => world.Store.Tries.GetValueOrDefault(id));
        return record is null ? new BotDecision(null, null, BotAnswer.NotTaken(BotAnswer.UnknownCall))
            : Now > record.EndedAt + BotAnswer.OpenAfterEnd ? new BotDecision(null, null, BotAnswer.NotTaken(BotAnswer.CallOver))
            : SubscriberMachine.Amend(Context(stored, row!), record, await ToldAsync(row!), reply, Now);
    }

    private async Task HeardAsync(SubscriberStep step, BotReply? all)
    {
        if (held?.Row.Id == step.Row.Id)
        {
            held = world.Bug == Bug.BotReplyLost ? held : held with { Row = step.Row };
            told = all ?? told;
        }

        held = held?.Row.Status == JobStatus.Live ? held : null;
        await StepAsync();
        if (step.ClosedSeries is not null && step.Row.Status == JobStatus.Waiting)
        {
            world.Cluster.Hint(campaign, c => c.Wake(step.Row.Lane, step.Row.NotBefore));
        }

        if (!step.RemindAt.IsNone)
        {
            world.Reminders.Register(campaign, phone, step.RemindAt);
        }

        if (step.DoNotCall && world.Bug != Bug.BotReplyLost)
        {
            world.Books.DoNotCallAcknowledged(phone);
            world.EndJobsEverywhere(silo, phone);
        }
    }

    private async Task<BotReply?> ToldAsync(JobRow row) =>
        row.Has(JobFlags.BotSpoke) ? await world.Store.ReadAsync(silo.Life, () => world.Store.BotReply(row.Try)) : null;
}
