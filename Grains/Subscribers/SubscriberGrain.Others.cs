using Dialer.Calls;
using Dialer.Campaigns;
using Dialer.Domain.Subscribers;
using Dialer.Subscribers;

namespace Dialer.Grains.Subscribers;

/// <summary>Backoff, recovery, cancelling, ending without a call.</summary>
internal sealed partial class SubscriberGrain
{
    public Task ReceiveReminder(string reminderName, TickStatus status) => WakeAsync();

    public async Task WakeAsync()
    {
        if (held?.Row.Status == JobStatus.Live)
        {
            return;
        }

        try
        {
            var stored = await store.ReadSubscriberAsync(campaign, phone);
            var now = clock.Now();
            var isEarly = stored?.Rows.Any(r => r.Status == JobStatus.Backoff && r.NotBefore > now) ?? false;
            var woken = new List<JobRow>();
            foreach (var step in stored?.Rows.Select(r => SubscriberMachine.Wake(r, now)).OfType<SubscriberStep>() ?? [])
            {
                if (await store.WriteStepAsync(step))
                {
                    woken.Add(step.Row);
                }
            }

            // an early tick keeps the reminder: it ticks again each minute; a late or double one only ends it
            if (!isEarly)
            {
                await reminders.UnregisterAsync(this);
            }

            // last: the next try may fail and register the reminder anew
            foreach (var row in woken)
            {
                await GrainFactory.GetGrain<ICampaignGrain>(campaign.Value).WakeAsync(row.Lane, row.NotBefore);
            }
        }
        catch (StoreUnavailableException)
        {
            // the sweep wakes what is overdue
        }

        Forget();
    }

    public async Task<bool> SettleAsync(JobRow row, bool knownOver)
    {
        ArgumentNullException.ThrowIfNull(row);
        held = null;
        var stored = await store.ReadSubscriberAsync(campaign, phone);
        var current = stored?.Rows.FirstOrDefault(r => r.Id == row.Id);
        if (current is null || current.Status != JobStatus.Live || current.Try != row.Try || current.Silo != row.Silo)
        {
            Forget();
            return true;
        }

        var context = Context(stored!, current);
        if (SubscriberMachine.Settle(context, knownOver, clock.Now(), await ToldAsync(current)) is not { } step)
        {
            Forget();
            return false;
        }

        if (!await StoreAsync(step))
        {
            Forget();
            return false;
        }

        await ActAsync(step, null);
        return true;
    }

    public async Task<IReadOnlyList<JobId>> CancelAsync(IReadOnlyList<JobId>? jobs, EndReason reason)
    {
        var cancelled = new List<JobId>();
        var stored = await store.ReadSubscriberAsync(campaign, phone);
        var isOver = stored?.Terms.Status is CampaignStatus.Finished or CampaignStatus.Deleted;
        foreach (var row in stored?.Rows.Where(r => jobs is null || jobs.Contains(r.Id)) ?? [])
        {
            if (SubscriberMachine.Cancel(row, reason, clock.Now(), isOver) is { } step && await store.WriteStepAsync(step))
            {
                cancelled.Add(row.Id);
            }
        }

        // a live row has a new version now: the outcome reads it
        Forget();
        return cancelled;
    }

    public async Task<bool> PutBackAsync(TryId id)
    {
        var stored = await store.ReadSubscriberAsync(campaign, phone);
        var row = stored?.Rows.FirstOrDefault(r => r.Try == id);
        var record = row is null ? null : await store.ReadTryAsync(id);
        return record is not null
            && SubscriberMachine.PutBack(Context(stored!, row!), record, clock.Now()) is { } step
            && await store.WriteStepAsync(step);
    }

    public async Task ExpireAsync(JobRow row)
    {
        ArgumentNullException.ThrowIfNull(row);
        var stored = await store.ReadSubscriberAsync(campaign, phone);
        var current = stored?.Rows.FirstOrDefault(r => r.Id == row.Id);
        if (current is not null
            && SubscriberMachine.EndWithoutCall(Context(stored!, current), clock.Now()) is { } step)
        {
            await StoreAsync(step);
        }

        if (held?.Row.Status != JobStatus.Live)
        {
            Forget();
        }
    }
}
