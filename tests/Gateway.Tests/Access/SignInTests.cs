using System.Net;
using System.Text.RegularExpressions;
using Dialer.Access;
using Dialer.Gateway.Access;

namespace Dialer.Tests.Access;

/// <summary>P52: the console's sign-in by key to a cookie, its one-time link, and what a foreign site could do with the cookie.</summary>
public partial class SignInTests(Rigs rigs)
{
    [Fact]
    public async Task Key_BecomesACookie_ThatScriptsCannotRead_AndThatEndsWithTheKey_P52()
    {
        var rig = await rigs.GetAsync();
        using var admin = await rig.ClientAsync(AccessRole.Admin);
        var made = await admin.PostAsync("/api/v1/keys", """{"name":"browser","role":"operator"}""").JsonAsync(HttpStatusCode.Created);
        var key = (string)made["secret"]!;
        using var browser = Browser(rig);
        using (var redirected = await browser.GetAsync("/"))
        {
            Assert.Equal((HttpStatusCode.Redirect, "/sign-in"), (redirected.StatusCode, redirected.Headers.Location!.AbsolutePath));
        }

        using (var wrong = await SubmitAsync(browser, "dk_nobody_has_this_key_nobody_has_this_key", "/"))
        {
            Assert.Equal(HttpStatusCode.Unauthorized, wrong.StatusCode);
        }

        using (var signedIn = await SubmitAsync(browser, key, "/?a=b"))
        {
            Assert.Equal((HttpStatusCode.Redirect, "/?a=b"), (signedIn.StatusCode, signedIn.Headers.Location!.OriginalString));
            var cookie = signedIn.Headers.GetValues("Set-Cookie").Single(c => c.StartsWith("dialer=", StringComparison.Ordinal));
            Assert.Contains("httponly", cookie, StringComparison.OrdinalIgnoreCase);
            Assert.Contains("samesite=strict", cookie, StringComparison.OrdinalIgnoreCase);
        }

        using (var page = await browser.GetAsync("/"))
        {
            Assert.Equal(HttpStatusCode.OK, page.StatusCode);
        }

        (await admin.DeleteAsync($"/api/v1/keys/{made["key"]!["id"]}")).Dispose();

        using var after = await browser.GetAsync("/");
        Assert.Equal(HttpStatusCode.Redirect, after.StatusCode);
    }

    [Theory]
    [InlineData("//evil.example")]
    [InlineData("/\\evil.example")]
    [InlineData("https://evil.example")]
    public async Task SignIn_LeadsNowhereElse(string to)
    {
        var rig = await rigs.GetAsync();
        using var browser = Browser(rig);
        using var signedIn = await SubmitAsync(browser, await rig.KeyAsync(AccessRole.Viewer), to);
        Assert.Equal("/", signedIn.Headers.Location!.OriginalString);
    }

    [Fact]
    public async Task ChangeByCookie_NeedsTheTokenOfOurPages_P52()
    {
        var rig = await rigs.GetAsync();
        using var browser = Browser(rig);
        (await SubmitAsync(browser, await rig.KeyAsync(AccessRole.Admin), "/")).Dispose();
        Assert.NotNull((await browser.GetAsync("/api/v1/keys").JsonAsync())["items"]);
        await browser.PostAsync("/api/v1/keys", """{"name":"forged","role":"admin"}""").ProblemAsync(HttpStatusCode.BadRequest, "csrf_token");
    }

    [Fact]
    public async Task Link_SignsInOnce_P52()
    {
        var rig = await rigs.GetAsync();
        var (key, _) = await rig.Get<ApiKeys>().CreateAsync("terminal", AccessRole.Admin, "test");
        var ticket = rig.Get<SignInLinks>().Make(key);
        using var browser = Browser(rig);
        using (var first = await browser.GetAsync($"/sign-in/{ticket}"))
        {
            Assert.Equal("/", first.Headers.Location!.OriginalString);
        }

        using (var page = await browser.GetAsync("/"))
        {
            Assert.Equal(HttpStatusCode.OK, page.StatusCode);
        }

        using var other = Browser(rig);
        using var second = await other.GetAsync($"/sign-in/{ticket}");
        Assert.Equal("/sign-in", second.Headers.Location!.OriginalString);
    }

    private static HttpClient Browser(GatewayRig rig) =>
        new(new SocketsHttpHandler { AllowAutoRedirect = false, CookieContainer = new CookieContainer() }) { BaseAddress = rig.Url };

    private static async Task<HttpResponseMessage> SubmitAsync(HttpClient browser, string key, string to)
    {
        var page = await browser.GetStringAsync("/sign-in");
        var (name, value) = (Field().Match(page).Groups[1].Value, Field().Match(page).Groups[2].Value);
        using var form = new FormUrlEncodedContent([new("key", key), new("to", to), new(name, value)]);
        return await browser.PostAsync("/sign-in", form);
    }

    [GeneratedRegex("name=\"(__Request[^\"]+)\" value=\"([^\"]+)\"")]
    private static partial Regex Field();
}
