using System.Globalization;
using System.Net;
using Dialer.Access;
using Dialer.Gateway.Access;
using Dialer.Gateway.Wire;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace Dialer.Tests.Access;

/// <summary>P52: everything is authorized by default. Walks the endpoint table: each route, each role.</summary>
public class RouteTests(Rigs rigs)
{
    /// <summary>The only addresses that ask for no key: the campaign's token is the credential of the Calls API (P19), the signature that of a call's bot (P41).</summary>
    private static readonly string[] Open = ["/api/calls/", "/api/crmCalls/", "/callbacks/calls/", "/health/", "/sign-in", "/sign-out", "/openapi/", "/docs"];

    [Fact]
    public async Task EveryRoute_RefusesEachRoleThatItIsNotFor_P52()
    {
        // of its own: among the routes is one that stops everything
        await using var rig = await rigs.NewAsync();
        var clients = new Dictionary<AccessRole, HttpClient>();
        foreach (var role in Enum.GetValues<AccessRole>())
        {
            clients[role] = await rig.ClientAsync(role);
        }

        using var nobody = await rig.ClientAsync(null);
        var walked = 0;
        foreach (var (method, path, endpoint) in Routes(rig))
        {
            if (Open.Any(o => path.StartsWith(o, StringComparison.OrdinalIgnoreCase)))
            {
                Assert.NotNull(endpoint.Metadata.GetMetadata<IAllowAnonymous>());
                continue;
            }

            Assert.Null(endpoint.Metadata.GetMetadata<IAllowAnonymous>());
            var least = LeastRole(endpoint);
            var isApi = path.StartsWith("/api/", StringComparison.Ordinal);
            Assert.Equal(isApi ? HttpStatusCode.Unauthorized : HttpStatusCode.Redirect, await StatusAsync(nobody, method, path));
            foreach (var (role, client) in clients)
            {
                var status = await StatusAsync(client, method, path);
                if (role < least)
                {
                    Assert.True(status == HttpStatusCode.Forbidden, $"{method} {path} as {role}: {status}");
                }
                else
                {
                    Assert.True(status is not (HttpStatusCode.Forbidden or HttpStatusCode.Unauthorized or HttpStatusCode.InternalServerError), $"{method} {path} as {role}: {status}");
                }
            }

            walked++;
        }

        Assert.True(walked > 35, $"{walked} routes");
        foreach (var client in clients.Values)
        {
            client.Dispose();
        }
    }

    [Fact]
    public async Task EveryChange_NeedsMoreThanAViewer_AndIsAudited_P52()
    {
        var rig = await rigs.GetAsync();
        foreach (var (method, path, endpoint) in Routes(rig).Where(r => r.Path.StartsWith("/api/v1/", StringComparison.Ordinal) && r.Method != "GET"))
        {
            Assert.True(LeastRole(endpoint) > AccessRole.Viewer, $"{method} {path} is open to viewers");
            Assert.True(endpoint.Metadata.GetMetadata<AuditedAttribute>() is not null, $"{method} {path} is not audited");
        }
    }

    [Fact]
    public async Task EveryPost_HonoursTheKeyOfIdempotency_P48()
    {
        var rig = await rigs.GetAsync();
        foreach (var (method, path, endpoint) in Routes(rig).Where(r => r.Path.StartsWith("/api/v1/", StringComparison.Ordinal) && r.Method == "POST"))
        {
            Assert.True(endpoint.Metadata.GetMetadata<IdempotentAttribute>() is not null, $"{method} {path} ignores Idempotency-Key");
        }
    }

    [Fact]
    public async Task EveryOperation_HasANameASummaryAndItsAnswers()
    {
        var rig = await rigs.GetAsync();
        foreach (var (method, path, endpoint) in Routes(rig).Where(r => r.Path.StartsWith("/api/v1/", StringComparison.Ordinal)))
        {
            Assert.True(endpoint.Metadata.GetMetadata<IEndpointNameMetadata>() is not null, $"{method} {path} has no name");
            Assert.True(endpoint.Metadata.GetMetadata<Microsoft.AspNetCore.Http.Metadata.IEndpointSummaryMetadata>() is not null, $"{method} {path} has no summary");
            Assert.True(endpoint.Metadata.OfType<Microsoft.AspNetCore.Http.Metadata.IProducesResponseTypeMetadata>().Any(), $"{method} {path} says nothing of its answers");
        }
    }

    [Theory]
    [InlineData("Bearer ")]
    [InlineData("Bearer x")]
    [InlineData("Bearer dk_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA")]
    [InlineData("Basic YWRtaW46YWRtaW4=")]
    [InlineData("bearer")]
    public async Task WrongCredentials_AreAnsweredWithAProblem(string header)
    {
        var rig = await rigs.GetAsync();
        using var client = await rig.ClientAsync(null);
        client.DefaultRequestHeaders.TryAddWithoutValidation("Authorization", header);
        await client.GetAsync("/api/v1/keys").ProblemAsync(HttpStatusCode.Unauthorized, "unauthorized");
    }

    private static IEnumerable<(string Method, string Path, RouteEndpoint Endpoint)> Routes(GatewayRig rig)
    {
        foreach (var endpoint in rig.Get<EndpointDataSource>().Endpoints.OfType<RouteEndpoint>())
        {
            foreach (var method in endpoint.Metadata.GetMetadata<IHttpMethodMetadata>()?.HttpMethods ?? ["GET"])
            {
                yield return (method, PathOf(endpoint.RoutePattern), endpoint);
            }
        }
    }

    /// <summary>An address that fits the pattern: ids that are nobody's.</summary>
    private static string PathOf(Microsoft.AspNetCore.Routing.Patterns.RoutePattern pattern) => "/" + string.Join('/', pattern.PathSegments.Select(s =>
        string.Concat(s.Parts.Select(p => p is Microsoft.AspNetCore.Routing.Patterns.RoutePatternParameterPart parameter
            ? parameter.Name == "phone" ? "79990000000" : 4_000_000_000_000L.ToString(CultureInfo.InvariantCulture)
            : ((Microsoft.AspNetCore.Routing.Patterns.RoutePatternLiteralPart)p).Content))));

    private static AccessRole LeastRole(RouteEndpoint endpoint)
    {
        var policies = endpoint.Metadata.OfType<IAuthorizeData>().Select(a => a.Policy).ToList();
        return policies.Contains(AccessNames.Admin) ? AccessRole.Admin : policies.Contains(AccessNames.Operator) ? AccessRole.Operator : AccessRole.Viewer;
    }

    private static async Task<HttpStatusCode> StatusAsync(HttpClient client, string method, string path)
    {
        using var request = new HttpRequestMessage(new HttpMethod(method), path.Replace("4000000000000/trace", "1/trace", StringComparison.Ordinal));
        if (method is not ("GET" or "DELETE"))
        {
            request.Content = path is "/api/v1/do-not-call" or "/api/v1/phone-lists" ? new StringContent("phone\n") : Wire.Json("{}");
        }

        using var answer = await client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);
        return answer.StatusCode;
    }
}
