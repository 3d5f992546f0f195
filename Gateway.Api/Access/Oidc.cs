using System.Security.Claims;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authentication.OpenIdConnect;
using Microsoft.IdentityModel.Protocols.OpenIdConnect;

namespace Dialer.Gateway.Access;

/// <summary>
/// Sign-in by an identity provider (P52): its person becomes the console's cookie, with the role that a claim names. What the provider said
/// is not kept; the cookie ends after <see cref="OidcOptions.SessionHours"/>, whatever is done with it.
/// </summary>
internal static partial class Oidc
{
    public const string Path = "/sign-in/oidc";
    private const string CallbackPath = "/sign-in/oidc/callback";
    private const string Scheme = "oidc";
    private const string Away = $"{SignIn.Path}?sso=away";
    private const string SubjectPrefix = "oidc:";
    private const int StartsPerMinute = 60;

    public static AuthenticationBuilder AddOidc(this AuthenticationBuilder authentication, GatewayOptions gateway) => !gateway.Oidc.IsOn
        ? authentication
        : authentication.AddOpenIdConnect(Scheme, o =>
        {
            var oidc = gateway.Oidc;
            o.Authority = oidc.Authority;
            o.ClientId = oidc.ClientId;
            o.ClientSecret = oidc.ClientSecret;
            o.RequireHttpsMetadata = oidc.Authority!.StartsWith("https:", StringComparison.OrdinalIgnoreCase);
            o.BackchannelTimeout = OidcProvider.Timeout;
            o.ResponseType = OpenIdConnectResponseType.Code;
            o.ResponseMode = OpenIdConnectResponseMode.Query;
            o.UsePkce = true;
            o.CallbackPath = CallbackPath;
            o.SignInScheme = AccessNames.CookieScheme;
            o.MapInboundClaims = false;
            o.SaveTokens = false;
            o.Scope.Clear();
            foreach (var scope in oidc.Scope.Split(' ', StringSplitOptions.RemoveEmptyEntries))
            {
                o.Scope.Add(scope);
            }

            // the provider sends the browser back with a link: lax is enough, and works without https on one machine
            (o.CorrelationCookie.SameSite, o.NonceCookie.SameSite) = (SameSiteMode.Lax, SameSiteMode.Lax);
            (o.CorrelationCookie.SecurePolicy, o.NonceCookie.SecurePolicy) = (CookieSecurePolicy.SameAsRequest, CookieSecurePolicy.SameAsRequest);
            o.Events.OnRedirectToIdentityProvider = context =>
            {
                if (gateway.PublicUrl is { } url)
                {
                    context.ProtocolMessage.RedirectUri = url.TrimEnd('/') + CallbackPath;
                }

                return Task.CompletedTask;
            };
            o.Events.OnTokenValidated = context => AcceptAsync(context, oidc);
            o.Events.OnRemoteFailure = context =>
            {
                LogFailed(LogOf(context.HttpContext), context.Failure?.GetType().Name ?? "no reason given");
                return RefuseAsync(context, "failed");
            };
        });

    /// <summary>Begins a sign-in. A provider that does not answer leads back to the page, where a key still works.</summary>
    public static void MapOidc(this IEndpointRouteBuilder routes, GatewayOptions gateway)
    {
        if (!gateway.Oidc.IsOn)
        {
            return;
        }

        routes.MapGet(Path, async (HttpContext context, OidcProvider provider, string? to) =>
        {
            if (await provider.FaultAsync(Scheme) is { } fault)
            {
                LogFailed(LogOf(context), fault);
                context.Response.Redirect(Away);
                return;
            }

            try
            {
                // a page of ours in between: the cookie is strict, and would not go with the provider's redirect
                await context.ChallengeAsync(Scheme, new AuthenticationProperties { RedirectUri = $"{SignIn.DonePath}?to={Uri.EscapeDataString(SignIn.Local(to))}" });
            }
            catch (Exception e) when (e is InvalidOperationException or HttpRequestException or TaskCanceledException && !context.Response.HasStarted)
            {
                provider.Failed();
                LogFailed(LogOf(context), e.GetType().Name);
                context.Response.Redirect(Away);
            }
        }).AllowAnonymous().LimitedByAddress("oidc", StartsPerMinute).ExcludeFromDescription();
    }

    /// <summary>Whether a cookie is a person's whom a provider named.</summary>
    public static bool IsPerson(ClaimsPrincipal? user) =>
        user?.FindFirstValue(ClaimTypes.NameIdentifier)?.StartsWith(SubjectPrefix, StringComparison.Ordinal) == true;

    private static async Task AcceptAsync(TokenValidatedContext context, OidcOptions oidc)
    {
        var said = context.Principal!;
        var subject = said.FindFirstValue("sub");
        var roles = said.FindAll(oidc.RoleClaim).Select(c => c.Value).ToHashSet(StringComparer.Ordinal);
        var role = roles.Contains(oidc.AdminRole) ? AccessNames.Admin
            : roles.Contains(oidc.OperatorRole) ? AccessNames.Operator
            : roles.Contains(oidc.ViewerRole) ? AccessNames.Viewer
            : null;
        if (subject is null || role is null)
        {
            LogFailed(LogOf(context.HttpContext), role is null ? "none of the roles" : "no subject");
            await RefuseAsync(context, "role");
            return;
        }

        context.Principal = new ClaimsPrincipal(new ClaimsIdentity(
            [
                new Claim(ClaimTypes.NameIdentifier, SubjectPrefix + PlainTexts.Clean(subject)),
                new Claim(ClaimTypes.Name, PlainTexts.Clean(said.FindFirstValue(oidc.NameClaim) ?? subject)),
                new Claim(ClaimTypes.Role, role),
            ],
            AccessNames.CookieScheme));
        var clock = context.HttpContext.RequestServices.GetRequiredService<TimeProvider>();
        context.Properties!.ExpiresUtc = clock.GetUtcNow() + TimeSpan.FromHours(oidc.SessionHours);
        context.Properties.AllowRefresh = false;
    }

    private static Task RefuseAsync<TOptions>(HandleRequestContext<TOptions> context, string why)
        where TOptions : AuthenticationSchemeOptions
    {
        context.Response.Redirect($"{SignIn.Path}?sso={why}");
        context.HandleResponse();
        return Task.CompletedTask;
    }

    private static ILogger LogOf(HttpContext context) => context.RequestServices.GetRequiredService<ILoggerFactory>().CreateLogger(typeof(Oidc));

    [LoggerMessage(Level = LogLevel.Warning, Message = "A sign-in by the identity provider was refused or failed: {Cause}")]
    private static partial void LogFailed(ILogger log, string cause);
}
