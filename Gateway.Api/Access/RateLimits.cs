using System.Globalization;
using System.Security.Claims;
using System.Threading.RateLimiting;
using Dialer.Gateway.Problems;

namespace Dialer.Gateway.Access;

/// <summary>
/// How many requests a key may make (P52): a bucket for each, so that one script in a loop is nobody else's trouble. The Calls API is
/// not limited unless an operator says so; what is open to anybody and costs something is, by address.
/// </summary>
internal static class RateLimits
{
    /// <summary>Of one call's bot: a few turns of a dialog each second are more than people speak.</summary>
    private const int CallbacksPerSecond = 10;

    public static IServiceCollection AddRateLimits(this IServiceCollection services, GatewayOptions options) => services.AddRateLimiter(limiter =>
    {
        limiter.RejectionStatusCode = StatusCodes.Status429TooManyRequests;
        limiter.GlobalLimiter = PartitionedRateLimiter.Create<HttpContext, string>(context => PartitionOf(context, options));
        limiter.OnRejected = async (rejected, cancel) =>
        {
            var wait = rejected.Lease.TryGetMetadata(MetadataName.RetryAfter, out var after) ? Math.Max(1, (int)Math.Ceiling(after.TotalSeconds)) : 1;
            rejected.HttpContext.Response.Headers.RetryAfter = wait.ToString(CultureInfo.InvariantCulture);
            await Problem.WriteAsync(rejected.HttpContext, StatusCodes.Status429TooManyRequests, "too_many_requests", $"Too many requests; ask again in {wait} s.");
        };
    });

    /// <summary>An endpoint that asks for no key: limited by its caller's address, together with others of the same name.</summary>
    public static TBuilder LimitedByAddress<TBuilder>(this TBuilder builder, string name, int perMinute)
        where TBuilder : IEndpointConventionBuilder => builder.WithMetadata(new AddressLimit(name, perMinute));

    private sealed record AddressLimit(string Name, int PerMinute);

    private static RateLimitPartition<string> PartitionOf(HttpContext context, GatewayOptions options)
    {
        // by the endpoint, which an address can name in several ways
        if (context.GetEndpoint()?.Metadata.GetMetadata<AddressLimit>() is { } limit)
        {
            return RateLimitPartition.GetFixedWindowLimiter(
                $"{limit.Name} {ClientAddress.Of(context)}",
                _ => new FixedWindowRateLimiterOptions { PermitLimit = limit.PerMinute, Window = TimeSpan.FromMinutes(1) });
        }

        if (context.User.FindFirstValue(ClaimTypes.NameIdentifier) is { } key)
        {
            return Bucket($"key {key}", options.RequestsPerSecond);
        }

        if (context.GetRouteValue("signature") is string signature)
        {
            // by call and signature: who guesses takes nothing from the bot that was given it
            return Bucket($"call {context.GetRouteValue("call")} {signature}", CallbacksPerSecond);
        }

        return context.GetRouteValue("token") is string token && options.CallsRequestsPerSecond > 0
            ? Bucket($"token {token}", options.CallsRequestsPerSecond)
            : RateLimitPartition.GetNoLimiter("");
    }

    private static RateLimitPartition<string> Bucket(string name, int perSecond) => perSecond == 0
        ? RateLimitPartition.GetNoLimiter("")
        : RateLimitPartition.GetTokenBucketLimiter(name, _ => new TokenBucketRateLimiterOptions
        {
            TokenLimit = perSecond * 2,
            TokensPerPeriod = perSecond,
            ReplenishmentPeriod = TimeSpan.FromSeconds(1),
            AutoReplenishment = true,
        });
}
