using Dialer.Bots;
using Dialer.Calls;
using Dialer.Campaigns;
using Dialer.Domain.Subscribers;
using Dialer.Subscribers;

namespace Dialer.Grains.Subscribers;

/// <summary>What bots say of their calls, while these are up and a little after.</summary>
internal sealed partial class SubscriberGrain
{
    private const int LongestFault = 200;

    public Task<BotAnswer> BotSaidAsync(TryId id, BotReply reply)
    {
        ArgumentNullException.ThrowIfNull(reply);
        return HearAsync(id, async () =>
            await LiveAsync(id) is { } live ? SubscriberMachine.Said(await FreshForRedialAsync(live, reply), told, reply, clock.Now())
            : await EndedCallAsync(id) is not { } ended ? NotTaken(BotAnswer.UnknownCall)
            : IsClosed(ended.Record) ? NotTaken(BotAnswer.CallOver)
            : SubscriberMachine.Amend(ended.Context, ended.Record, await ToldAsync(ended.Context.Row), reply, clock.Now()));
    }

    public Task BotFaultAsync(TryId id, string fault)
    {
        ArgumentNullException.ThrowIfNull(fault);
        var shown = fault.Replace("\0", "", StringComparison.Ordinal);
        shown = shown.Length <= LongestFault ? shown : shown[..LongestFault];
        return HearAsync(id, async () =>
        {
            var ended = await LiveAsync(id) is null ? await EndedCallAsync(id) : null;
            return ended is null && held?.Row.Try != id ? NotTaken(BotAnswer.UnknownCall)
                : ended is not null && IsClosed(ended.Record) ? NotTaken(BotAnswer.CallOver)
                : new BotDecision(SubscriberMachine.BotFault(ended?.Context.Row ?? held!.Row, shown, clock.Now()), told, new BotAnswer(true));
        });
    }

    private async Task<BotAnswer> HearAsync(TryId id, Func<Task<BotDecision>> decide)
    {
        try
        {
            for (var round = 0; round < MaxRounds; round++)
            {
                var decision = await decide();
                if (decision.Step is not { } decided)
                {
                    ForgetUnlessLive();
                    return decision.Answer;
                }

                // the campaign is told of the lane that the redial waits in
                var step = await WithLaneAsync(decided);
                if (await StoreHeardAsync(step, decision.Told))
                {
                    await ActOnBotAsync(step);
                    return decision.Answer;
                }

                held = null;
            }
        }
        catch (StoreUnavailableException)
        {
            Forget();
            throw;
        }

        throw new StoreUnavailableException($"The row of call {id} kept changing.");
    }

    /// <summary>What is held of a live call of the same job goes along with the row.</summary>
    private async Task<bool> StoreHeardAsync(SubscriberStep step, BotReply? all)
    {
        if (!await store.WriteStepAsync(step))
        {
            return false;
        }

        if (held?.Row.Id == step.Row.Id)
        {
            held = held with { Row = step.Row };
            told = all ?? told;
        }

        return true;
    }

    private async Task ActOnBotAsync(SubscriberStep step)
    {
        ForgetUnlessLive();
        if (step.ClosedSeries is not null && step.Row.Status == JobStatus.Waiting)
        {
            GrainFactory.GetGrain<ICampaignGrain>(campaign.Value).WakeAsync(step.Row.Lane, step.Row.NotBefore).Ignore();
        }

        if (!step.RemindAt.IsNone)
        {
            await reminders.RegisterAsync(this, step.RemindAt);
        }

        if (step.DoNotCall)
        {
            await doNotCall.EndJobsAsync(phone);
        }
    }

    /// <summary>A try of this subscriber that is over, with the job as it is now; null if there is none.</summary>
    private async Task<EndedTry?> EndedCallAsync(TryId id)
    {
        var stored = await store.ReadSubscriberAsync(campaign, phone);
        var row = stored?.Rows.FirstOrDefault(r => r.Id == id.Job);
        return row is not null && await store.ReadTryAsync(id) is { } record ? new EndedTry(Context(stored!, row), record) : null;
    }

    private bool IsClosed(TryRecord record) => !BotAnswer.IsOpen(record.Class, record.StartedAt, record.EndedAt, clock.Now());

    private async Task<BotReply?> ToldAsync(JobRow row) => row.Has(JobFlags.BotSpoke) ? await store.ReadBotReplyAsync(row.Try) : null;

    private void ForgetUnlessLive()
    {
        if (held?.Row.Status != JobStatus.Live)
        {
            Forget();
        }
    }

    private static BotDecision NotTaken(string why) => new(null, null, BotAnswer.NotTaken(why));

    private sealed record EndedTry(SubscriberContext Context, TryRecord Record);
}
