using Dialer.Calls;
using Dialer.Campaigns;
using Dialer.Channels;
using Dialer.Domain.Subscribers;
using Dialer.Grains.Subscribers;
using Dialer.Subscribers;

namespace Dialer.Tests.Simulation;

/// <summary>What comes back from calls, and what others ask for.</summary>
internal sealed partial class SimSubscriber
{
    public Task OnCallAsync(CallEvent fact) => turns.RunAsync(async () =>
    {
        try
        {
            await (fact is CallAnswered answered ? AnsweredAsync(answered) : EndedAsync((CallEnded)fact));
            return true;
        }
        catch (StoreUnavailableException)
        {
            held = null;
            throw;
        }
    });

    public Task<bool> SettleAsync(JobRow row, bool knownOver) => turns.RunAsync(async () =>
    {
        held = null;
        var stored = await ReadAsync();
        var current = stored.Rows.FirstOrDefault(r => r.Id == row.Id);
        if (current is null || current.Status != JobStatus.Live || current.Try != row.Try || current.Silo != row.Silo)
        {
            return true;
        }

        var context = Context(stored, current);
        if (SubscriberMachine.Settle(context, knownOver, Now, await ToldAsync(current)) is not { } step)
        {
            return false;
        }

        if (world.Bug == Bug.TryNumberReused)
        {
            step = step with { Row = step.Row with { TryNumber = step.Row.TryNumber - 1 } };
        }

        if (!await StoreAsync(step))
        {
            return false;
        }

        await ActAsync(step, null);
        return true;
    });

    public Task<IReadOnlyList<JobId>> CancelAsync(EndReason reason) => turns.RunAsync<IReadOnlyList<JobId>>(async () =>
    {
        var cancelled = new List<JobId>();
        var stored = await ReadAsync();
        foreach (var row in stored.Rows)
        {
            if (SubscriberMachine.Cancel(row, reason, Now) is { } step && (world.Bug == Bug.CancelIgnored || await silo.Writer.WriteAsync(step)))
            {
                cancelled.Add(row.Id);
            }
        }

        held = null;
        return cancelled;
    });

    public Task<bool> PutBackAsync(TryId id) => turns.RunAsync(async () =>
    {
        var stored = await ReadAsync();
        var row = stored.Rows.FirstOrDefault(r => r.Try == id);
        var record = row is null ? null : await world.Store.ReadAsync(silo.Life, () => world.Store.Tries.GetValueOrDefault(id));
        return record is not null && SubscriberMachine.PutBack(Context(stored, row!), record, Now) is { } step && await silo.Writer.WriteAsync(step);
    });

    public Task<bool> ExpireAsync(JobRow row) => turns.RunAsync(async () =>
    {
        var stored = await ReadAsync();
        var current = stored.Rows.FirstOrDefault(r => r.Id == row.Id);
        if (current is not null
            && SubscriberMachine.EndWithoutCall(Context(stored, current), Now) is { } step)
        {
            await StoreAsync(step);
        }

        held = held?.Row.Status == JobStatus.Live ? held : null;
        return true;
    });

