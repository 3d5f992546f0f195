using System.Text.Json;
using System.Text.Json.Nodes;
using Dialer.Campaigns;
using Dialer.Intake;
using Dialer.Numbers;
using Dialer.Reports;

namespace Dialer.Gateway.CallsApi;

/// <summary>
/// <c>POST /api/calls/campaign/{token}/addPhones</c> (P47): so far with phone, payload and gmtZone; any other condition is
/// refused rather than ignored.
/// </summary>
internal static class AddPhones
{
    private const int MaxItems = 100_000;

    private static readonly string[] Known = ["phone", "payload", "gmtZone"];

    public static void MapAddPhones(this IEndpointRouteBuilder routes) => routes.MapPost(
        "/api/calls/campaign/{token}/addPhones",
        async (string token, HttpRequest request, IDialerQueries queries, INumberReader numbers, IJobIntake intake, CancellationToken cancel) =>
        {
            if (await queries.FindCampaignByTokenAsync(token) is not { } campaign)
            {
                return Error(StatusCodes.Status404NotFound, "invalid.token", "There is no campaign with this token.");
            }

            var (jobs, fault) = await ReadAsync(request, numbers, cancel);
            if (fault is not null)
            {
                return fault;
            }

            var key = request.Headers["Idempotence-Key"].FirstOrDefault() ?? request.Query["Idempotence-Key"].FirstOrDefault();
            var added = await intake.AddAsync(campaign.Id, jobs, key is null ? null : new IntakeKey($"{token}/addPhones", key));
            return added.IsDone
                ? Results.Json(added.Value.Jobs.Select(j => j.ToString()))
                : Results.Json(
                    new { type = "invalid.call.task.state", state = campaign.Status.ToString().ToUpperInvariant(), message = added.Refusal.Text },
                    statusCode: StatusCodes.Status400BadRequest);
        }).AllowAnonymous();

    private static async Task<(IReadOnlyList<NewJob> Jobs, IResult? Fault)> ReadAsync(HttpRequest request, INumberReader numbers, CancellationToken cancel)
    {
        JsonNode? body;
        try
        {
            body = await JsonNode.ParseAsync(request.Body, cancellationToken: cancel);
        }
        catch (JsonException)
        {
            body = null;
        }

        if (body is not JsonArray { Count: <= MaxItems } items)
        {
            return ([], Error(StatusCodes.Status400BadRequest, "bad.request", $"The body is a JSON array of at most {MaxItems} objects with a phone."));
        }

        var jobs = new List<NewJob>(items.Count);
        var seen = new HashSet<PhoneNumber>();
        foreach (var item in items)
        {
            if (item is not JsonObject one || one["phone"]?.ToString() is not { } text)
            {
                return ([], Error(StatusCodes.Status400BadRequest, "bad.request", "Each item is an object with a phone."));
            }

            if (one.Select(p => p.Key).FirstOrDefault(k => !Known.Contains(k)) is { } other)
            {
                return ([], Error(StatusCodes.Status400BadRequest, "bad.request", $"'{other}' is not taken by this version; nothing was added."));
            }

            var read = numbers.Read(text, one["gmtZone"]?.ToString());
            if (!read.IsDone)
            {
                var type = read.Refusal.Field == "gmtZone" ? "phone.gmtZone.bad.format" : "phone.bad.format";
                return ([], Results.Json(new { type, phone = text, message = read.Refusal.Text }, statusCode: StatusCodes.Status400BadRequest));
            }

            if (!seen.Add(read.Value.Phone))
            {
                return ([], Results.Json(
                    new { type = "phone.duplicated", phone = text, message = "A phone stands twice in the request.", phonesDuplicates = new[] { text } },
                    statusCode: StatusCodes.Status400BadRequest));
            }

            jobs.Add(new NewJob { Phone = read.Value.Phone, Zone = read.Value.Zone, Payload = one["payload"]?.ToJsonString() });
        }

        return (jobs, null);
    }

    private static IResult Error(int status, string type, string message) => Results.Json(new { type, error = type, message }, statusCode: status);
}
