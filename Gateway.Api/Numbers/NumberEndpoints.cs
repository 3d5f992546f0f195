using System.Text.Json.Nodes;
using Dialer.Calls;
using Dialer.Campaigns;
using Dialer.Gateway.Access;
using Dialer.Gateway.Campaigns;
using Dialer.Gateway.Problems;
using Dialer.Gateway.Wire;
using Dialer.Numbers;
using Dialer.PhoneLists;
using Dialer.Reports;
using Dialer.Subscribers;

namespace Dialer.Gateway.Numbers;

/// <summary><c>/api/v1/campaigns/{id}/numbers</c>: jobs, and the timeline of one (P32).</summary>
internal static class NumberEndpoints
{
    private const string Path = "/api/v1/campaigns/{id:long}/numbers";

    public static void MapNumbers(this IEndpointRouteBuilder routes)
    {
        var group = routes.MapGroup(Path).WithTags("Numbers");
        group.MapGet("", ListAsync).WithName("listNumbers").WithSummary("Jobs of a campaign; by status, by phone or job id (q).")
            .Produces<Page<NumberView>>().ProducesProblem(400).ProducesProblem(404);
        group.MapGet("/{jobId:long}", GetAsync).WithName("getNumber").WithSummary("One job with every try: planned and real time, what the carrier said, whose fault, what followed.")
            .Produces<TimelineView>().ProducesProblem(404);
        group.MapPost("/{jobId:long}/cancel", CancelAsync).WithName("cancelNumber").WithSummary("No further attempt; a live call ends by itself. Jobs of any origin.")
            .Produces<NumberView>().ProducesProblem(404)
            .RequireAuthorization(AccessNames.Operator).Audited("number.cancel", "jobId").Idempotent();
    }

    private static async Task<IResult> ListAsync(
        long id, IDialerQueries queries, IJobReports reports, INumberReader numbers, IGrainFactory grains, Paging paging, string? status = null, string? q = null)
    {
        if (paging.Fault is { } fault)
        {
            return fault;
        }

        if (await CampaignEndpoints.FindAsync(grains, id) is null)
        {
            return CampaignEndpoints.NotFound();
        }

        JobStatus? wanted = null;
        if (!string.IsNullOrEmpty(status))
        {
            if (!NumberWords.TryParse(status, out var parsed))
            {
                return Problem.Of(400, "bad_status", "status is waiting, live, backoff or final.", [new ProblemError("status", "bad_status", "status is waiting, live, backoff or final.")]);
            }

            wanted = parsed;
        }

        var campaign = new CampaignId(id);
        var rows = string.IsNullOrWhiteSpace(q)
            ? await queries.ReadJobsAsync(campaign, wanted, new JobId(paging.After ?? 0), paging.Limit)
            : await FindAsync(campaign, q.Trim(), wanted, queries, reports, numbers, paging);
        return Results.Ok(Page.Of(rows, paging, j => j.Id.Value, NumberView.Of));
    }

    private static async Task<IReadOnlyList<JobReport>> FindAsync(
        CampaignId campaign, string text, JobStatus? status, IDialerQueries queries, IJobReports reports, INumberReader numbers, Paging paging)
    {
        var phone = numbers.Read(text, null);
        var found = await reports.FindJobsAsync(campaign, JobId.TryParse(text, out var id) ? [id] : [], phone.IsDone ? [phone.Value.Phone] : []);
        var rows = await queries.ReadJobsAsync(campaign, [.. found.Select(f => f.Id).Where(j => j.Value > (paging.After ?? 0)).Order()]);
        return [.. rows.Where(r => status is null || r.Status == status).Take(paging.Limit)];
    }

    private static async Task<IResult> GetAsync(long id, long jobId, IDialerQueries queries, IJobReports reports, IGrainFactory grains)
    {
        if (await CampaignEndpoints.FindAsync(grains, id) is not { } campaign)
        {
            return CampaignEndpoints.NotFound();
        }

        var job = new JobId(jobId);
        if ((await queries.ReadJobsAsync(campaign.Id, [job])).SingleOrDefault() is not { } report)
        {
            return NotFound();
        }

        var (tries, notes) = (await queries.ReadTriesAsync(job), await queries.ReadNotesAsync(job));
        return Results.Ok(new TimelineView(
            NumberView.Of(report),
            await BasisAsync(campaign, job, reports, grains),
            !campaign.Settings.UseSubscriberLocalTime,
            [.. tries.Select(TryView.Of)],
            [.. notes.Select(NoteView.Of)]));
    }

    /// <summary>Of a number that came with a list (P57).</summary>
    private static async Task<string?> BasisAsync(Dialer.Campaigns.CampaignView campaign, JobId job, IJobReports reports, IGrainFactory grains) =>
        campaign.Settings.List is { } list
        && (await reports.FindJobsAsync(campaign.Id, [job], [])) is [{ Flags: var flags }] && (flags & JobFlags.FromApi) == 0
            ? (await grains.GetGrain<IPhoneListGrain>(list.Value).GetAsync())?.Basis
            : null;

    private static async Task<IResult> CancelAsync(long id, long jobId, IDialerQueries queries, IGrainFactory grains)
    {
        if (await CampaignEndpoints.FindAsync(grains, id) is null)
        {
            return CampaignEndpoints.NotFound();
        }

        var (campaign, job) = (new CampaignId(id), new JobId(jobId));
        if ((await queries.ReadJobsAsync(campaign, [job])).SingleOrDefault() is not { } report)
        {
            return NotFound();
        }

        await grains.GetGrain<ISubscriberGrain>(SubscriberKey.Of(campaign, report.Phone)).CancelAsync([job], EndReason.Cancelled);
        return Results.Ok(NumberView.Of((await queries.ReadJobsAsync(campaign, [job])).Single()));
    }

