using Dialer.Gateway.Problems;
using Microsoft.AspNetCore.Antiforgery;

namespace Dialer.Gateway.Access;

/// <summary>
/// A change that is asked for with the console's cookie needs a token that only the console's own pages know: another site can make a
/// browser send the cookie, but not the token. Keys need none: no browser sends them by itself.
/// </summary>
internal static class Csrf
{
    public const string Header = "X-Csrf-Token";

    public static IApplicationBuilder UseCsrf(this IApplicationBuilder app) => app.Use(async (context, next) =>
    {
        if (IsSafe(context.Request.Method) || context.User.Identity is not { IsAuthenticated: true, AuthenticationType: AccessNames.CookieScheme })
        {
            await next(context);
            return;
        }

        if (await context.RequestServices.GetRequiredService<IAntiforgery>().IsRequestValidAsync(context))
        {
            await next(context);
            return;
        }

        await Problem.WriteAsync(context, 400, "csrf_token", $"A change by cookie needs the header {Header}; with a key it does not.");
    });

    private static bool IsSafe(string method) => HttpMethods.IsGet(method) || HttpMethods.IsHead(method) || HttpMethods.IsOptions(method);
}
