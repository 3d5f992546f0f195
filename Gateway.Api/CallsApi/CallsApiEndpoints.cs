namespace Dialer.Gateway.CallsApi;

/// <summary>The Calls API (P47): what integrations of the platform speak, so that they switch by changing the host.</summary>
internal static class CallsApiEndpoints
{
    public static void MapCallsApi(this IEndpointRouteBuilder routes, GatewayOptions options)
    {
        routes.MapAddPhones(options);
        routes.MapAddPhone();
        routes.MapCancelJobs();
        routes.MapCallReports();
        routes.MapCampaignInfo();
        routes.MapControlCampaign();
    }
}
