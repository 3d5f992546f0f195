using System.Globalization;
using System.Text.Json;
using Dialer.Campaigns;
using Dialer.Files;
using Dialer.Gateway.Hosting;
using Dialer.Gateway.Problems;
using Dialer.Intake;
using Dialer.Numbers;
using Dialer.Reports;

namespace Dialer.Gateway.CallsApi;

/// <summary><c>POST …/addPhones</c> (P47): a request of any number of items becomes jobs, all of them or none.</summary>
internal static class AddPhones
{
    public static void MapAddPhones(this IEndpointRouteBuilder routes, GatewayOptions options) => routes
        .MapPost(CallsRoutes.Calls + "/addPhones", AddAsync)
        .WithName("addPhones").Described<string[]>("Adds numbers: all of them or none. Answers the ids of their jobs by position.").Takes<CallJobParameters[]>().Produces<CallsError>(507).AllowAnonymous()
        .WithMaxBody(options.MaxAddPhonesBytes == 0 ? null : options.MaxAddPhonesBytes);

    private static Task<IResult> AddAsync(
        string token, HttpContext context, IDialerQueries queries, INumberReader numbers, IJobIntake intake, ISpool spool) =>
        CallsRoutes.WithCampaignAsync(token, queries, async campaign =>
        {
            var key = CallsRoutes.KeyOf(context.Request, campaign.Id, "addPhones");
            if (CallsRoutes.RefuseKey(key) is { } refused)
            {
                return refused;
            }

            if (CallsErrors.DiskFull(spool, context.Request) is { } full)
            {
                return full;
            }

            var reader = new CallJobReader(numbers);
            if (await ReadAsync(context, reader) is { } fault)
            {
                return fault;
            }

            return Answer(await intake.AddAsync(campaign.Id, reader.Jobs, key), campaign, reader.Written);
        });

    /// <summary>The ids by position, or why nothing was added.</summary>
    public static IResult Answer(Answer<IntakeResult> added, CampaignSummary campaign, IReadOnlyList<string> phones) =>
        added.IsDone ? CallsJson.Ok(added.Value.Jobs.Select(j => j.ToString())) : Refused(added.Refusals, campaign, phones);

    public static IResult Refused(IReadOnlyList<Refusal> refusals, CampaignSummary campaign, IReadOnlyList<string> phones)
    {
        var first = refusals[0];
        return first.Field is { } field
            ? CallsErrors.Of(new CallsError("phone.bad.format", first.Text) { Phone = phones[IndexOf(field)] })
            : CallsErrors.State(campaign.Status == CampaignStatus.Deleted ? "deleted" : "finished");
    }

    private static int IndexOf(string field) => int.Parse(field.AsSpan(1, field.IndexOf(']', StringComparison.Ordinal) - 1), CultureInfo.InvariantCulture);

    private static async Task<IResult?> ReadAsync(HttpContext context, CallJobReader reader)
    {
        try
        {
            // item by item: the body is never held as a whole
            await foreach (var item in JsonSerializer.DeserializeAsyncEnumerable<JsonElement>(context.Request.Body, CallsJson.Options, context.RequestAborted))
            {
                if (!reader.Take(item))
                {
                    return CallsErrors.Of(reader.Fault!);
                }
            }
        }
        catch (JsonException e)
        {
            var line = e.LineNumber is { } number ? $" (line {number + 1})" : "";
            return CallsErrors.BadRequest($"The body is a JSON array of objects with a phone, in UTF-8; it cannot be read{line}.");
        }
        catch (InvalidOperationException)
        {
            return CallsErrors.BadRequest("The body is a JSON array of objects with a phone, in UTF-8.");
        }
        catch (BadHttpRequestException e) when (e.StatusCode == StatusCodes.Status413PayloadTooLarge)
        {
            return CallsErrors.TooLarge("The body is larger than this host takes; send the phones in several requests.");
        }

        return reader.Duplicates() is { } duplicated ? CallsErrors.Of(duplicated) : null;
    }
}
