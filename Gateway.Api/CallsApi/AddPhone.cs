using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Dialer.Files;
using Dialer.Intake;
using Dialer.Numbers;
using Dialer.Reports;
using Microsoft.Extensions.Primitives;

namespace Dialer.Gateway.CallsApi;

/// <summary>
/// <c>crmCalls/…/addPhone</c> (calls-api §1.5, §1.6): one number by query or form, every other parameter its payload. The same
/// number and payload within a day is a duplicate, except on <c>/test/</c>.
/// </summary>
internal static class AddPhone
{
    public static void MapAddPhone(this IEndpointRouteBuilder routes)
    {
        routes.MapGet(CallsRoutes.CrmCalls + "/addPhone", GetAsync).WithName("addPhoneGet").Described<string>("Adds one number by query; every other parameter is its payload.").Produces<CallsError>(507).AllowAnonymous();
        routes.MapPost(CallsRoutes.CrmCalls + "/addPhone", PostAsync).WithName("addPhonePost").Described<string>("Adds one number by form; every other field is its payload.").Produces<CallsError>(507).AllowAnonymous().DisableAntiforgery();
        routes.MapGet(CallsRoutes.CrmCalls + "/test/addPhone", TestAsync).WithName("addPhoneGetTest").Described<string>("As addPhoneGet, without the rule of duplicates.").Produces<CallsError>(507).AllowAnonymous();
        // an older address of the same (calls-api §1.1)
        routes.MapGet(CallsRoutes.Calls + "/addPhone", GetAsync).AllowAnonymous().ExcludeFromDescription();
    }

    private static Task<IResult> GetAsync(string token, HttpContext context, IDialerQueries queries, INumberReader numbers, IJobIntake intake, ISpool spool) =>
        AddAsync(token, context, Parameters(context.Request, null), queries, numbers, intake, spool, isTest: false);

    private static Task<IResult> TestAsync(string token, HttpContext context, IDialerQueries queries, INumberReader numbers, IJobIntake intake, ISpool spool) =>
        AddAsync(token, context, Parameters(context.Request, null), queries, numbers, intake, spool, isTest: true);

    private static async Task<IResult> PostAsync(string token, HttpContext context, IDialerQueries queries, INumberReader numbers, IJobIntake intake, ISpool spool)
    {
        IFormCollection? form = null;
        if (context.Request.HasFormContentType)
        {
            try
            {
                form = await context.Request.ReadFormAsync(context.RequestAborted);
            }
            catch (Exception e) when (e is InvalidDataException or BadHttpRequestException)
            {
                return CallsErrors.BadRequest("The form cannot be read: it is application/x-www-form-urlencoded.");
            }
        }

        return await AddAsync(token, context, Parameters(context.Request, form), queries, numbers, intake, spool, isTest: false);
    }

    private static Task<IResult> AddAsync(
        string token, HttpContext context, SortedDictionary<string, string> parameters, IDialerQueries queries, INumberReader numbers, IJobIntake intake, ISpool spool, bool isTest) =>
        CallsRoutes.WithCampaignAsync(token, queries, async campaign =>
        {
            if (CallsErrors.DiskFull(spool, context.Request) is { } full)
            {
                return full;
            }

            var phone = Take(parameters, "phone") ?? "";
            var zone = Take(parameters, "gmtZone");
            // a plus that was not encoded arrives as a blank (calls-api §1.4)
            var read = numbers.Read(phone, string.IsNullOrEmpty(zone) ? null : zone[0] == ' ' ? "+" + zone[1..] : zone);
            if (!read.IsDone)
            {
                return CallsErrors.Of(CallJobReader.FaultOf(read.Refusal, phone, zone));
            }

            var payload = parameters.Count == 0 ? null : JsonSerializer.Serialize(parameters, CallsJson.Options);
            if (payload is not null && PayloadLimits.Refuse(Encoding.UTF8.GetBytes(payload)) is { } tooLarge)
            {
                return CallsErrors.Of(new CallsError("bad.request", tooLarge) { Phone = phone });
            }

            var key = CallsRoutes.KeyOf(context.Request, campaign.Id, "addPhone");
            if (CallsRoutes.RefuseKey(key) is { } refused)
            {
                return refused;
            }

            var job = new NewJob { Phone = read.Value.Phone, Zone = read.Value.Zone, Payload = payload };
            var added = await intake.AddAsync(campaign.Id, [job], key ?? (isTest ? null : SameAgain(campaign.Id, read.Value.Phone, payload)));
            return !added.IsDone ? AddPhones.Refused(added.Refusals, campaign, [phone])
                : added.Value.IsReplay && key is null ? CallsErrors.Of(CallJobReader.DuplicatesOf([phone]))
                : CallsJson.Ok(added.Value.Jobs[0].ToString());
        });

    /// <summary>What is the same request again, where it has no key of its own: the number and its payload, kept for a day.</summary>
    private static IntakeKey SameAgain(CampaignId campaign, PhoneNumber phone, string? payload) => new(
        $"calls/{campaign}/addPhone/same",
        Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes($"{phone.Digits}\n{payload}"))));

    /// <summary>Query and form; the form wins. In the order of their names, so that the same payload is the same text.</summary>
    private static SortedDictionary<string, string> Parameters(HttpRequest request, IFormCollection? form)
    {
        var parameters = new SortedDictionary<string, string>(StringComparer.Ordinal);
        foreach (var (name, value) in request.Query.Concat(form ?? Enumerable.Empty<KeyValuePair<string, StringValues>>()))
        {
            if (!CallsRoutes.IsKey(name))
            {
                parameters[name] = value.ToString();
            }
        }

        return parameters;
    }

    private static string? Take(SortedDictionary<string, string> parameters, string name) => parameters.Remove(name, out var value) ? value : null;
}