    private static IResult NotFound() => Problem.Of(StatusCodes.Status404NotFound, "number_not_found", "There is no such number in this campaign.");
}

internal static class NumberWords
{
    public static bool TryParse(string text, out JobStatus status)
    {
        status = text switch
        {
            "waiting" => JobStatus.Waiting,
            "live" => JobStatus.Live,
            "backoff" => JobStatus.Backoff,
            "final" => JobStatus.Final,
            _ => JobStatus.None,
        };
        return status != JobStatus.None;
    }
}

/// <summary>A job.</summary>
/// <param name="Phone">Null when it was erased (P57).</param>
/// <param name="Result">How it ended; of one that is not final, what its last attempt came to.</param>
/// <param name="EndReason">Why it ended without a call deciding it.</param>
/// <param name="Zone">IANA zone, offset or candidates, as found (P4).</param>
/// <param name="Payload">What the bot is handed.</param>
internal sealed record NumberView(
    string JobId,
    string? Phone,
    JobStatus Status,
    JobResult Result,
    string EndReason,
    int Attempts,
    int Tries,
    DateTimeOffset CreatedAt,
    DateTimeOffset? FinishedAt,
    DateTimeOffset? NextAt,
    DateTimeOffset? LastStartedAt,
    double LastTalkSeconds,
    CallClass LastOutcome,
    int LastSipCode,
    string Zone,
    Calendars.ZoneSource ZoneSource,
    JsonNode? Payload)
{
    public static NumberView Of(JobReport job) => new(
        job.Id.ToString(),
        job.Phone.IsNone ? null : job.Phone.Digits,
        job.Status,
        job.Result,
        job.EndReason.Word(),
        job.Attempts,
        job.Tries,
        job.CreatedAt.ToDateTimeOffset(),
        Instants.Of(job.FinishedAt),
        Instants.Of(job.NextAt),
        Instants.Of(job.LastStartedAt),
        job.LastTalk.TotalSeconds,
        job.LastClass,
        job.LastSipCode,
        job.Zone.Key,
        job.Zone.Source,
        job.Payload is null ? null : JsonNode.Parse(job.Payload));
}

/// <summary>Everything that happened to a job (P32).</summary>
/// <param name="Basis">The basis for calling that its list was given (P57); null = none, or it came by the API.</param>
/// <param name="ZoneUnused">Local time is off: its windows are judged in the campaign's zone (P4).</param>
internal sealed record TimelineView(NumberView Number, string? Basis, bool ZoneUnused, IReadOnlyList<TryView> Tries, IReadOnlyList<NoteView> Notes);

/// <summary>A try.</summary>
/// <param name="Attempt">Which attempt of the series; null = it did not count.</param>
/// <param name="Series">0 = the original one.</param>
/// <param name="Rule">The rule that chose what followed.</param>
internal sealed record TryView(
    string Id,
    int Number,
    int Series,
    int? Attempt,
    DateTimeOffset? PlannedAt,
    DateTimeOffset? StartedAt,
    DateTimeOffset? AnsweredAt,
    DateTimeOffset? EndedAt,
    CallClass Outcome,
    Fault Fault,
    EndedBy EndedBy,
    int SipCode,
    int Q850,
    string? Cause,
    string Rule,
    DateTimeOffset? NextAt,
    double TalkSeconds,
    string? CallResult,
    AnsweredBy AnsweredBy,
    JsonNode? ReportData,
    string? CallResultPayload = null,
    JsonNode? CallTags = null,
    RedialView? Redial = null)
{
    public static TryView Of(TryRecord made) => new(
        made.Try.ToString(),
        made.Try.Number,
        made.Series,
        made.AttemptNumber == 0 ? null : made.AttemptNumber,
        Instants.Of(made.PlannedAt),
        Instants.Of(made.StartedAt),
        Instants.Of(made.AnsweredAt),
        Instants.Of(made.EndedAt),
        made.Class,
        made.Fault,
        made.EndedBy,
        made.Cause.SipCode,
        made.Cause.Q850,
        made.Cause.Text,
        made.Rule,
        Instants.Of(made.NextAt),
        made.Talk.TotalSeconds,
        made.CallResult,
        made.AnsweredBy,
        made.ReportDataJson is null ? null : JsonNode.Parse(made.ReportDataJson),
        made.CallResultPayload,
        made.CallTagsJson is null ? null : JsonNode.Parse(made.CallTagsJson),
        made.Redial is { } redial ? new RedialView(redial.Wanted, redial.Accepted, redial.Why) : null);
}

/// <summary>A redial that the bot asked for in this call (P26).</summary>
/// <param name="Wanted">Attempts asked for, at most 5.</param>
/// <param name="Accepted">Attempts of the new series; 0 = it was dropped.</param>
/// <param name="Reason">Why it was cut or dropped.</param>
internal sealed record RedialView(int Wanted, int Accepted, string? Reason);

/// <summary>What happened beside its tries: put off, refused, redial_cut, redial_dropped, bot_error.</summary>
internal sealed record NoteView(DateTimeOffset At, string Code, string? Detail)
{
    public static NoteView Of(JobNote note) => new(note.At.ToDateTimeOffset(), note.Code, note.Detail);
}
