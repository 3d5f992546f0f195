using Dialer.Accounts;
using Dialer.Calendars;
using Dialer.Campaigns;
using Dialer.Channels;
using Dialer.Gateway.Access;
using Dialer.Gateway.Campaigns;
using Dialer.Gateway.Problems;
using Dialer.Gateway.Wire;
using Dialer.Intake;
using Dialer.Numbers;
using Dialer.Reports;
using Dialer.Subscribers;

namespace Dialer.Gateway.Channels;

/// <summary>
/// <c>POST /channels/{id}/test-call</c>: one call over a channel, with its bot. It is a campaign of one number that finishes by itself, so
/// that everything holds that holds for any call: lines, rate, destinations (P39), do-not-call, caps, outer hours; and its timeline and
/// trace are there.
/// </summary>
internal static class TestCallEndpoint
{
    /// <summary>A call that has not begun by then is not made any more: nobody is rung long after the test.</summary>
    private static readonly TimeSpan MayBegin = TimeSpan.FromMinutes(2);

    /// <summary>How long the request waits to see whether it begins.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    private static readonly TimeSpan Look = TimeSpan.FromMilliseconds(100);

    private static readonly string[] WaitsForOthers = ["channel_lines", "channel_rate", "max_simultaneous_calls", "no_numbers"];

    public static void MapTestCall(this IEndpointRouteBuilder channels) => channels.MapPost("/{id:long}/test-call", CallAsync)
        .WithName("testCall").WithSummary("One call to a number over this channel, connected to its bot; the answer says where to follow it.")
        .Accepts<TestCallBody>("application/json").Produces<TestCall>(202).ProducesProblem(400).ProducesProblem(403).ProducesProblem(404).ProducesProblem(409).ProducesProblem(422)
        .RequireAuthorization(AccessNames.Operator).Audited("channel.test-call").Idempotent();

    private static async Task<IResult> CallAsync(
        long id, Body<TestCallBody> body, HttpContext context, IGrainFactory grains, INumberReader numbers, IJobIntake intake, IDialerQueries queries, INewIds ids, TimeProvider clock)
    {
        if (body.Value is not { } asked)
        {
            return body.Fault!;
        }

        if (await ChannelEndpoints.FindAsync(grains, id) is not { } channel)
        {
            return ChannelEndpoints.NotFound();
        }

        if (CampaignEndpoints.RefuseException(context, asked.OuterHoursException, former: null) is { } forbidden)
        {
            return forbidden;
        }

        var read = numbers.Read(asked.Phone, null);
        if (!read.IsDone)
        {
            return Problem.Of([read.Refusal with { Field = "phone" }]);
        }

        if (RefuseZone(asked.TimeZone, read.Value.Zone) is { } elsewhere)
        {
            return elsewhere;
        }

        var callee = Audit.HashOf(read.Value.Phone);
        context.AuditTarget($"{channel.Id} {callee}");

        var organisation = await grains.GetGrain<IAccountGrain>(1).GetAsync();
        if ((asked.TimeZone ?? organisation.Settings.TimeZone) is not { } zone)
        {
            return Problem.Of([new Refusal("time_zone_needed", "Give the timeZone of whoever is called, for example Europe/Moscow, or set the organisation's.", Field: "timeZone")]);
        }

        var campaign = grains.GetGrain<ICampaignGrain>(await context.NewIdAsync(ids));
        context.AuditTarget($"{channel.Id} campaign:{campaign.GetPrimaryKeyLong()} {callee}");
        var (job, refused) = await BeginAsync(campaign, SettingsOf(channel, zone, asked, clock.Now()), read.Value, intake, context.User.Actor(), clock.Now());
        refused ??= await SeeAsync(campaign, job, queries, clock);
        if (refused is not null)
        {
            // nothing is half done: it is not called later
            await campaign.DeleteAsync(context.User.Actor());
            var isUnderWay = job != default && (await queries.ReadJobsAsync(new CampaignId(campaign.GetPrimaryKeyLong()), [job])) is [{ } late]
                && (late.Tries > 0 || late.Status == JobStatus.Live);
            if (!isUnderWay)
            {
                return refused;
            }

            // it began in the last moment: the phone rings, and whoever asks again must not let it ring twice
        }

        var made = new TestCall(campaign.GetPrimaryKeyLong().ToString(System.Globalization.CultureInfo.InvariantCulture), job.ToString());
        return Results.Accepted($"/api/v1/campaigns/{made.CampaignId}/numbers/{made.JobId}", made);
    }

    /// <summary>
    /// A zone that the number cannot be in would lend it the hours of another place (P60). Of a number whose zone is certain, that zone's
    /// outer hours hold whatever is sent.
    /// </summary>
    private static IResult? RefuseZone(string? given, ZoneFound found) => given is null || !found.IsAmbiguous || found.Candidates.Contains(given, StringComparer.Ordinal)
        ? null
        : Problem.Of([new Refusal("invalid_setting", $"timeZone is where the person called is now; this number is in one of {string.Join(", ", found.Candidates)}.", Field: "timeZone")]);

