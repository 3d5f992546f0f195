using Microsoft.AspNetCore.HttpOverrides;

namespace Dialer.Gateway.Hosting;

/// <summary>
/// Callers behind a reverse proxy: their address and scheme, as it says them, are taken from proxies that the operator named and from
/// nobody else, or anybody could be anyone.
/// </summary>
internal static class Proxies
{
    public static void UseTrustedProxies(this WebApplication app, GatewayOptions options)
    {
        if (!GatewayOptions.TryReadNetworks(options.TrustedProxies, out var networks) || networks.Count == 0)
        {
            return;
        }

        // the headers may have passed several of them: each that is trusted is looked behind
        var forwarded = new ForwardedHeadersOptions { ForwardedHeaders = ForwardedHeaders.XForwardedFor | ForwardedHeaders.XForwardedProto, ForwardLimit = null };
        forwarded.KnownProxies.Clear();
        forwarded.KnownIPNetworks.Clear();
        foreach (var network in networks)
        {
            forwarded.KnownIPNetworks.Add(network);
        }

        app.UseForwardedHeaders(forwarded);
    }

    /// <summary>Cookies of an installation that is reached by https never go without it, whatever stands in between.</summary>
    public static void UseSecureCookies(this WebApplication app, GatewayOptions options)
    {
        if (options.PublicUrl?.StartsWith("https:", StringComparison.OrdinalIgnoreCase) == true)
        {
            app.UseCookiePolicy(new CookiePolicyOptions { Secure = CookieSecurePolicy.Always });
        }
    }
}
