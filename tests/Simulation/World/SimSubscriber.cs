using Dialer.Calls;
using Dialer.Campaigns;
using Dialer.Channels;
using Dialer.Domain.Campaigns;
using Dialer.Domain.Phones;
using Dialer.Domain.Subscribers;
using Dialer.Grains.Calls;
using Dialer.Grains.Subscribers;
using Dialer.Numbers;
using Dialer.Subscribers;

namespace Dialer.Tests.Simulation;

/// <summary>
/// The shell of a subscriber: decide (the real machine), persist (the simulated store), act. Follows <c>SubscriberGrain</c> step by
/// step; between the steps its process may end.
/// </summary>
internal sealed partial class SimSubscriber(DialerWorld world, SimSilo silo, CampaignId campaign, PhoneNumber phone)
{
    private const int MaxRounds = 5;

    private readonly Turns turns = new();
    private SubscriberContext? held;
    private UnixTime plannedAt;
    private BotId? bot;
    private ChannelId channel;
    private bool isTrial;

    public SimSilo Silo => silo;

    private UnixTime Now => world.Now;

    public Task<AdmissionAnswer> AdmitAsync(Admission admission) => turns.RunAsync(async () =>
    {
        silo.Pulse.Told(admission.Channel, admission.Breaker, admission.Terms.Channel.Breaker, admission.BreakerAt);
        try
        {
            if (held is { Row.Status: JobStatus.Live } call)
            {
                return call.Row.Id == admission.Row.Id
                    ? new AdmissionAnswer(AdmissionResult.Stale, RefusalCodes.PhoneBusy)
                    : await WaitForCallAsync(admission);
            }

            var answer = await JudgeAsync(admission);
            if (answer.Result != AdmissionResult.Dialing)
            {
                held = null;
            }

            return answer;
        }
        catch (StoreUnavailableException)
        {
            held = null;
            return new AdmissionAnswer(AdmissionResult.Unsure, "storage");
        }
    });

    private async Task<AdmissionAnswer> JudgeAsync(Admission admission)
    {
        SubscriberContext? context;
        try
        {
            context = await ContextAsync(admission);
        }
        catch (StoreUnavailableException)
        {
            return new AdmissionAnswer(AdmissionResult.NotNow, RefusalCodes.Storage);
        }

        if (context is null)
        {
            return new AdmissionAnswer(AdmissionResult.Stale);
        }

        switch (Judge(context))
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

    private AdmitDecision Judge(SubscriberContext context)
    {
        var decision = SubscriberMachine.Admit(context, silo.Number, Now);
        var isLimitIgnored = world.Bug == Bug.LimitIgnored && decision is AdmitDecision.End { Step.Row.EndReason: EndReason.AttemptsLowered };
        return !isLimitIgnored ? decision : new AdmitDecision.Dial(context.Row with
        {
            Version = context.Row.Version + 1,
            Status = JobStatus.Live,
            TryNumber = context.Row.TryNumber + 1,
            TryStartedAt = Now,
            AnsweredAt = UnixTime.None,
            Silo = silo.Number,
        });
    }

    private async Task<SubscriberContext?> ContextAsync(Admission admission)
    {
        if (!admission.Row.Has(JobFlags.Siblings))
        {
            return Context(admission.Row, [], admission.Lane, admission.Terms, []);
        }

        var stored = await ReadAsync();
        var row = stored.Rows.FirstOrDefault(r => r.Id == admission.Row.Id);
        return row is null || row.Version != admission.Row.Version
            ? null
            : Context(row, Others(stored, row), admission.Lane, admission.Terms, stored.Lanes);
    }

    private async Task<AdmissionAnswer> DialAsync(Admission admission, SubscriberContext context, JobRow intent)
    {
        await StepAsync();
        var answer = await silo.Writer.WriteAsync(new IntentWrite
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
        await StepAsync();
        if (IsTokenLate(admission))
        {
            return await NotPlacedAsync(RefusalCodes.TokenLate);
        }

        await TellLineAsync();
        if (IsTokenLate(admission) && world.Bug != Bug.TokenCheckedOnce)
        {
            return await NotPlacedAsync(RefusalCodes.TokenLate);
        }

        var isTaken = silo.Driver.Dial(admission.Channel, new DialCommand(
            intent.Try, campaign, phone, context.Terms.Channel.RingTimeout, context.Terms.Channel.MaxCall, context.Terms.Scenario, intent.TryStartedAt));
        world.Cluster.Stir();
        await StepAsync();
        return isTaken ? new AdmissionAnswer(AdmissionResult.Dialing) : await NotPlacedAsync(RefusalCodes.DriverRefused);
    }

    /// <summary>Where the trunk is has to be looked up and stored before the first call leaves.</summary>
    private Hop TellLineAsync() => world.Schedule.Wait(silo.Life, world.Fault(f => f.SlowLine) ? world.Dice.Between(200, 3000) : 0);

    private bool IsTokenLate(Admission admission) =>
        world.Schedule.NowMs > (admission.AskerSilo == silo.Number ? admission.TokenTicks : admission.TokenUntil.Ms);

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
                await StoreAsync(SubscriberMachine.EndForDoNotCall(context.Row, Now));
                return new AdmissionAnswer(AdmissionResult.Ended, answer.Reason);
            case IntentResult.PhoneRefused:
                return await PutOffAsync(context, answer.Reason!, answer.NextAt);
            default:
                return new AdmissionAnswer(AdmissionResult.Stale);
        }
    }

