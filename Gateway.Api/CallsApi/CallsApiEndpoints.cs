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
        // the token is the only credential here: nobody is asked for a key, wherever a typing error leads
        routes.MapFallback("/api/calls/{**rest}", Nothing).AllowAnonymous().ExcludeFromDescription();
        routes.MapFallback("/api/crmCalls/{**rest}", Nothing).AllowAnonymous().ExcludeFromDescription();
    }

    private static IResult Nothing() => CallsErrors.NotFound("There is no such operation of the Calls API, or it takes another verb.");
}
