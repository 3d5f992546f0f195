using System.Text.Json;
using System.Text.Json.Nodes;
using Dialer.Accounts;
using Dialer.Campaigns;
using Dialer.Gateway.Access;
using Dialer.Gateway.Problems;
using Dialer.Gateway.Wire;
using Dialer.Notifications;
using Dialer.Reports;

namespace Dialer.Gateway.Campaigns;

/// <summary><c>/api/v1/campaigns</c> (P1–P19).</summary>
internal static class CampaignEndpoints
{
    private const string Path = "/api/v1/campaigns";
    private const string Now = "now";

    public static void MapCampaigns(this IEndpointRouteBuilder routes)
    {
        var campaigns = routes.MapGroup(Path).WithTags("Campaigns");
        campaigns.MapGet("", ListAsync).WithName("listCampaigns").WithSummary("Campaigns, newest first; by status and part of the name.")
            .Produces<Page<CampaignItem>>().ProducesProblem(400);
        campaigns.MapPost("", CreateAsync).WithName("createCampaign").WithSummary("A new campaign: a draft, planned, or started at once.")
            .Accepts<CampaignBody>("application/json").Produces<CampaignView>(201).ProducesProblem(400).ProducesProblem(403).ProducesProblem(409).ProducesProblem(422)
            .RequireAuthorization(AccessNames.Operator).Audited("campaign.create", target: null).Idempotent();
        campaigns.MapGet("/{id:long}", GetAsync).WithName("getCampaign").WithSummary("A campaign.")
            .Produces<CampaignView>().ProducesProblem(404);
        campaigns.MapPatch("/{id:long}", EditAsync).WithName("editCampaign").WithSummary("Changes conditions (JSON Merge Patch), while scheduled or paused.")
            .Accepts<CampaignBody>("application/merge-patch+json", "application/json").Produces<CampaignView>()
            .ProducesProblem(400).ProducesProblem(403).ProducesProblem(404).ProducesProblem(409).ProducesProblem(412).ProducesProblem(422).ProducesProblem(428)
            .RequireAuthorization(AccessNames.Operator).Audited("campaign.edit");
        campaigns.MapDelete("/{id:long}", DeleteAsync).WithName("deleteCampaign").WithSummary("Hides a campaign at once; a running one is finished first.")
            .Produces(204).ProducesProblem(404).ProducesProblem(412).ProducesProblem(428)
            .RequireAuthorization(AccessNames.Operator).Audited("campaign.delete");
        campaigns.MapGet("/{id:long}/progress", ProgressAsync).WithName("getProgress").WithSummary("Live figures, and why nothing is dialed when nothing is.")
            .Produces<ProgressView>().ProducesProblem(404);
        Act(campaigns, "token/rotate", "A new token for the Calls API; the former one is good for nothing from now on.", (c, actor, _) => c.SetTokenAsync(true, actor));
        Act(campaigns, "token/disable", "No token: the Calls API does not know the campaign any more.", (c, actor, _) => c.SetTokenAsync(false, actor));
        Act(campaigns, "start", "Starts it; it goes on by itself from then.", (c, actor, _) => c.StartAsync(actor));
        Act(campaigns, "pause", "Blocks new calls within a second; live calls end by themselves.", (c, actor, _) => c.PauseAsync(actor));
        Act(campaigns, "resume", "Goes on. putBack: numbers of suspicious outcomes are tried again, their attempts unspent.", (c, actor, putBack) => c.ResumeAsync(actor, putBack));
        Act(campaigns, "finish", "Ends it for good: what waits is not done.", (c, actor, _) => c.FinishAsync(actor));
        Act(campaigns, "stop-now", "Pauses it, cancels ringing calls and hangs up live ones within two seconds.", (c, actor, _) => c.StopNowAsync(actor));
    }

    public static IResult NotFound() => Problem.Of(StatusCodes.Status404NotFound, "campaign_not_found", "There is no such campaign.");

    public static async Task<Dialer.Campaigns.CampaignView?> FindAsync(IGrainFactory grains, long id) =>
        await grains.GetGrain<ICampaignGrain>(id).GetAsync() is { Status: not CampaignStatus.Deleted } campaign ? campaign : null;

