using System.Buffers.Text;
using System.Collections.Concurrent;
using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;

namespace Dialer.Tests.Access;

/// <summary>An OpenID provider on loopback: discovery, keys, authorization with PKCE, tokens signed with RS256. Everybody who comes is signed in as <see cref="Claims"/> say.</summary>
internal sealed class IdentityProvider : IAsyncDisposable
{
    public const string Client = "dialer";
    public const string Secret = "secret of the client";

    private readonly RSA rsa = RSA.Create(2048);
    private readonly ConcurrentDictionary<string, (string Challenge, string Nonce, string Redirect)> codes = new(StringComparer.Ordinal);
    private readonly WebApplication app;

    private IdentityProvider(WebApplication app) => this.app = app;

    public string Url { get; private set; } = "";

    public Dictionary<string, object> Claims { get; } = new() { ["sub"] = "42", ["preferred_username"] = "anna" };

    /// <summary>Another key than the one that is published signs.</summary>
    public bool IsForged { get; set; }

    public string LastRedirectUri { get; private set; } = "";

    public static async Task<IdentityProvider> StartAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.Logging.ClearProviders();
        var provider = new IdentityProvider(builder.Build());
        provider.Map();
        await provider.app.StartAsync();
        provider.Url = provider.app.Urls.First();
        return provider;
    }

    public async ValueTask DisposeAsync()
    {
        await app.StopAsync();
        await app.DisposeAsync();
        rsa.Dispose();
    }

    private void Map()
    {
        app.MapGet("/.well-known/openid-configuration", () => new
        {
            issuer = Url,
            authorization_endpoint = Url + "/authorize",
            token_endpoint = Url + "/token",
            jwks_uri = Url + "/keys",
            response_types_supported = (string[])["code"],
            subject_types_supported = (string[])["public"],
            id_token_signing_alg_values_supported = (string[])["RS256"],
        });
        app.MapGet("/keys", () =>
        {
            var key = rsa.ExportParameters(false);
            return new { keys = new[] { new { kty = "RSA", use = "sig", alg = "RS256", kid = "k1", n = Base64Url.EncodeToString(key.Modulus), e = Base64Url.EncodeToString(key.Exponent) } } };
        });
        app.MapGet("/authorize", (string client_id, string redirect_uri, string state, string nonce, string code_challenge, string code_challenge_method, string response_type) =>
        {
            Assert.Equal((Client, "S256", "code"), (client_id, code_challenge_method, response_type));
            LastRedirectUri = redirect_uri;
            var code = Guid.NewGuid().ToString("N");
            codes[code] = (code_challenge, nonce, redirect_uri);
            return Results.Redirect($"{redirect_uri}?code={code}&state={Uri.EscapeDataString(state)}");
        });
        app.MapPost("/token", async (HttpRequest request) =>
        {
            var form = await request.ReadFormAsync();
            var isKnown = codes.TryRemove(form["code"].ToString(), out var issued);
            var proof = Base64Url.EncodeToString(SHA256.HashData(Encoding.ASCII.GetBytes(form["code_verifier"].ToString())));
            return isKnown && proof == issued.Challenge && form["client_secret"] == Secret && form["redirect_uri"] == issued.Redirect
                ? Results.Json(new { access_token = "none", token_type = "Bearer", expires_in = 60, id_token = Token(issued.Nonce) })
                : Results.Json(new { error = "invalid_grant" }, statusCode: 400);
        });
    }

    private string Token(string nonce)
    {
        using var other = RSA.Create(2048);
        return new JsonWebTokenHandler().CreateToken(new SecurityTokenDescriptor
        {
            Issuer = Url,
            Audience = Client,
            Claims = new Dictionary<string, object>(Claims) { ["nonce"] = nonce },
            SigningCredentials = new SigningCredentials(
                new RsaSecurityKey((IsForged ? other : rsa).ExportParameters(true)) { KeyId = "k1" }, SecurityAlgorithms.RsaSha256),
        });
    }
}
