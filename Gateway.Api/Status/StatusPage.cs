using System.Globalization;
using System.Net;
using System.Text;
using Dialer.Campaigns;
using Dialer.Reports;

namespace Dialer.Gateway.Status;

/// <summary>Health endpoints, and a minimal page that shows the campaigns until the console takes its place.</summary>
internal static class StatusPage
{
    private const int Shown = 50;

    public static IServiceCollection AddStatus(this IServiceCollection services)
    {
        services.AddHealthChecks().AddCheck<StoreHealth>("store", tags: ["ready"]);
        return services;
    }

    public static void MapStatus(this IEndpointRouteBuilder routes)
    {
        routes.MapHealthChecks("/health/live", new() { Predicate = _ => false }).AllowAnonymous();
        routes.MapHealthChecks("/health/ready", new() { Predicate = check => check.Tags.Contains("ready") }).AllowAnonymous();
        routes.MapGet("/", async (IDialerQueries queries) => Results.Content(Page(await queries.ReadCampaignsAsync(Shown)), "text/html; charset=utf-8")).ExcludeFromDescription();
    }

    private static string Page(IReadOnlyList<CampaignSummary> campaigns)
    {
        var rows = new StringBuilder();
        foreach (var campaign in campaigns)
        {
            rows.Append(Row(campaign));
        }

        return $$"""
            <!doctype html><html lang="en"><head><meta charset="utf-8"><title>Orleans Dialer</title>
            <meta name="viewport" content="width=device-width"><meta http-equiv="refresh" content="5">
            <style>
              :root { color-scheme: light dark; font-family: system-ui, sans-serif; }
              body { margin: 2rem auto; max-width: 70rem; padding: 0 1rem; }
              table { border-collapse: collapse; width: 100%; }
              th, td { text-align: left; padding: .4rem .8rem; border-bottom: 1px solid #8884; }
              td.n, th.n { text-align: right; font-variant-numeric: tabular-nums; }
              progress { width: 10rem; }
            </style></head><body>
            <h1>Orleans Dialer</h1>
            {{(campaigns.Count == 0 ? "<p>No campaigns yet.</p>" : $"<table><tr><th>Campaign</th><th>Status</th><th>Progress</th><th class=n>Done</th><th class=n>Total</th><th class=n>Live</th><th class=n>Answered</th><th class=n>Not answered</th><th class=n>Errors</th></tr>{rows}</table>")}}
            </body></html>
            """;
    }

    private static string Row(CampaignSummary campaign)
    {
        var c = campaign.Counters;
        return string.Create(
            CultureInfo.InvariantCulture,
            $"<tr><td>{WebUtility.HtmlEncode(campaign.Name)}</td><td>{campaign.Status}</td><td><progress max={Math.Max(1, c.Total)} value={c.Final}></progress></td><td class=n>{c.Final}</td><td class=n>{c.Total}</td><td class=n>{c.Live}</td><td class=n>{c.Answered}</td><td class=n>{c.NotAnswered}</td><td class=n>{c.TechnicalError}</td></tr>");
    }
}