    /// <summary>At any hour that P60 leaves: whoever tests asks for the call now.</summary>
    private static CampaignSettings SettingsOf(Dialer.Channels.ChannelView channel, string zone, TestCallBody asked, UnixTime now) => new()
    {
        Name = $"Test call: {channel.Settings.Name}"[..Math.Min(CampaignSettings.MaxNameLength, 11 + channel.Settings.Name.Length)],
        Channel = channel.Id,
        TimeZone = zone,
        UseSubscriberLocalTime = false,
        CallingWindows = WeeklyHours.Always,
        Attempts = new AttemptPolicy { Initial = 1, Maximum = 1 },
        FinishAt = now + MayBegin,
        FinishWhenIdle = true,
        AllowSilence = true,
        OuterHoursException = asked.OuterHoursException?.Reason,
        Project = "test-calls",
    };

    private static async Task<(JobId Job, IResult? Refused)> BeginAsync(
        ICampaignGrain campaign, CampaignSettings settings, ReadNumber number, IJobIntake intake, string actor, UnixTime now)
    {
        var made = await campaign.CreateAsync(settings, default);
        if (!made.IsDone)
        {
            return (default, Problem.Of(made.Refusals));
        }

        if (made.Value.Status == CampaignStatus.Deleted)
        {
            return (default, IdempotentRequests.Gone());
        }

        var added = await intake.AddAsync(made.Value.Id, [new NewJob { Phone = number.Phone, Zone = number.Zone, Policy = new CallPolicy(), NotAfter = now + MayBegin }], OnceOf(made.Value.Id));
        if (!added.IsDone)
        {
            return (default, Problem.Of([.. added.Refusals.Select(r => r with { Field = "phone" })]));
        }

        if (made.Value.Status != CampaignStatus.Scheduled)
        {
            // begun by a request that had no answer: nobody is rung a second time
            return (added.Value.Jobs[0], null);
        }

        var started = await campaign.StartAsync(actor);
        return (added.Value.Jobs[0], started.IsDone ? null : Problem.Of(started.Refusals));
    }

    /// <summary>The number is added once, however often the request is repeated.</summary>
    private static IntakeKey OnceOf(CampaignId campaign) => new($"test-call/{campaign}", "number");

    /// <summary>Null: it begins, or waits only for other calls to end.</summary>
    private static async Task<IResult?> SeeAsync(ICampaignGrain campaign, JobId job, IDialerQueries queries, TimeProvider clock)
    {
        var since = clock.GetTimestamp();
        while (true)
        {
            var report = (await queries.ReadJobsAsync(new CampaignId(campaign.GetPrimaryKeyLong()), [job])).Single();
            if (report.Tries > 0 || report.Status is JobStatus.Live)
            {
                return null;
            }

            var progress = await campaign.ProgressAsync();
            var refusal = await WhyNotAsync(report, progress, queries, clock.Now());
            var isOver = clock.GetElapsedTime(since) > Patience;
            if (refusal is not null && (isOver || refusal.IsCertain))
            {
                return Problem.Of(StatusCodes.Status409Conflict, refusal.Code, refusal.Text);
            }

            if (isOver)
            {
                return null;
            }

            await Task.Delay(Look, clock);
        }
    }

    private static async Task<WhyNot?> WhyNotAsync(JobReport report, CampaignProgress? progress, IDialerQueries queries, UnixTime now)
    {
        if (report.Status == JobStatus.Final)
        {
            return new WhyNot("not_called", $"The number is not called: {report.EndReason.Word()}.", IsCertain: true);
        }

        if (report.NextAt > now + TimeSpan.FromSeconds(1) && await queries.ReadNotesAsync(report.Id) is [.., var note])
        {
            return new WhyNot(note.Code, $"The number may not be called before {report.NextAt} ({note.Code}).", IsCertain: true);
        }

        return progress switch
        {
            { PauseCauses: [var cause, ..] } => new WhyNot(cause.Code, cause.Text, IsCertain: true),
            { Idle: { } idle } when !WaitsForOthers.Contains(idle.Code) => new WhyNot(idle.Code, idle.Text, IsCertain: idle.Code == "outside_hours"),
            _ => null,
        };
    }

    private sealed record WhyNot(string Code, string Text, bool IsCertain);
}

/// <summary>Whom to call.</summary>
/// <param name="Phone">With country code.</param>
/// <param name="TimeZone">Where the number is, if that is not certain by the number itself: one of the zones it may be in; null = the organisation's. It does not widen the outer hours of a number whose zone is known (P60).</param>
/// <param name="OuterHoursException">An administrator's reason for calling outside them.</param>
internal sealed record TestCallBody(string Phone, string? TimeZone = null, ExceptionBody? OuterHoursException = null);

/// <summary>Where the call is: its timeline stands at <c>/api/v1/campaigns/{campaignId}/numbers/{jobId}</c>, the <c>Location</c> of the answer.</summary>
internal sealed record TestCall(string CampaignId, string JobId);
