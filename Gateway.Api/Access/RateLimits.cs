using System.Globalization;
using System.Security.Claims;
using System.Threading.RateLimiting;
using Dialer.Gateway.Problems;

namespace Dialer.Gateway.Access;

/// <summary>
/// How many requests a key may make (P52): a bucket for each, so that one script in a loop is nobody else's trouble. The Calls API is
/// not limited unless an operator says so; sign-ins are, by address, because there a key could be guessed.
/// </summary>
internal static class RateLimits
{
    private const int SignInsPerMinute = 20;

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

    private static RateLimitPartition<string> PartitionOf(HttpContext context, GatewayOptions options)
    {
        if (HttpMethods.IsPost(context.Request.Method) && context.Request.Path == SignIn.Path)
        {
            return RateLimitPartition.GetFixedWindowLimiter(
                $"sign-in {context.Connection.RemoteIpAddress}",
                _ => new FixedWindowRateLimiterOptions { PermitLimit = SignInsPerMinute, Window = TimeSpan.FromMinutes(1) });
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
