using System.Text.Json;
using System.Text.Json.Nodes;
using Dialer.Bots;
using Dialer.Calls;
using Dialer.Gateway.CallsApi;
using Dialer.Gateway.Problems;
using Dialer.Subscribers;

namespace Dialer.Gateway.Callbacks;

/// <summary>
/// The signed address of one call (P41): its bot asks for payload and history, and says what <c>data.dialer</c> says. The signature is
/// the only credential; it opens nothing else, and closes five minutes after the call.
/// </summary>
internal static class CallbackEndpoints
{
    private const int LongestSignature = 64;

    public static void MapCallbacks(this IEndpointRouteBuilder routes)
    {
        var group = routes.MapGroup(ICallbackSignatures.Path + "/{call}/{signature}").WithTags("Bot callback").AllowAnonymous();
        group.MapGet("", GetAsync).WithName("getCallbackCall").WithSummary("What the bot of a call is told: payload, schedule and attempts, in the shape of rawRequest.")
            .Produces<CallbackCall>().ProducesProblem(404).ProducesProblem(410);
        group.MapPost("", PostAsync).WithName("postCallbackCall").WithSummary("What the bot of a call says: {data:{dialer:{…}}} or {dialer:{…}}, while it is up and up to 5 minutes after.")
            .WithMaxBody(DialerData.MaxBytes).WithMetadata(new DescribedBody(typeof(CallbackBody)))
            .Produces<CallbackTaken>().ProducesProblem(400).ProducesProblem(404).ProducesProblem(410).ProducesProblem(413).ProducesProblem(422).DisableAntiforgery();
    }

    private static Task<IResult> GetAsync(string call, string signature, ICallBriefs briefs, ICallbackSignatures signatures, TimeProvider clock) =>
        WithCallAsync(call, signature, briefs, signatures, clock, brief => Task.FromResult(CallsJson.Ok(new JsonObject
        {
            ["rawRequest"] = RawRequest.Of(brief),
            ["redial"] = RawRequest.RedialOf(brief),
        })));

    private static Task<IResult> PostAsync(
        string call, string signature, HttpContext context, ICallBriefs briefs, ICallbackSignatures signatures, IGrainFactory grains, TimeProvider clock) =>
        WithCallAsync(call, signature, briefs, signatures, clock, async brief =>
        {
            var subscriber = grains.GetGrain<ISubscriberGrain>(SubscriberKey.Of(brief.Campaign, brief.Phone));
            var (reply, fault) = await ReadAsync(context);
            if (reply is null)
            {
                await subscriber.BotFaultAsync(brief.Try, $"callback: {fault!.Field ?? fault.Code} cannot be read");
                return fault.Code == BadBody ? Problem.Of(StatusCodes.Status400BadRequest, fault.Code, fault.Text) : Problem.Of([fault]);
            }

            var answer = await subscriber.BotSaidAsync(brief.Try, reply);
            return answer switch
            {
                { IsTaken: true } => CallsJson.Ok(new CallbackTaken(answer.RedialAccepted is { } accepted ? new CallbackRedial(accepted) : null)),
                { Why: BotAnswer.CallOver } => Over(),
                _ => NotFound(),
            };
        });

    /// <summary>Runs on the call of the address. A wrong signature and a call that is not there are answered alike.</summary>
    private static async Task<IResult> WithCallAsync(
        string call, string signature, ICallBriefs briefs, ICallbackSignatures signatures, TimeProvider clock, Func<CallBrief, Task<IResult>> operation)
    {
        if (signature.Length > LongestSignature
            || !TryId.TryParse(call, out var id)
            || !await signatures.IsValidAsync(id, signature)
            || await briefs.ReadAsync(id) is not { } brief)
        {
            return NotFound();
        }

        return brief.IsOpen(clock.Now()) ? await operation(brief) : Over();
    }

    private static async Task<(BotReply? Reply, Refusal? Fault)> ReadAsync(HttpContext context)
    {
        try
        {
            var body = await JsonSerializer.DeserializeAsync<JsonElement>(context.Request.Body, CallsJson.Options, context.RequestAborted);
            if (DialerData.Find(body) is not { } dialer)
            {
                return (null, new Refusal(BadBody, "The body is {\"data\":{\"dialer\":{…}}} or {\"dialer\":{…}}."));
            }

            var read = DialerData.Read(dialer);
            return read.IsDone ? (read.Value, null) : (null, read.Refusal);
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            return (null, new Refusal(BadBody, "The body is a JSON object in UTF-8; it cannot be read."));
        }
    }

    private const string BadBody = "invalid_json";

    private static IResult NotFound() => Problem.Of(StatusCodes.Status404NotFound, "not_found", "There is nothing at this address.");

    private static IResult Over() => Problem.Of(StatusCodes.Status410Gone, BotAnswer.CallOver, "The call ended more than five minutes ago: nothing more is taken.");
}

/// <summary>What a bot is told.</summary>
/// <param name="RawRequest">caller, originateData.callId, payload, callScenarioData: schedule, retryIntervals, abonentTimezone, callAttemptsHistory.</param>
/// <param name="Redial">What became of the last redial that was asked for; null = none was.</param>
internal sealed record CallbackCall(Dictionary<string, object> RawRequest, CallbackFate? Redial);

/// <summary>What became of a redial.</summary>
/// <param name="Accepted">Attempts of the new series; 0 = it was dropped.</param>
/// <param name="Wanted">Attempts asked for, at most 5.</param>
/// <param name="Reason">Why it was cut or dropped.</param>
internal sealed record CallbackFate(int Accepted, int Wanted, string? Reason);

/// <summary>What a bot says; {dialer:{…}} alone is taken too.</summary>
internal sealed record CallbackBody(CallbackData? Data);

/// <summary>The part that is for the dialer.</summary>
internal sealed record CallbackData(Dictionary<string, object>? Dialer);

/// <summary>It is stored.</summary>
/// <param name="Redial">Of a redial in it; null = there was none.</param>
internal sealed record CallbackTaken(CallbackRedial? Redial);

/// <summary>How many attempts a redial brings; 0 = none: dropped, or not the call's first.</summary>
internal sealed record CallbackRedial(int Accepted);
