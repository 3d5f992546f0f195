using System.Globalization;
using System.Security.Claims;
using Dialer.Access;
using Dialer.Gateway.Problems;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.AspNetCore.DataProtection.KeyManagement;
using Microsoft.Extensions.Options;

namespace Dialer.Gateway.Access;

/// <summary>Who may do what (P52): every endpoint needs a viewer unless it says otherwise.</summary>
internal static class AccessServices
{
    private static readonly TimeSpan CookieLifetime = TimeSpan.FromHours(12);

    public static IServiceCollection AddAccess(this IServiceCollection services, GatewayOptions gateway)
    {
        services.AddSingleton<ApiKeys>();
        services.AddSingleton<KeyUse>();
        services.AddSingleton<WrongKeys>();
        services.AddSingleton<OidcProvider>();
        services.AddSingleton<SignInLinks>();
        services.AddAuthentication(AccessNames.Scheme)
            .AddPolicyScheme(AccessNames.Scheme, null, o => o.ForwardDefaultSelector = SchemeOf)
            .AddScheme<AuthenticationSchemeOptions, KeyAuthentication>(AccessNames.KeyScheme, null)
            .AddCookie(AccessNames.CookieScheme, o =>
            {
                o.Cookie.Name = "dialer";
                o.Cookie.HttpOnly = true;
                o.Cookie.SameSite = SameSiteMode.Strict;
                o.Cookie.SecurePolicy = CookieSecurePolicy.SameAsRequest;
                o.ExpireTimeSpan = CookieLifetime;
                o.SlidingExpiration = true;
                o.LoginPath = SignIn.Path;
                o.AccessDeniedPath = SignIn.Path;
                o.ReturnUrlParameter = "to";
                o.Events.OnRedirectToLogin = context => ForProgramsAsync(context, 401, "unauthorized", "The sign-in is over; sign in again.");
                o.Events.OnRedirectToAccessDenied = context => ForProgramsAsync(context, 403, "forbidden", "Your role may not do this.");
                o.Events.OnValidatePrincipal = context => ValidateAsync(context, gateway.Oidc);
            })
            .AddOidc(gateway);
        services.AddAuthorizationBuilder()
            .AddPolicy(AccessNames.Viewer, p => p.RequireRole(AccessNames.Viewer, AccessNames.Operator, AccessNames.Admin))
            .AddPolicy(AccessNames.Operator, p => p.RequireRole(AccessNames.Operator, AccessNames.Admin))
            .AddPolicy(AccessNames.Admin, p => p.RequireRole(AccessNames.Admin))
            .SetFallbackPolicy(new AuthorizationPolicyBuilder().RequireRole(AccessNames.Viewer, AccessNames.Operator, AccessNames.Admin).Build())
            .SetDefaultPolicy(new AuthorizationPolicyBuilder().RequireRole(AccessNames.Viewer, AccessNames.Operator, AccessNames.Admin).Build());
        services.AddDataProtection().SetApplicationName("dialer");
        services.AddSingleton<IConfigureOptions<KeyManagementOptions>, ProtectionKeys>();
        services.AddAntiforgery(o =>
        {
            o.HeaderName = Csrf.Header;
            o.Cookie.Name = "dialer-csrf";
            o.Cookie.SameSite = SameSiteMode.Strict;
        });
        return services;
    }

    private static string SchemeOf(HttpContext context) =>
        context.Request.Headers.Authorization.Count > 0 || (IsApi(context.Request) && !context.Request.Cookies.ContainsKey("dialer"))
            ? AccessNames.KeyScheme
            : AccessNames.CookieScheme;

    /// <summary>Programs are answered with a problem, people with the sign-in page.</summary>
    public static bool IsApi(HttpRequest request) => request.Path.StartsWithSegments("/api", StringComparison.OrdinalIgnoreCase);

    private static Task ForProgramsAsync(
        RedirectContext<Microsoft.AspNetCore.Authentication.Cookies.CookieAuthenticationOptions> context, int status, string code, string text)
    {
        if (IsApi(context.Request))
        {
            return Problem.WriteAsync(context.HttpContext, status, code, text);
        }

        context.Response.Redirect(context.RedirectUri);
        return Task.CompletedTask;
    }

    // a key that was revoked takes its cookies with it; a provider that is named no more takes all of its
    private static async Task ValidateAsync(Microsoft.AspNetCore.Authentication.Cookies.CookieValidatePrincipalContext context, OidcOptions oidc)
    {
        if (Oidc.IsPerson(context.Principal) && oidc.IsOn)
        {
            return;
        }

        var store = context.HttpContext.RequestServices.GetRequiredService<IAccessStore>();
        if (!long.TryParse(context.Principal?.FindFirstValue(ClaimTypes.NameIdentifier), NumberStyles.None, CultureInfo.InvariantCulture, out var id)
            || await store.FindAsync(id) is not { } key)
        {
            context.RejectPrincipal();
            return;
        }

        context.ReplacePrincipal(KeyAuthentication.PrincipalOf(key, AccessNames.CookieScheme));
    }
}
