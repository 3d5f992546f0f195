using Dialer.Campaigns;
using Dialer.Intake;
using Dialer.Reports;

namespace Dialer.Gateway.CallsApi;

/// <summary>What operations of the Calls API share: the token of the path is who asks (P19), and the key of idempotence.</summary>
internal static class CallsRoutes
{
    public const string Calls = "/api/calls/campaign/{token}";
    public const string CrmCalls = "/api/crmCalls/campaign/{token}";
    public const string Tag = "Calls API";

    private const string KeyName = "Idempotence-Key";
    private const int MaxKeyLength = 200;
    private const int MaxTokenLength = 200;

    /// <summary>Runs an operation on the campaign of the token, or says that there is none.</summary>
    public static async Task<IResult> WithCampaignAsync(string token, IDialerQueries queries, Func<CampaignSummary, Task<IResult>> operation) =>
        token.Length <= MaxTokenLength && !token.Contains('\0', StringComparison.Ordinal) && await queries.FindCampaignByTokenAsync(token) is { } campaign
            ? await operation(campaign)
            : CallsErrors.NoSuchToken();

    /// <summary>The key in the header or, as the vendor's pages show for GET, in the query. Null = none.</summary>
    public static IntakeKey? KeyOf(HttpRequest request, CampaignId campaign, string operation)
    {
        var given = request.Headers[KeyName].FirstOrDefault() ?? request.Query[KeyName].FirstOrDefault();
        return string.IsNullOrEmpty(given) ? null : new IntakeKey($"calls/{campaign}/{operation}", given.Replace("\0", "", StringComparison.Ordinal));
    }

    /// <summary>A key that cannot be kept.</summary>
    public static IResult? RefuseKey(IntakeKey? key) =>
        key is { Key.Length: > MaxKeyLength } ? CallsErrors.BadRequest($"{KeyName} has at most {MaxKeyLength} characters.") : null;

    public static bool IsKey(string parameter) => parameter.Equals(KeyName, StringComparison.OrdinalIgnoreCase);
}

/// <summary>Statuses as the Calls API names them (calls-api §1.10, §5 row 1).</summary>
internal static class CallsStatus
{
    public static string Of(CampaignSummary campaign) => campaign.Status switch
    {
        CampaignStatus.Scheduled when campaign.StartsAt.IsNone => "new",
        CampaignStatus.Scheduled => "planned",
        CampaignStatus.Running => "inProgress",
        CampaignStatus.Paused => "paused",
        CampaignStatus.Finished => "finished",
        _ => "deleted",
    };
}
