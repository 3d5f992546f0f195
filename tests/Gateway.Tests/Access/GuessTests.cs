using System.Net;
using System.Text.RegularExpressions;
using Dialer.Access;
using Dialer.Silo.Hosting;
using Dialer.Silo.Storage;
using Microsoft.Extensions.Configuration;

namespace Dialer.Tests.Access;

/// <summary>P52: whoever guesses, or asks for what costs and needs no key, is slowed down by address; behind a proxy by the caller's.</summary>
public partial class GuessTests(Rigs rigs)
{
    [Fact]
    public async Task SignIn_HasOneLimit_HoweverItsAddressIsWritten_P52()
    {
        await using var rig = await NewAsync(new GatewayOptions());
        using var client = await rig.ClientAsync(null);
        var statuses = new List<HttpStatusCode>();
        foreach (var path in Enumerable.Repeat((string[])["/sign-in", "/sign-in/", "/SIGN-IN"], 7).SelectMany(p => p))
        {
            using var content = new FormUrlEncodedContent([new("key", "x")]);
            using var answer = await client.PostAsync(path, content);
            statuses.Add(answer.StatusCode);
        }

        Assert.Equal((20, HttpStatusCode.TooManyRequests), (statuses.Count(s => s == HttpStatusCode.Redirect), statuses[^1]));
        using var link = await client.GetAsync("/sign-in/a-guessed-ticket");
        Assert.Equal(HttpStatusCode.TooManyRequests, link.StatusCode);
    }

    [Fact]
    public async Task WrongKeys_AreLookedUpNoMore_AndNeighboursAreNotShutOut_P52()
    {
        await using var rig = await NewAsync(new GatewayOptions { RequestsPerSecond = 0, TrustedProxies = "127.0.0.1" });
        using var used = await rig.ClientAsync(AccessRole.Viewer);
        await From(used, "192.0.2.1").GetAsync("/api/v1/campaigns").JsonAsync();
        using var guesser = From(await rig.ClientAsync(null), "192.0.2.1");
        for (var i = 0; i < 60; i++)
        {
            await GuessAsync(HttpStatusCode.Unauthorized);
        }

        await GuessAsync(HttpStatusCode.TooManyRequests);
        // one that nobody used from there is not found by guessing
        using var unused = From(await rig.ClientAsync(AccessRole.Viewer), "192.0.2.1");
        await unused.GetAsync("/api/v1/campaigns").ProblemAsync(HttpStatusCode.TooManyRequests, "too_many_requests");
        await used.GetAsync("/api/v1/campaigns").JsonAsync();
        await From(unused, "192.0.2.2").GetAsync("/api/v1/campaigns").JsonAsync();

        async Task GuessAsync(HttpStatusCode status)
        {
            guesser.DefaultRequestHeaders.Authorization = new("Bearer", Guid.NewGuid().ToString("N") + "guessed");
            using var answer = await guesser.GetAsync("/api/v1/campaigns");
            Assert.Equal(status, answer.StatusCode);
            Assert.Equal(status == HttpStatusCode.TooManyRequests, answer.Headers.RetryAfter is not null);
        }
    }

    [Fact]
    public async Task CallersAddress_IsBelievedOfNobody_UnlessTheProxyIsNamed_P52()
    {
        await using var rig = await NewAsync(new GatewayOptions { TrustedProxies = "10.9.0.0/16, 192.0.2.5" });
        using var client = await rig.ClientAsync(null);
        HttpStatusCode last = default;
        for (var i = 0; i < 21; i++)
        {
            using var content = new FormUrlEncodedContent([new("key", "x")]);
            using var answer = await From(client, $"198.51.100.{i}").PostAsync("/sign-in", content);
            last = answer.StatusCode;
        }

        Assert.Equal(HttpStatusCode.TooManyRequests, last);
    }

    [Theory]
    [InlineData("proxy.local")]
    [InlineData("10.1.0.0/99")]
    public void TrustedProxies_ThatAreNone_StopTheStart(string value)
    {
        var configuration = new ConfigurationBuilder().AddInMemoryCollection([new("Dialer:Gateway:TrustedProxies", value)]).Build();
        var refused = Assert.Throws<ConfigurationRefusedException>(() => DialerConfiguration.Read(configuration));
        Assert.Contains("TrustedProxies", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Cookies_OfAnInstallationWithHttps_AreSecure_P52()
    {
        await using var rig = await NewAsync(new GatewayOptions { PublicUrl = "https://dialer.example.com" });
        using var client = await rig.ClientAsync(null);
        using var page = await client.GetAsync("/sign-in");
        var csrf = Assert.Single(page.Headers.GetValues("Set-Cookie"));
        Assert.StartsWith("dialer-csrf=", csrf, StringComparison.Ordinal);
        Assert.Contains("; secure", csrf, StringComparison.OrdinalIgnoreCase);
        var token = Field().Match(await page.Content.ReadAsStringAsync());
        using var request = new HttpRequestMessage(HttpMethod.Post, "/sign-in")
        {
            Content = new FormUrlEncodedContent([new("key", await rig.KeyAsync(AccessRole.Viewer)), new(token.Groups[1].Value, token.Groups[2].Value)]),
            Headers = { { "Cookie", csrf.Split(';')[0] } },
        };
        using var signedIn = await client.SendAsync(request);
        var cookie = signedIn.Headers.GetValues("Set-Cookie").Single(c => c.StartsWith("dialer=", StringComparison.Ordinal));
        Assert.Contains("; secure", cookie, StringComparison.OrdinalIgnoreCase);
    }

    [Fact]
    public async Task Description_IsMadeOnce_AndNotSentAgain()
    {
        var rig = await rigs.GetAsync();
        using var client = await rig.ClientAsync(null);
        using var first = await client.GetAsync("/openapi/v1.json");
        using var request = new HttpRequestMessage(HttpMethod.Get, "/openapi/v1.json?x=1") { Headers = { { "If-None-Match", first.Headers.ETag!.Tag } } };
        using var second = await client.SendAsync(request);
        Assert.Equal(HttpStatusCode.NotModified, second.StatusCode);
        var description = rig.Get<Dialer.Gateway.Description.DescriptionText>();
        Assert.Same((await description.GetAsync()).Text, (await description.GetAsync()).Text);
    }

    private static HttpClient From(HttpClient client, string address)
    {
        client.DefaultRequestHeaders.Remove("X-Forwarded-For");
        client.DefaultRequestHeaders.Add("X-Forwarded-For", address);
        return client;
    }

    private async Task<GatewayRig> NewAsync(GatewayOptions gateway)
    {
        var storage = await rigs.Engines.NewAsync(StorageEngine.Sqlite);
        return await GatewayRig.StartAsync(
            storage, new DialerOptions { Storage = storage.Engine, ShutdownSeconds = 0, DataDirectory = storage.DataDirectory, Gateway = gateway });
    }

    [GeneratedRegex("name=\"(__Request[^\"]+)\" value=\"([^\"]+)\"")]
    private static partial Regex Field();
}
