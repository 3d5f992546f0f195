using System.Net;
using System.Net.Sockets;
using Dialer.Access;
using Dialer.Silo.Hosting;
using Dialer.Silo.Storage;
using Microsoft.Extensions.Configuration;

namespace Dialer.Tests.Access;

/// <summary>P52: sign-in of people by an identity provider, when one is named.</summary>
public class OidcTests(Rigs rigs)
{
    [Theory]
    [InlineData("dialer-admin", HttpStatusCode.OK)]
    [InlineData("dialer-viewer", HttpStatusCode.Forbidden)]
    public async Task Person_IsSignedIn_WithTheRoleThatTheProviderNames_P52(string role, HttpStatusCode keys)
    {
        await using var provider = await IdentityProvider.StartAsync();
        await using var rig = await StartAsync(provider);
        provider.Claims["roles"] = new[] { "something-else", role };
        using var browser = Browser();

        var page = await browser.GetStringAsync(new Uri(rig.Url, "/sign-in?to=%2F%3Fa%3Db"));
        Assert.Contains("/sign-in/oidc?to=", page, StringComparison.Ordinal);
        using var done = await FollowAsync(browser, new Uri(rig.Url, "/sign-in/oidc?to=%2F%3Fa%3Db"));

        // a page of ours leads on, because a strict cookie would not go with the provider's redirect
        Assert.Equal((HttpStatusCode.OK, "/sign-in/done"), (done.StatusCode, done.RequestMessage!.RequestUri!.AbsolutePath));
        Assert.Contains("0;url=/?a=b\"", await done.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        using var answer = await browser.GetAsync(new Uri(rig.Url, "/api/v1/keys"));
        Assert.Equal(keys, answer.StatusCode);
        using var home = await browser.GetAsync(rig.Url);
        Assert.Equal(HttpStatusCode.OK, home.StatusCode);
        // a change by cookie needs the token of our pages, whoever signed in
        var (status, code) = keys == HttpStatusCode.OK ? (HttpStatusCode.BadRequest, "csrf_token") : (HttpStatusCode.Forbidden, "forbidden");
        await browser.PostAsync(new Uri(rig.Url, "/api/v1/campaigns/1/pause"), null).ProblemAsync(status, code);
    }

    [Fact]
    public async Task Session_EndsAtItsHour_HoweverMuchItIsUsed_P52()
    {
        await using var provider = await IdentityProvider.StartAsync();
        await using var rig = await StartAsync(provider);
        provider.Claims["roles"] = "dialer-operator";
        using var browser = Browser();
        (await FollowAsync(browser, new Uri(rig.Url, "/sign-in/oidc"))).Dispose();
        rig.Clock.Forward(TimeSpan.FromHours(7.9));
        Assert.Equal(HttpStatusCode.OK, await StatusAsync());
        rig.Clock.Forward(TimeSpan.FromHours(0.2));
        Assert.Equal(HttpStatusCode.Redirect, await StatusAsync());

        async Task<HttpStatusCode> StatusAsync()
        {
            using var answer = await browser.GetAsync(rig.Url);
            return answer.StatusCode;
        }
    }

    [Fact]
    public async Task PersonWithoutARole_ForgedToken_StrangersAnswer_AndAProviderThatIsAway_SignNobodyIn_P52()
    {
        var provider = await IdentityProvider.StartAsync();
        await using var rig = await StartAsync(provider);
        provider.Claims["roles"] = "something-else";
        await RefusedAsync("/sign-in/oidc", "sso=role", "none of the roles");
        provider.Claims["roles"] = "dialer-admin";
        provider.IsForged = true;
        await RefusedAsync("/sign-in/oidc", "sso=failed", "did not work");
        await RefusedAsync("/sign-in/oidc/callback?code=stolen&state=made-up", "sso=failed", "did not work");
        await provider.DisposeAsync();
        await using var later = await StartAsync(provider);
        using var browser = Browser();
        using var away = await browser.GetAsync(new Uri(later.Url, "/sign-in/oidc"));
        Assert.Equal((HttpStatusCode.Redirect, "/sign-in?sso=away"), (away.StatusCode, away.Headers.Location!.OriginalString));

        async Task RefusedAsync(string path, string where, string text)
        {
            using var visitor = Browser();
            using var last = await FollowAsync(visitor, new Uri(rig.Url, path));
            Assert.Contains(where, last.RequestMessage!.RequestUri!.Query, StringComparison.Ordinal);
            Assert.Contains(text, await last.Content.ReadAsStringAsync(), StringComparison.Ordinal);
            using var home = await visitor.GetAsync(rig.Url);
            Assert.Equal(HttpStatusCode.Redirect, home.StatusCode);
        }
    }

    [Fact]
    public async Task ProviderThatTakesCallsAndNeverAnswers_HoldsNobodyLong_AndIsLeftAloneForAWhile_P52()
    {
        using var silent = new TcpListener(IPAddress.Loopback, 0);
        silent.Start();
        await using var rig = await StartAsync($"http://127.0.0.1:{((IPEndPoint)silent.LocalEndpoint).Port}");
        using var browser = Browser();
        var began = TimeProvider.System.GetTimestamp();
        await Task.WhenAll(Enumerable.Range(0, 6).Select(_ => AwayAsync()));
        Assert.InRange(TimeProvider.System.GetElapsedTime(began), TimeSpan.FromSeconds(4), TimeSpan.FromSeconds(20));

        var again = TimeProvider.System.GetTimestamp();
        await AwayAsync();
        Assert.InRange(TimeProvider.System.GetElapsedTime(again), TimeSpan.Zero, TimeSpan.FromSeconds(4));

        async Task AwayAsync()
        {
            using var away = await browser.GetAsync(new Uri(rig.Url, "/sign-in/oidc"));
            Assert.Equal((HttpStatusCode.Redirect, "/sign-in?sso=away"), (away.StatusCode, away.Headers.Location!.OriginalString));
        }
    }

    [Fact]
    public async Task ProviderThatCameBack_SignsInAgain_AndStartsHaveALimit_P52()
    {
        await using var provider = await IdentityProvider.StartAsync();
        await using var rig = await StartAsync(provider);
        rig.Get<Dialer.Gateway.Access.OidcProvider>().Failed();
        using var browser = Browser();
        Assert.Equal("/sign-in?sso=away", (await StartedAsync())?.OriginalString);
        rig.Clock.Forward(TimeSpan.FromSeconds(11));
        Assert.StartsWith(provider.Url, (await StartedAsync())?.OriginalString, StringComparison.Ordinal);
        var last = HttpStatusCode.Redirect;
        for (var i = 0; i < 60 && last == HttpStatusCode.Redirect; i++)
        {
            using var answer = await browser.GetAsync(new Uri(rig.Url, "/sign-in/oidc/"));
            last = answer.StatusCode;
        }

        Assert.Equal(HttpStatusCode.TooManyRequests, last);

        async Task<Uri?> StartedAsync()
        {
            using var answer = await browser.GetAsync(new Uri(rig.Url, "/sign-in/oidc"));
            return answer.Headers.Location;
        }
    }

    [Fact]
    public async Task CookiesOfAStart_AreSecure_WhereTheInstallationHasHttps_P52()
    {
        await using var provider = await IdentityProvider.StartAsync();
        await using var rig = await StartAsync(provider, "https://dialer.example.com/");
        using var client = await rig.ClientAsync(null);
        using var started = await client.GetAsync("/sign-in/oidc");
        Assert.All(started.Headers.GetValues("Set-Cookie"), c => Assert.Contains("; secure", c, StringComparison.OrdinalIgnoreCase));
    }

    [Fact]
    public async Task BehindAProxy_TheProviderIsToldThePublicAddress_P52()
    {
        await using var provider = await IdentityProvider.StartAsync();
        await using var rig = await StartAsync(provider, "https://dialer.example.com/");
        using var browser = Browser();
        using var challenge = await browser.GetAsync(new Uri(rig.Url, "/sign-in/oidc"));
        (await browser.GetAsync(challenge.Headers.Location)).Dispose();
        Assert.Equal("https://dialer.example.com/sign-in/oidc/callback", provider.LastRedirectUri);
    }

    [Theory]
    [InlineData("Authority", "http://login.example.com", "Authority is an https address")]
    [InlineData("Authority", "https://login.example.com", "ClientId is not set")]
    [InlineData("ClientId", "dialer", "Authority is not set")]
    public void Settings_ThatCannotWork_StopTheStart(string name, string value, string says)
    {
        var configuration = new ConfigurationBuilder().AddInMemoryCollection([new($"Dialer:Gateway:Oidc:{name}", value)]).Build();
        var refused = Assert.Throws<ConfigurationRefusedException>(() => DialerConfiguration.Read(configuration));
        Assert.Contains(says, refused.Message, StringComparison.Ordinal);
    }

    private Task<GatewayRig> StartAsync(IdentityProvider provider, string? publicUrl = null) => StartAsync(provider.Url, publicUrl);

    private async Task<GatewayRig> StartAsync(string authority, string? publicUrl = null)
    {
        var storage = await rigs.Engines.NewAsync(StorageEngine.Sqlite);
        return await GatewayRig.StartAsync(storage, new DialerOptions
        {
            DataDirectory = storage.DataDirectory,
            ShutdownSeconds = 0,
            Gateway = new GatewayOptions
            {
                RequestsPerSecond = 0,
                PublicUrl = publicUrl,
                Oidc = new OidcOptions { Authority = authority, ClientId = IdentityProvider.Client, ClientSecret = IdentityProvider.Secret },
            },
        });
    }

    private static HttpClient Browser() => new(new SocketsHttpHandler { AllowAutoRedirect = false, CookieContainer = new CookieContainer() });

    private static async Task<HttpResponseMessage> FollowAsync(HttpClient browser, Uri address)
    {
        for (var hops = 0; ; hops++)
        {
            var answer = await browser.GetAsync(address);
            if (answer.StatusCode != HttpStatusCode.Redirect)
            {
                return answer;
            }

            Assert.True(hops < 10, "round and round");
            address = new Uri(address, answer.Headers.Location!);
            answer.Dispose();
        }
    }
}
