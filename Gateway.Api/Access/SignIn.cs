using System.Net;
using Microsoft.AspNetCore.Antiforgery;
using Microsoft.AspNetCore.Authentication;

namespace Dialer.Gateway.Access;

/// <summary>The console's sign-in: a key becomes a cookie that scripts of the page cannot read (P52).</summary>
internal static class SignIn
{
    public const string Path = "/sign-in";
    private const string Wrong = SignInText.Wrong;
    private const string Tries = "sign-in";
    private const int TriesPerMinute = 20;
    private const int PagesPerMinute = 120;

    /// <summary>Where a provider's sign-in ends.</summary>
    public const string DonePath = "/sign-in/done";

    public static void MapSignIn(this IEndpointRouteBuilder routes)
    {
        routes.MapGet(Path, (HttpContext context, IAntiforgery antiforgery, GatewayOptions gateway, string? to, string? sso) =>
            Page(context, antiforgery, gateway, to, sso)).AllowAnonymous().LimitedByAddress("sign-in page", PagesPerMinute).ExcludeFromDescription();
        routes.MapGet(DonePath, (string? to) => Results.Content(
            $"<!doctype html><meta charset=\"utf-8\"><meta http-equiv=\"refresh\" content=\"0;url={WebUtility.HtmlEncode(Local(to))}\"><title>Orleans Dialer</title>",
            "text/html; charset=utf-8")).AllowAnonymous().ExcludeFromDescription();
        routes.MapPost(Path, PostAsync).AllowAnonymous().LimitedByAddress(Tries, TriesPerMinute).ExcludeFromDescription().DisableAntiforgery();
        routes.MapGet("/sign-in/{ticket}", async (string ticket, HttpContext context, SignInLinks links) =>
        {
            if (links.Take(ticket) is not { } key)
            {
                return Results.Redirect(Path);
            }

            await context.SignInAsync(AccessNames.CookieScheme, KeyAuthentication.PrincipalOf(key, AccessNames.CookieScheme));
            return Results.Redirect("/");
        }).AllowAnonymous().LimitedByAddress(Tries, TriesPerMinute).ExcludeFromDescription();
        routes.MapPost("/sign-out", async (HttpContext context) =>
        {
            await context.SignOutAsync(AccessNames.CookieScheme);
            return Results.Redirect(Path);
        }).AllowAnonymous().ExcludeFromDescription().DisableAntiforgery();
    }

    private static async Task<IResult> PostAsync(HttpContext context, IAntiforgery antiforgery, GatewayOptions gateway, ApiKeys keys)
    {
        if (!await antiforgery.IsRequestValidAsync(context))
        {
            return Results.Redirect(Path);
        }

        var form = await context.Request.ReadFormAsync();
        if (await keys.FindAsync(form["key"].ToString().Trim()) is not { } key)
        {
            return Page(context, antiforgery, gateway, form["to"], Wrong);
        }

        await context.SignInAsync(AccessNames.CookieScheme, KeyAuthentication.PrincipalOf(key, AccessNames.CookieScheme));
        return Results.Redirect(Local(form["to"]));
    }

    /// <summary>Only a path of ours: a link must not lead elsewhere after the sign-in.</summary>
    public static string Local(string? to) =>
        to is { Length: > 0 } && to[0] == '/' && (to.Length == 1 || to[1] is not ('/' or '\\')) && !to.Any(char.IsControl) ? to : "/";

    private static IResult Page(HttpContext context, IAntiforgery antiforgery, GatewayOptions gateway, string? to, string? why)
    {
        var token = antiforgery.GetAndStoreTokens(context);
        var isRussian = context.Request.GetTypedHeaders().AcceptLanguage.FirstOrDefault()?.Value.StartsWith("ru", StringComparison.OrdinalIgnoreCase) == true;
        var text = isRussian ? SignInText.Russian : SignInText.English;
        return Results.Content(
            $$"""
            <!doctype html><html lang="{{(isRussian ? "ru" : "en")}}"><head><meta charset="utf-8"><title>{{text.Title}} · Orleans Dialer</title>
            <meta name="viewport" content="width=device-width">
            <style>
              :root { color-scheme: light dark; font-family: system-ui, sans-serif; }
              body { display: grid; place-items: center; min-height: 90vh; margin: 0; }
              form { display: grid; gap: .8rem; width: min(24rem, 90vw); }
              input, button, .sso { font: inherit; padding: .6rem; border-radius: .4rem; border: 1px solid #8888; }
              button { cursor: pointer; } .sso { text-align: center; color: inherit; text-decoration: none; }
              .or { text-align: center; opacity: .7; margin: 0; } .wrong { color: light-dark(#b00020, #ff8a80); }
            </style></head><body>
            <form method="post" action="{{Path}}"><h1>Orleans Dialer</h1>
            {{(text.Refusal(why) is { } refusal ? $"<p class=wrong role=alert>{refusal}</p>" : "")}}
            {{(gateway.Oidc.IsOn ? $"<a class=sso href=\"{Oidc.Path}?to={WebUtility.HtmlEncode(Uri.EscapeDataString(Local(to)))}\">{text.Sso}</a><p class=or>{text.Or}</p>" : "")}}
            <label for="key">{{text.Key}}</label><input id="key" name="key" type="password" autocomplete="current-password" required autofocus>
            <input type="hidden" name="to" value="{{WebUtility.HtmlEncode(Local(to))}}">
            <input type="hidden" name="{{token.FormFieldName}}" value="{{token.RequestToken}}">
            <button>{{text.Button}}</button></form></body></html>
            """,
            "text/html; charset=utf-8",
            statusCode: why == Wrong ? StatusCodes.Status401Unauthorized : StatusCodes.Status200OK);
    }
}