    private static void Act(RouteGroupBuilder campaigns, string action, string summary, Func<ICampaignGrain, string, bool, Task<Answer<Dialer.Campaigns.CampaignView>>> run) =>
        campaigns.MapPost($"/{{id:long}}/{action}", async (long id, HttpContext context, IGrainFactory grains) =>
            {
                var (putBack, fault) = action == "resume" ? await PutBackAsync(context) : (false, null);
                if (fault is not null)
                {
                    return fault;
                }

                var answer = await run(grains.GetGrain<ICampaignGrain>(id), context.User.Actor(), putBack);
                return answer.IsDone ? await ShownAsync(context, grains, answer.Value) : Refused(answer.Refusals);
            })
            .WithName(NameOf(action)).WithSummary(summary)
            .Produces<CampaignView>().ProducesProblem(404).ProducesProblem(409)
            .RequireAuthorization(AccessNames.Operator).Audited($"campaign.{action.Replace('/', '.')}").Idempotent(isSecret: action == "token/rotate");

    private static string NameOf(string action) => action switch
    {
        "stop-now" => "stopCampaignNow",
        "token/rotate" => "rotateToken",
        "token/disable" => "disableToken",
        _ => action + "Campaign",
    };

    private static async Task<IResult> ListAsync(IDialerQueries queries, Paging paging, string? status = null, string? q = null)
    {
        if (paging.Fault is { } fault)
        {
            return fault;
        }

        CampaignStatus? wanted = null;
        if (!string.IsNullOrEmpty(status))
        {
            wanted = StatusOf(status);
            if (wanted is null)
            {
                return Problem.Of(400, "bad_status", "status is scheduled, running, paused or finished.", [new ProblemError("status", "bad_status", "status is scheduled, running, paused or finished.")]);
            }
        }

        var rows = await queries.ReadCampaignsAsync(new CampaignFilter(wanted, string.IsNullOrWhiteSpace(q) ? null : q.Trim()), paging.After ?? 0, paging.Limit);
        return Results.Ok(Page.Of(rows, paging, c => c.Id.Value, CampaignItem.Of));
    }

    private static CampaignStatus? StatusOf(string text) => text.ToLowerInvariant() switch
    {
        "scheduled" => CampaignStatus.Scheduled,
        "running" => CampaignStatus.Running,
        "paused" => CampaignStatus.Paused,
        "finished" => CampaignStatus.Finished,
        _ => null,
    };

    private static async Task<IResult> CreateAsync(Body<CampaignBody> body, HttpContext context, IGrainFactory grains, INewIds ids)
    {
        if (body.Value is not { } asked)
        {
            return body.Fault!;
        }

        if (RefuseException(context, asked.OuterHoursException, former: null) is { } forbidden)
        {
            return forbidden;
        }

        var refusals = new List<Refusal>();
        var startsAt = StartOf(asked.Start, refusals);
        var organisation = await grains.GetGrain<IAccountGrain>(1).GetAsync();
        if (asked.ToSettings(organisation.Settings.TimeZone, refusals) is not { } settings || refusals.Count > 0)
        {
            return Problem.Of(refusals);
        }

        var campaign = grains.GetGrain<ICampaignGrain>(await context.NewIdAsync(ids));
        var made = await campaign.CreateAsync(settings, startsAt);
        if (made.IsDone && made.Value.Status == CampaignStatus.Deleted)
        {
            return IdempotentRequests.Gone();
        }

        // one that a request without an answer has started already goes its way
        if (made.IsDone && asked.Start == Now && made.Value.Status == CampaignStatus.Scheduled)
        {
            made = await StartNewAsync(campaign, context.User.Actor());
        }

        if (!made.IsDone)
        {
            return Problem.Of(made.Refusals);
        }

        context.AuditTarget(made.Value.Id.ToString());
        Versions.Tell(context, made.Value.SettingsVersion);
        return Results.Created($"{Path}/{made.Value.Id}", CampaignView.Of(made.Value, showsToken: true, await MailWarningAsync(grains, made.Value)));
    }

    /// <summary>A campaign that was to start at once and may not is not there at all: nothing is half done.</summary>
    private static async Task<Answer<Dialer.Campaigns.CampaignView>> StartNewAsync(ICampaignGrain campaign, string actor)
    {
        var started = await campaign.StartAsync(actor);
        if (!started.IsDone)
        {
            await campaign.DeleteAsync(actor);
        }

        return started;
    }

    private static async Task<IResult> GetAsync(long id, HttpContext context, IGrainFactory grains) =>
        await FindAsync(grains, id) is { } campaign ? await ShownAsync(context, grains, campaign) : NotFound();

