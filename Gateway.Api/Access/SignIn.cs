using System.Net;
using Microsoft.AspNetCore.Antiforgery;
using Microsoft.AspNetCore.Authentication;

namespace Dialer.Gateway.Access;

/// <summary>The console's sign-in: a key becomes a cookie that scripts of the page cannot read (P52).</summary>
internal static class SignIn
{
    public const string Path = "/sign-in";

    public static void MapSignIn(this IEndpointRouteBuilder routes)
    {
        routes.MapGet(Path, (HttpContext context, IAntiforgery antiforgery, string? to) =>
            Page(context, antiforgery, to, isWrong: false)).AllowAnonymous().ExcludeFromDescription();
        routes.MapPost(Path, PostAsync).AllowAnonymous().ExcludeFromDescription().DisableAntiforgery();
        routes.MapGet("/sign-in/{ticket}", async (string ticket, HttpContext context, SignInLinks links) =>
        {
            if (links.Take(ticket) is not { } key)
            {
                return Results.Redirect(Path);
            }

            await context.SignInAsync(AccessNames.CookieScheme, KeyAuthentication.PrincipalOf(key, AccessNames.CookieScheme));
            return Results.Redirect("/");
        }).AllowAnonymous().ExcludeFromDescription();
        routes.MapPost("/sign-out", async (HttpContext context) =>
        {
            await context.SignOutAsync(AccessNames.CookieScheme);
            return Results.Redirect(Path);
        }).AllowAnonymous().ExcludeFromDescription().DisableAntiforgery();
    }

    private static async Task<IResult> PostAsync(HttpContext context, IAntiforgery antiforgery, ApiKeys keys)
    {
        if (!await antiforgery.IsRequestValidAsync(context))
        {
            return Results.Redirect(Path);
        }

        var form = await context.Request.ReadFormAsync();
        if (await keys.FindAsync(form["key"].ToString().Trim()) is not { } key)
        {
            return Page(context, antiforgery, form["to"], isWrong: true);
        }

        await context.SignInAsync(AccessNames.CookieScheme, KeyAuthentication.PrincipalOf(key, AccessNames.CookieScheme));
        return Results.Redirect(Local(form["to"]));
    }

    /// <summary>Only a path of ours: a link must not lead elsewhere after the sign-in.</summary>
    private static string Local(string? to) =>
        to is { Length: > 0 } && to[0] == '/' && (to.Length == 1 || to[1] is not ('/' or '\\')) && !to.Any(char.IsControl) ? to : "/";

    private static IResult Page(HttpContext context, IAntiforgery antiforgery, string? to, bool isWrong)
    {
        var token = antiforgery.GetAndStoreTokens(context);
        var isRussian = context.Request.GetTypedHeaders().AcceptLanguage.FirstOrDefault()?.Value.StartsWith("ru", StringComparison.OrdinalIgnoreCase) == true;
        var (title, label, button, wrong) = isRussian
            ? ("Вход", "Ключ", "Войти", "Такого ключа нет, или он отозван.")
            : ("Sign in", "Key", "Sign in", "There is no such key, or it was revoked.");
        return Results.Content(
            $$"""
            <!doctype html><html lang="{{(isRussian ? "ru" : "en")}}"><head><meta charset="utf-8"><title>{{title}} · Orleans Dialer</title>
            <meta name="viewport" content="width=device-width">
            <style>
              :root { color-scheme: light dark; font-family: system-ui, sans-serif; }
              body { display: grid; place-items: center; min-height: 90vh; margin: 0; }
              form { display: grid; gap: .8rem; width: min(24rem, 90vw); }
              input, button { font: inherit; padding: .6rem; border-radius: .4rem; border: 1px solid #8888; }
              button { cursor: pointer; } .wrong { color: light-dark(#b00020, #ff8a80); }
            </style></head><body>
            <form method="post" action="{{Path}}"><h1>Orleans Dialer</h1>
            {{(isWrong ? $"<p class=wrong role=alert>{wrong}</p>" : "")}}
            <label for="key">{{label}}</label><input id="key" name="key" type="password" autocomplete="current-password" required autofocus>
            <input type="hidden" name="to" value="{{WebUtility.HtmlEncode(Local(to))}}">
            <input type="hidden" name="{{token.FormFieldName}}" value="{{token.RequestToken}}">
            <button>{{button}}</button></form></body></html>
            """,
            "text/html; charset=utf-8",
            statusCode: isWrong ? StatusCodes.Status401Unauthorized : StatusCodes.Status200OK);
    }
}
