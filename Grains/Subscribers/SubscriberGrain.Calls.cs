using Dialer.Calls;
using Dialer.Campaigns;
using Dialer.Channels;
using Dialer.Domain.Subscribers;
using Dialer.Subscribers;
using Microsoft.Extensions.Logging;

namespace Dialer.Grains.Subscribers;

/// <summary>What comes back from calls.</summary>
internal sealed partial class SubscriberGrain
{
    public async Task OnCallAsync(CallEvent callEvent)
    {
        ArgumentNullException.ThrowIfNull(callEvent);
        try
        {
            switch (callEvent)
            {
                case CallAnswered answered:
                    await AnsweredAsync(answered);
                    break;
                case CallEnded ended:
                    await EndedAsync(ended);
                    break;
                default:
                    break;
            }
        }
        catch (StoreUnavailableException)
        {
            // the caller keeps the fact and comes again; by then the rows are read anew
            Forget();
            throw;
        }
    }

    private async Task AnsweredAsync(CallAnswered answered)
    {
        for (var round = 0; round < MaxRounds; round++)
        {
            var context = await LiveAsync(answered.Try);
            if (context is null || !context.Row.AnsweredAt.IsNone)
            {
                return;
            }

            var row = SubscriberMachine.Answered(context.Row, answered.At);
            if (await store.WriteStepAsync(new SubscriberStep { Row = row, IsAnswer = true }, answered.Leg))
            {
                held = context with { Row = row };
                return;
            }

            held = null;
        }

        throw new StoreUnavailableException("The row of a live call kept changing.");
    }

    private async Task EndedAsync(CallEnded ended)
    {
        for (var round = 0; round < MaxRounds; round++)
        {
            var context = await LiveAsync(ended.Try);
            var step = context is null
                ? await CorrectAsync(ended)
                : await DecideAsync(context, ended with { Bot = BotReply.Merge(told, ended.Bot) });
            if (step is null)
            {
                LogLate(ended.Try, ended.Class);
                Forget();
                return;
            }

            step = await WithLaneAsync(step);
            if (await StoreAsync(step))
            {
                await ActAsync(step, ended);
                return;
            }

            held = null;
        }

        throw new StoreUnavailableException("The row of an ended call kept changing.");
    }

    private async Task<SubscriberStep> DecideAsync(SubscriberContext context, CallEnded heard) =>
        SubscriberMachine.Ended(await FreshForRedialAsync(context, heard.Bot), heard, plannedAt, IsChannelDown(heard));

    /// <summary>The live row of this try, from memory or the store; null when the try is not live any more.</summary>
    private async Task<SubscriberContext?> LiveAsync(TryId id)
    {
        if (held?.Row.Try == id && held.Row.Status == JobStatus.Live)
        {
            return held;
        }

        var stored = await store.ReadSubscriberAsync(campaign, phone);
        var row = stored?.Rows.FirstOrDefault(r => r.Status == JobStatus.Live && r.Try == id);
        if (row is null)
        {
            return null;
        }

        // only a call whose bot spoke pays this read, and only where its subscriber does not remember
        told = await ToldAsync(row);
        plannedAt = row.TryStartedAt;
        channel = stored!.Terms.Settings.Channel;
        isTrial = false;
        bot = BotId.Of(stored.Terms.Scenario);
        return held = Context(stored, row);
    }

    /// <summary>A real result of a try that was settled as unknown replaces it, if no later try began.</summary>
    private async Task<SubscriberStep?> CorrectAsync(CallEnded ended)
    {
        var stored = await store.ReadSubscriberAsync(campaign, phone);
        var row = stored?.Rows.FirstOrDefault(r => r.Id == ended.Try.Job);
        bot = stored is null ? null : BotId.Of(stored.Terms.Scenario);
        return row is null || stored!.Rows.Any(r => r.Status == JobStatus.Live)
            ? null
            : SubscriberMachine.Correct(Context(stored, row), ended, row.TryStartedAt, await ToldAsync(row));
    }

    /// <summary>A redial of a finished campaign is dropped (P26): for this one rare decision the status is read anew.</summary>
    private async Task<SubscriberContext> FreshForRedialAsync(SubscriberContext context, BotReply? reply)
    {
        if (reply?.Redial is null)
        {
            return context;
        }

        var stored = await store.ReadSubscriberAsync(campaign, phone);
        return stored is null ? context : context with { Terms = stored.Terms };
    }

    private bool IsChannelDown(CallEnded ended)
    {
        pulse.Observe(channel, ended);
        return isTrial || pulse.IsDown(channel, clock.Now());
    }

    /// <summary>A redial's lane is found or made before it is written, so that the campaign is told of the right one.</summary>
    private async Task<SubscriberStep> WithLaneAsync(SubscriberStep step)
    {
        if (step.RedialLane is not { } wanted)
        {
            return step;
        }

        var lane = await campaigns.EnsureLaneAsync(campaign, wanted.Priority, wanted.Policy, wanted.Zone);
        return step with { Row = step.Row with { Lane = lane.Of(LaneKind.At) }, RedialLane = null };
    }

    /// <summary>Writes a step. False: the row has changed.</summary>
    private async Task<bool> StoreAsync(SubscriberStep step) => await store.WriteStepAsync(await WithLaneAsync(step));

    /// <summary>After the commit: wake-up, campaign, opt-out. Everything here is a hint that others re-derive if it is lost.</summary>
    private async Task ActAsync(SubscriberStep step, CallEnded? ended)
    {
        Forget();
        // first of all the permit: others wait for it, and the breaker for the news
        if (step.Try is { } record)
        {
            TellCampaign(step, record, ended);
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

    private void TellCampaign(SubscriberStep step, TryRecord record, CallEnded? ended)
    {
        var isWaiting = step.Row.Status == JobStatus.Waiting;
        GrainFactory.GetGrain<ICampaignGrain>(campaign.Value).PermitFreedAsync(new PermitFreed
        {
            Try = record.Try,
            Class = record.Class,
            AnsweredAt = record.AnsweredAt,
            StartedAt = record.StartedAt,
            EndedAt = record.EndedAt,
            Bot = bot,
            MissedBot = ended?.MissedBot ?? false,
            IsChannelClass = ended?.IsChannelClass ?? false,
            IsNoFunds = ended?.IsNoFunds ?? false,
            Evidence = ended is { IsChannelClass: true } or { IsNoFunds: true } ? $"{ended.Cause.SipCode} {ended.Cause.Text}" : null,
            Status = step.Row.Status,
            Lane = isWaiting ? step.Row.Lane : default,
            NotBefore = isWaiting ? step.Row.NotBefore : UnixTime.None,
        }).Ignore();
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "A result of call {Try} ({Class}) came when its try was over; dropped")]
    private partial void LogLate(TryId @try, CallClass @class);
}