    private async Task<AdmissionAnswer> WaitForCallAsync(Admission admission) =>
        await ContextAsync(admission) is { Row.Status: JobStatus.Waiting } context
            ? await PutOffAsync(context, RefusalCodes.PhoneBusy, Now + RefusalCodes.BusyRetry)
            : new AdmissionAnswer(AdmissionResult.Stale, RefusalCodes.PhoneBusy);

    private async Task<AdmissionAnswer> PutOffAsync(SubscriberContext context, string reason, UnixTime until)
    {
        var put = SubscriberMachine.Defer(context.Row, reason, until, Now);
        await StoreAsync(put);
        return new AdmissionAnswer(AdmissionResult.NotNow, reason, put.Row.Lane, put.Row.NotBefore);
    }

    private async Task<AdmissionAnswer> NotPlacedAsync(string reason)
    {
        var context = held!;
        var end = new CallEnded
        {
            Try = context.Row.Try,
            Campaign = campaign,
            Phone = phone,
            Seq = int.MaxValue,
            At = Now,
            Class = CallClass.NotPlaced,
            Fault = Fault.Ourselves,
        };
        var step = SubscriberMachine.Ended(context, end, plannedAt, isChannelDown: false);
        return await StoreAsync(step)
            ? new AdmissionAnswer(AdmissionResult.NotNow, reason, step.Row.Lane, step.Row.NotBefore)
            : new AdmissionAnswer(AdmissionResult.Unsure, reason);
    }

    private Task<SubscriberRows> ReadAsync() => world.Store.ReadAsync(silo.Life, () => world.Store.Subscriber(campaign, phone));

    private SubscriberContext Context(SubscriberRows stored, JobRow row) =>
        Context(row, Others(stored, row), stored.LaneOf(row), stored.Terms, stored.Lanes);

    private SubscriberContext Context(JobRow row, IReadOnlyList<JobRow> others, Lane lane, CampaignTerms terms, IReadOnlyList<Lane> lanes) => new()
    {
        Row = row,
        Others = others,
        Lane = lane,
        SiblingLanes = lanes,
        Terms = terms,
        Calendar = silo.Calendars.Of(terms, lane),
    };

    private static IReadOnlyList<JobRow> Others(SubscriberRows stored, JobRow row) =>
        [.. stored.Rows.Where(r => r.Id != row.Id)];

    /// <summary>A place between persist and act: the process may end here.</summary>
    private Hop StepAsync()
    {
        if (world.Fault(f => f.CrashAtStep))
        {
            world.Cluster.Crash(silo);
        }

        return world.Schedule.Wait(silo.Life, 0);
    }
}
