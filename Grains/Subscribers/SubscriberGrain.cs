using Dialer.Calls;
using Dialer.Campaigns;
using Dialer.Channels;
using Dialer.Domain.Phones;
using Dialer.Domain.Subscribers;
using Dialer.Grains.Calls;
using Dialer.Grains.Campaigns;
using Dialer.Grains.Channels;
using Dialer.Grains.Common;
using Dialer.Grains.DoNotCall;
using Dialer.Numbers;
using Dialer.Subscribers;
using Microsoft.Extensions.Logging;
using Orleans.Placement;

namespace Dialer.Grains.Subscribers;

/// <summary>
/// One phone number within one campaign: decide (<see cref="SubscriberMachine"/>), persist (<see cref="IDialStore"/>), act.
/// Holds its rows only while a call of its is up; forgets them whenever a write is in doubt.
/// </summary>
[RandomPlacement]
internal sealed partial class SubscriberGrain(
    IDialStore store,
    ICampaignStore campaigns,
    CallDesk desk,
    ChannelPulse pulse,
    LaneCalendars calendars,
    BackoffReminders reminders,
    DoNotCallDesk doNotCall,
    ISiloIdentity silo,
    TimeProvider clock,
    ILogger<SubscriberGrain> logger) : Grain, ISubscriberGrain, IRemindable
{
    /// <summary>How often a decision is made anew when the row had changed under it.</summary>
    private const int MaxRounds = 5;

    private CampaignId campaign;
    private PhoneNumber phone;

    /// <summary>The subscriber as last read or written; null = unknown, to be read.</summary>
    private SubscriberContext? held;

    /// <summary>What the bot of the held live call has said; null = nothing.</summary>
    private BotReply? told;

    private UnixTime plannedAt;
    private ChannelId channel;

    /// <summary>The call that is up tries a channel whose breaker is not closed: if it fails with the channel no streak grows (P42).</summary>
    private bool isTrial;

    /// <summary>The bot of the call that is up.</summary>
    private BotId? bot;

    public override Task OnActivateAsync(CancellationToken cancellationToken)
    {
        (campaign, phone) = SubscriberKey.Parse(this.GetPrimaryKeyString());
        return Task.CompletedTask;
    }

    public async Task<AdmissionAnswer> AdmitAsync(Admission admission)
    {
        ArgumentNullException.ThrowIfNull(admission);
        pulse.Told(admission.Channel, admission.Breaker, admission.Terms.Channel.Breaker, admission.BreakerAt);
        try
        {
            if (held is { Row.Status: JobStatus.Live } call)
            {
                // what is held is the call's, and stays
                return call.Row.Id == admission.Row.Id
                    ? new AdmissionAnswer(AdmissionResult.Stale, RefusalCodes.PhoneBusy)
                    : await WaitForCallAsync(admission);
            }

            var answer = await JudgeAsync(admission);
            if (answer.Result != AdmissionResult.Dialing)
            {
                Forget();
            }

            return answer;
        }
        catch (StoreUnavailableException)
        {
            Forget();
            return new AdmissionAnswer(AdmissionResult.Unsure, RefusalCodes.Storage);
        }
    }

    private async Task<AdmissionAnswer> JudgeAsync(Admission admission)
    {
        if (desk.Refuse(admission.Channel, campaign) is not null)
        {
            return new AdmissionAnswer(AdmissionResult.NotNow, RefusalCodes.DriverRefused);
        }

        SubscriberContext? context;
        try
        {
            context = await ContextAsync(admission);
        }
        catch (StoreUnavailableException)
        {
            // nothing was written yet
            return new AdmissionAnswer(AdmissionResult.NotNow, RefusalCodes.Storage);
        }

        if (context is null)
        {
            return new AdmissionAnswer(AdmissionResult.Stale);
        }

        switch (SubscriberMachine.Admit(context, silo.Number, clock.Now()))
        {
            case AdmitDecision.Dial dial:
                return await DialAsync(admission, context, dial.Intent);
            case AdmitDecision.End end:
                await StoreAsync(end.Step);
                return new AdmissionAnswer(AdmissionResult.Ended);
            case AdmitDecision.NotNow { Reason: RefusalCodes.PhoneBusy or RefusalCodes.Backoff } busy:
                // another job of the phone holds it: not to be asked for again each second, each time with a token of the channel
                return await PutOffAsync(context, busy.Reason, busy.NextAt);
            case AdmitDecision.NotNow later:
                return new AdmissionAnswer(AdmissionResult.NotNow, later.Reason, default, later.NextAt);
            default:
                return new AdmissionAnswer(AdmissionResult.Stale);
        }
    }

    /// <summary>The common case reads nothing: only a phone with several jobs does.</summary>
    private async Task<SubscriberContext?> ContextAsync(Admission admission)
    {
        if (!admission.Row.Has(JobFlags.Siblings))
        {
            return Context(admission.Row, [], admission.Lane, admission.Terms, []);
        }

        var stored = await store.ReadSubscriberAsync(campaign, phone);
        var row = stored?.Rows.FirstOrDefault(r => r.Id == admission.Row.Id);
        return row is null || row.Version != admission.Row.Version
            ? null
            : Context(row, Others(stored!, row), admission.Lane, admission.Terms, stored!.Lanes);
    }

    private async Task<AdmissionAnswer> DialAsync(Admission admission, SubscriberContext context, JobRow intent)
    {
        var answer = await store.WriteIntentAsync(new IntentWrite
        {
            Row = intent,
            Epoch = admission.Epoch,
            Channel = admission.Channel,
            ChannelEpoch = admission.ChannelEpoch,
            Phone = new PhoneRequest(phone, intent.Try, context.Terms.Care, context.Lane.Key.Zone, context.Terms.Settings.TimeZone),
            At = intent.TryStartedAt,
            Counters = CounterDelta.Between(context.Row, intent),
        });
        if (answer.Result != IntentResult.Stored)
        {
            return await RefusedAsync(context, answer);
        }

        held = context with { Row = intent };
        told = null;
        plannedAt = admission.PlannedAt;
        channel = admission.Channel;
        isTrial = admission.Terms.Channel.Breaker && admission.Breaker != BreakerState.Closed;
        bot = BotId.Of(context.Terms.Scenario);
        if (IsTokenLate(admission))
        {
            return await NotPlacedAsync(RefusalCodes.TokenLate);
        }

        var channelSettings = context.Terms.Channel;
        var command = new DialCommand(
            intent.Try, campaign, phone, channelSettings.RingTimeout, channelSettings.MaxCall, context.Terms.Scenario, intent.TryStartedAt);
        var taken = await desk.DialAsync(admission.Channel, channelSettings, command, () => IsTokenLate(admission));
        return taken.IsAccepted ? new AdmissionAnswer(AdmissionResult.Dialing)
            : taken.Refusal == RefusalCodes.TokenLate ? await NotPlacedAsync(RefusalCodes.TokenLate)
            : await NotPlacedAsync(RefusalCodes.DriverRefused, taken.Refusal);
    }

    /// <summary>The intent's transaction said no: nothing is spent; what the phone forbids is put off, or ended for good.</summary>
    private async Task<AdmissionAnswer> RefusedAsync(SubscriberContext context, IntentAnswer answer)
    {
        switch (answer.Result)
        {
            case IntentResult.EpochPassed:
                return new AdmissionAnswer(AdmissionResult.EpochPassed);
            case IntentResult.ChannelEpochPassed:
                return new AdmissionAnswer(AdmissionResult.ChannelEpochPassed);
            case IntentResult.CapReached:
                return new AdmissionAnswer(AdmissionResult.NotNow, "cap");
            case IntentResult.PhoneRefused when answer.Reason == RefusalCodes.DoNotCall:
                await StoreAsync(SubscriberMachine.EndForDoNotCall(context.Row, clock.Now()));
                return new AdmissionAnswer(AdmissionResult.Ended, answer.Reason);
            case IntentResult.PhoneRefused:
                return await PutOffAsync(context, answer.Reason!, answer.NextAt);
            default:
                return new AdmissionAnswer(AdmissionResult.Stale);
        }
    }

    /// <summary>Another job of the phone is in a call: this one is not to be asked for again each second, each time with a token of the channel.</summary>
    private async Task<AdmissionAnswer> WaitForCallAsync(Admission admission) =>
        await ContextAsync(admission) is { Row.Status: JobStatus.Waiting } context
            ? await PutOffAsync(context, RefusalCodes.PhoneBusy, clock.Now() + RefusalCodes.BusyRetry)
            : new AdmissionAnswer(AdmissionResult.Stale, RefusalCodes.PhoneBusy);

    private async Task<AdmissionAnswer> PutOffAsync(SubscriberContext context, string reason, UnixTime until)
    {
        var put = SubscriberMachine.Defer(context.Row, reason, until, clock.Now());
        await StoreAsync(put);
        return new AdmissionAnswer(AdmissionResult.NotNow, reason, put.Row.Lane, put.Row.NotBefore);
    }

    /// <summary>The call never left: the row goes back to waiting, nothing spent, its number used up (I2).</summary>
    private async Task<AdmissionAnswer> NotPlacedAsync(string reason, string? detail = null)
    {
        var context = held!;
        var step = SubscriberMachine.Ended(context, NotPlacedEnd(context.Row), plannedAt, isChannelDown: false);
        step = step with { Notes = [.. step.Notes, new JobNote(step.Row.Id, campaign, clock.Now(), "not_placed", detail ?? reason)] };
        return await StoreAsync(step)
            ? new AdmissionAnswer(AdmissionResult.NotNow, reason, step.Row.Lane, step.Row.NotBefore)
            : new AdmissionAnswer(AdmissionResult.Unsure, reason);
    }

    /// <summary>
    /// On the asker's machine its monotonic clock tells; elsewhere the wall clock, which stands still for no frozen process.
    /// </summary>
    private bool IsTokenLate(Admission admission) => admission.AskerSilo == silo.Number
        ? clock.GetTimestamp() > admission.TokenTicks
        : clock.Now() > admission.TokenUntil;

    private CallEnded NotPlacedEnd(JobRow row) => new()
    {
        Try = row.Try,
        Campaign = campaign,
        Phone = phone,
        Seq = int.MaxValue,
        At = clock.Now(),
        Class = CallClass.NotPlaced,
        Fault = Fault.Ourselves,
    };

    private SubscriberContext Context(SubscriberRows stored, JobRow row) =>
        Context(row, Others(stored, row), stored.LaneOf(row), stored.Terms, stored.Lanes);

    private SubscriberContext Context(JobRow row, IReadOnlyList<JobRow> others, Lane lane, CampaignTerms terms, IReadOnlyList<Lane> lanes) => new()
    {
        Row = row,
        Others = others,
        Lane = lane,
        SiblingLanes = lanes,
        Terms = terms,
        Calendar = calendars.Of(terms, lane),
    };

    private static IReadOnlyList<JobRow> Others(SubscriberRows stored, JobRow row) =>
        [.. stored.Rows.Where(r => r.Id != row.Id)];

    /// <summary>What is known of the rows is not certain any more, or no longer needed: the next turn reads.</summary>
    private void Forget()
    {
        held = null;
        told = null;
        DeactivateOnIdle();
    }
}
