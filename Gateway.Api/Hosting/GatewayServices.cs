using Dialer.Gateway.Access;
using Dialer.Gateway.Callbacks;
using Dialer.Gateway.CallsApi;
using Dialer.Gateway.Campaigns;
using Dialer.Gateway.Channels;
using Dialer.Gateway.Description;
using Dialer.Gateway.DoNotCall;
using Dialer.Gateway.Events;
using Dialer.Gateway.Numbers;
using Dialer.Gateway.Operations;
using Dialer.Gateway.Organisation;
using Dialer.Gateway.Packages;
using Dialer.Gateway.PhoneLists;
using Dialer.Gateway.Problems;
using Dialer.Gateway.Reports;
using Dialer.Gateway.Status;
using Dialer.Gateway.Webhooks;
using Dialer.Gateway.Wire;

namespace Dialer.Gateway.Hosting;

/// <summary>Puts the gateway into a web application: services, the order of what a request passes, and the endpoints.</summary>
internal static class GatewayServices
{
    /// <summary>What a body may have where an endpoint says nothing.</summary>
    private const long MaxBodyBytes = 1 << 20;

    public static IServiceCollection AddGateway(this IServiceCollection services, GatewayOptions options)
    {
        services.AddSingleton(options);
        services.AddStatus();
        services.AddAccess(options);
        services.AddDescription();
        services.AddRateLimits(options);
        services.AddPhoneLists();
        services.AddDoNotCall();
        services.AddReports();
        services.AddEvents();
        services.ConfigureHttpJsonOptions(o => WireJson.Configure(o.SerializerOptions).MaxDepth = WireJson.MaxAnswerDepth);
        // keys of cookies lie in the database, with everything else that it keeps; a forged form is no news
        services.AddLogging(l => l.AddFilter("Microsoft.AspNetCore.DataProtection", LogLevel.Error).AddFilter("Microsoft.AspNetCore.Antiforgery", LogLevel.Error));
        services.Configure<RouteHandlerOptions>(o => o.ThrowOnBadRequest = true);
        services.Configure<Microsoft.AspNetCore.Server.Kestrel.Core.KestrelServerOptions>(o =>
        {
            o.AddServerHeader = false;
            o.Limits.MaxRequestBodySize = MaxBodyBytes;
        });
        return services;
    }

    public static WebApplication UseGateway(this WebApplication app)
    {
        var options = app.Services.GetRequiredService<GatewayOptions>();
        app.UseTrustedProxies(options);
        app.UseSecureCookies(options);
        app.Use((context, next) =>
        {
            var headers = context.Response.Headers;
            (headers.XContentTypeOptions, headers.XFrameOptions, headers["Referrer-Policy"]) = ("nosniff", "DENY", "no-referrer");
            return next(context);
        });
        app.UseBareStatuses();
        app.UseFailures();
        app.UseRouting();
        app.UseAuthentication();
        app.UseRateLimiter();
        app.UseAuthorization();
        app.UseCsrf();
        app.UseIdempotency();
        app.UseAudit();
        app.MapStatus();
        app.MapSignIn();
        app.MapOidc(options);
        app.MapDescription();
        app.MapKeys();
        app.MapAudit();
        app.MapChannels();
        app.MapCampaigns();
        app.MapNumbers();
        app.MapTraces();
        app.MapOrganisation();
        app.MapMail();
        app.MapPackages();
        app.MapDoNotCall();
        app.MapPhoneLists();
        app.MapOperations();
        app.MapReports();
        app.MapEvents();
        app.MapWebhooks();
        app.MapCallbacks();
        app.MapCallsApi(options);
        return app;
    }
}