    private static async Task<IResult> EditAsync(long id, Body<JsonObject> body, HttpContext context, IGrainFactory grains)
    {
        if (body.Value is not { } patch)
        {
            return body.Fault!;
        }

        if (await FindAsync(grains, id) is not { } campaign)
        {
            return NotFound();
        }

        var (version, stale) = Versions.Expected(context.Request, campaign.SettingsVersion);
        if (stale is not null)
        {
            return stale;
        }

        CampaignBody edited;
        try
        {
            edited = MergePatch.Apply(CampaignBody.Of(campaign.Settings, campaign.StartsAt, isForPatch: true), patch);
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException or ArgumentException)
        {
            return Problem.Of(StatusCodes.Status400BadRequest, "invalid_json", JsonFaults.Text(e as JsonException));
        }

        if (RefuseException(context, edited.OuterHoursException, campaign.Settings.OuterHoursException) is { } forbidden)
        {
            return forbidden;
        }

        var refusals = new List<Refusal>();
        if (patch.ContainsKey("start") && edited.Start == Now)
        {
            refusals.Add(new Refusal("invalid_setting", $"start is an instant with an offset, or null = a draft; to start it now: POST {Path}/{id}/start.", Field: "start"));
        }

        var startsAt = patch.ContainsKey("start") ? StartOf(edited.Start, refusals) : campaign.StartsAt;
        if (edited.ToSettings(campaign.Settings.TimeZone, refusals, campaign.Settings) is not { } settings || refusals.Count > 0)
        {
            return Problem.Of(refusals);
        }

        var answer = await grains.GetGrain<ICampaignGrain>(id).EditAsync(settings, startsAt, version, context.User.Actor());
        return answer.IsDone ? await ShownAsync(context, grains, answer.Value) : Refused(answer.Refusals);
    }

    private static async Task<IResult> DeleteAsync(long id, HttpContext context, IGrainFactory grains)
    {
        if (await FindAsync(grains, id) is not { } campaign)
        {
            return NotFound();
        }

        if (Versions.Expected(context.Request, campaign.SettingsVersion).Fault is { } stale)
        {
            return stale;
        }

        var answer = await grains.GetGrain<ICampaignGrain>(id).DeleteAsync(context.User.Actor());
        return answer.IsDone ? Results.NoContent() : Refused(answer.Refusals);
    }

    private static async Task<IResult> ProgressAsync(long id, IGrainFactory grains) =>
        await grains.GetGrain<ICampaignGrain>(id).ProgressAsync() is { Status: not CampaignStatus.Deleted } progress ? Results.Ok(ProgressView.Of(progress)) : NotFound();

    private static async Task<IResult> ShownAsync(HttpContext context, IGrainFactory grains, Dialer.Campaigns.CampaignView campaign)
    {
        Versions.Tell(context, campaign.SettingsVersion);
        return Results.Ok(CampaignView.Of(campaign, !context.User.IsInRole(AccessNames.Viewer), await MailWarningAsync(grains, campaign)));
    }

    /// <summary>E-mail may be asked for before a mail server is set up; whoever looks is told that it waits.</summary>
    private static async Task<string?> MailWarningAsync(IGrainFactory grains, Dialer.Campaigns.CampaignView campaign) =>
        campaign.Settings.NotifyEmail is null || await grains.GetGrain<IMailGrain>(1).IsConfiguredAsync()
            ? null
            : "No mail server is set up (Dialer:Mail): e-mails wait until one is.";

    private static IResult Refused(IReadOnlyList<Refusal> refusals) => refusals[0].Code == "campaign_not_found" ? NotFound() : Problem.Of(refusals);

    /// <summary>Only an administrator may set aside the outer hours (P60).</summary>
    public static IResult? RefuseException(HttpContext context, ExceptionBody? exception, string? former) =>
        exception is null || exception.Reason == former || context.User.IsInRole(AccessNames.Admin)
            ? null
            : Problem.Of(StatusCodes.Status403Forbidden, "forbidden", "Only an administrator may set aside the outer hours: outerHoursException.");

    private static UnixTime StartOf(string? start, List<Refusal> refusals)
    {
        if (start is null)
        {
            return UnixTime.None;
        }

        if (start == Now)
        {
            // as a draft, which is started in the same breath
            return UnixTime.None;
        }

        if (Instants.TryRead(start, out var instant))
        {
            return UnixTime.From(instant);
        }

        refusals.Add(new Refusal("invalid_setting", "start is \"now\", an instant with an offset, or null.", Field: "start"));
        return UnixTime.None;
    }

    private static async Task<(bool PutBack, IResult? Fault)> PutBackAsync(HttpContext context)
    {
        if (await BodyPresence.IsAbsentAsync(context))
        {
            return (false, null);
        }

        var body = await Body<ResumeBody>.BindAsync(context);
        return (body.Value?.PutBack == true, body.Fault);
    }
}

/// <param name="PutBack">After suspicious outcomes: those numbers are tried again, their attempts unspent (P12).</param>
internal sealed record ResumeBody(bool? PutBack = null);
