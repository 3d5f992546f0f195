using Dialer.Campaigns;
using Dialer.Gateway.Access;
using Dialer.Intake;
using Dialer.Reports;

namespace Dialer.Gateway.CallsApi;

/// <summary>
/// <c>control/{action}</c> (calls-api §1.12): pause, resume, stop. What the campaign already is, is refused, unless the request is
/// one that was made before under the same key.
/// </summary>
internal static class ControlCampaign
{
    public static void MapControlCampaign(this IEndpointRouteBuilder routes) =>
        routes.MapPost(CallsRoutes.Calls + "/control/{action}", ControlAsync).WithName("controlCampaign").WithSummary("pause, resume or stop.").WithTags(CallsRoutes.Tag).Produces(200).Produces<CallsError>(400).Produces<CallsError>(404).Audited("calls.control", target: null).AllowAnonymous();

    private static Task<IResult> ControlAsync(
        string token, string action, HttpContext context, IDialerQueries queries, IGrainFactory grains, IAnswerBook answers, TimeProvider clock) =>
        CallsRoutes.WithCampaignAsync(token, queries, async campaign =>
        {
            if (CommandOf(action) is not { } command)
            {
                return CallsErrors.NoSuchAction(action);
            }

            context.AuditTarget(campaign.Id.ToString());

            var key = CallsRoutes.KeyOf(context.Request, campaign.Id, $"control/{action}");
            if (CallsRoutes.RefuseKey(key) is { } refused)
            {
                return refused;
            }

            var known = key is null ? new KnownAnswer(IsNew: true, null) : await answers.BeginAsync(key, clock.Now());
            if (known.Answer is not null)
            {
                return Results.Ok();
            }

            // begun before and never answered: it may have been done, and doing it again is the same
            if (known.IsNew && campaign.Status == command.Target)
            {
                await (key is null ? Task.CompletedTask : answers.ForgetAsync(key));
                return CallsErrors.Control("invalid.call.task.state", $"The campaign is already {CallsStatus.Of(campaign)}.", CallsStatus.Of(campaign));
            }

            var answer = await command.Run(grains.GetGrain<ICampaignGrain>(campaign.Id.Value));
            if (answer.IsDone)
            {
                await (key is null ? Task.CompletedTask : answers.KeepAsync(key, "done"));
                return Results.Ok();
            }

            await (key is null ? Task.CompletedTask : answers.ForgetAsync(key));
            var code = answer.Refusal.Code is "campaign_state" or "campaign_not_found" ? "invalid.call.task.state" : "campaign.resume.forbidden";
            return CallsErrors.Control(code, string.Join(" ", answer.Refusals.Select(r => r.Text)), CallsStatus.Of(campaign));
        });

    private const string Actor = "Calls API";

    private static Command? CommandOf(string action) => action switch
    {
        "pause" => new(CampaignStatus.Paused, c => c.PauseAsync(Actor)),
        "resume" => new(CampaignStatus.Running, c => c.ResumeAsync(Actor)),
        "stop" => new(CampaignStatus.Finished, c => c.FinishAsync(Actor)),
        // of older hosts (calls-api §1.1)
        "start" => new(CampaignStatus.Running, c => c.StartAsync(Actor)),
        _ => null,
    };

    private sealed record Command(CampaignStatus Target, Func<ICampaignGrain, Task<Answer<CampaignView>>> Run);
}