    public Task<bool> WakeAsync() => turns.RunAsync(async () =>
    {
        if (held?.Row.Status == JobStatus.Live)
        {
            return true;
        }

        try
        {
            var stored = await ReadAsync();
            foreach (var step in stored.Rows.Select(r => SubscriberMachine.Wake(r, Now)).OfType<SubscriberStep>())
            {
                if (await silo.Writer.WriteAsync(step))
                {
                    world.Cluster.Hint(campaign, c => c.Wake(step.Row.Lane, step.Row.NotBefore));
                }
            }
        }
        catch (StoreUnavailableException)
        {
            // the sweep wakes what is overdue
        }

        held = null;
        return true;
    });

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
            if (await silo.Writer.WriteAsync(new SubscriberStep { Row = row, IsAnswer = true }))
            {
                held = context with { Row = row };
                world.Books.AnswerStored(answered.Try);
                if (world.Bug == Bug.PermitFreedEarly)
                {
                    world.Cluster.Hint(campaign, c => c.PermitFreed(new PermitFreed { Try = answered.Try, Class = CallClass.Answered }));
                }

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
                : await DecideAsync(context, world.Bug == Bug.BotReplyNotRead ? ended : ended with { Bot = BotReply.Merge(told, ended.Bot) });
            if (step is null)
            {
                world.Say($"late end of {ended.Try} ({ended.Class})");
                held = null;
                return;
            }

            await StepAsync();
            step = await WithLaneAsync(step);
            if (await StoreAsync(Spoiled(step)))
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

    private SubscriberStep Spoiled(SubscriberStep step) => world.Bug switch
    {
        Bug.AnswerNotSpent when step.Try is { Class: CallClass.Answered, AttemptNumber: > 0 } record =>
            step with { Try = record with { AttemptNumber = 0 } },
        Bug.BackoffTooShort when step.Row.Status == JobStatus.Backoff => step with { Row = step.Row with { NotBefore = Now + TimeSpan.FromMinutes(1) } },
        _ => step,
    };

    private async Task<SubscriberContext?> LiveAsync(TryId id)
    {
        if (held?.Row.Try == id && held.Row.Status == JobStatus.Live)
        {
            return held;
        }

        var stored = await ReadAsync();
        if (stored.Rows.FirstOrDefault(r => r.Status == JobStatus.Live && r.Try == id) is not { } row)
        {
            return null;
        }

        told = await ToldAsync(row);
        plannedAt = row.TryStartedAt;
        channel = stored.Terms.Settings.Channel;
        isTrial = false;
        bot = BotId.Of(stored.Terms.Scenario);
        return held = Context(stored, row);
    }

    private async Task<SubscriberStep?> CorrectAsync(CallEnded ended)
    {
        var stored = await ReadAsync();
        var row = stored.Rows.FirstOrDefault(r => r.Id == ended.Try.Job);
        bot = BotId.Of(stored.Terms.Scenario);
        return row is null || stored.Rows.Any(r => r.Status == JobStatus.Live)
            ? null
            : SubscriberMachine.Correct(Context(stored, row), ended, row.TryStartedAt, await ToldAsync(row));
    }

    private async Task<SubscriberContext> FreshForRedialAsync(SubscriberContext context, BotReply? reply) =>
        reply?.Redial is null ? context : context with { Terms = (await ReadAsync()).Terms };

    private bool IsChannelDown(CallEnded ended)
    {
        silo.Pulse.Observe(channel, ended);
        var isDown = isTrial || silo.Pulse.IsDown(channel, Now);
        // decided anew when the first write came to nothing: what was known last counts
        world.Books.JudgedWithChannel(ended.Try, isDown && ended.IsChannelClass);
        return isDown;
    }

    private async Task<SubscriberStep> WithLaneAsync(SubscriberStep step)
    {
        if (step.RedialLane is not { } wanted)
        {
            return step;
        }

        var lane = await world.Store.WriteAsync(silo.Life, () => world.Store.EnsureLane(campaign, wanted.Priority, wanted.Policy, wanted.Zone));
        return step with { Row = step.Row with { Lane = lane.Of(LaneKind.At) }, RedialLane = null };
    }

    private async Task<bool> StoreAsync(SubscriberStep step) => await silo.Writer.WriteAsync(await WithLaneAsync(step));

    /// <summary>After the commit: reminder, opt-out, campaign. All of it hints that others re-derive.</summary>
    private async Task ActAsync(SubscriberStep step, CallEnded? ended)
    {
        held = null;
        await StepAsync();
        if (step.Try is { } record)
        {
            var isWaiting = step.Row.Status == JobStatus.Waiting;
            world.Cluster.Hint(campaign, c => c.PermitFreed(new PermitFreed
            {
                Try = record.Try,
                Class = record.Class,
                AnsweredAt = record.AnsweredAt,
                StartedAt = record.StartedAt,
                EndedAt = record.EndedAt,
                Bot = bot,
                MissedBot = ended?.MissedBot ?? false,
                IsChannelClass = ended?.IsChannelClass ?? false,
                Status = step.Row.Status,
                Lane = isWaiting ? step.Row.Lane : default,
                NotBefore = isWaiting ? step.Row.NotBefore : UnixTime.None,
            }));
        }

        if (!step.RemindAt.IsNone)
        {
            world.Reminders.Register(campaign, phone, step.RemindAt);
        }

        if (step.DoNotCall)
        {
            world.Books.DoNotCallAcknowledged(phone);
            world.EndJobsEverywhere(silo, phone);
        }
    }
}
