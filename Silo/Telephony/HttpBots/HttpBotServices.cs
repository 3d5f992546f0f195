using System.Net;
using System.Security.Cryptography;
using System.Text;
using Dialer.Grains.Calls;
using Dialer.Silo.Storage;
using Dialer.Silo.Storage.Notes;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Http.Resilience;
using Microsoft.Extensions.Logging;
using Polly;
using Polly.Timeout;

namespace Dialer.Silo.Telephony.HttpBots;

/// <summary>Puts HTTP bots into a silo (P41).</summary>
internal static class HttpBotServices
{
    /// <summary>The client of events.</summary>
    public const string Events = "http-bot-events";

    /// <summary>The client of probes: beside the breaker, and never repeated.</summary>
    public const string Probes = "http-bot-probes";

    /// <summary>From the event to the whole answer, a repeat included.</summary>
    private static readonly TimeSpan TotalLimit = TimeSpan.FromSeconds(5);

    private static readonly TimeSpan RepeatAfter = TimeSpan.FromMilliseconds(200);
    private static readonly TimeSpan BreakerPause = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan BreakerWindow = TimeSpan.FromSeconds(30);
    private const int BreakerCalls = 10;
    private const double BreakerShare = 0.8;

    public static IServiceCollection AddHttpBots(this IServiceCollection services)
    {
        services.AddSingleton(s => new JobNotes(s.GetRequiredService<IDatabase>(), s.GetRequiredService<TimeProvider>(), s.GetRequiredService<ILogger<JobNotes>>()));
        services.AddSingleton<HttpBotClient>();
        services.AddSingleton<HttpBots>();
        services.AddSingleton<ICallLayer>(s => s.GetRequiredService<HttpBots>());
        var events = AddClient(services, Events);
        events.AddResilienceHandler("bot", static (pipeline, context) => Configure(pipeline, context.ServiceProvider.GetRequiredService<HttpBotClient>())).SelectPipelineBy(static _ => static request => KeyOf(request.RequestUri!));
        events.AddHttpMessageHandler(static () => new BoundedAnswers());
        AddClient(services, Probes);
        return services;
    }

    // the factory's own log lines name the whole address, in which a key may stand
    private static IHttpClientBuilder AddClient(IServiceCollection services, string name) => services
        .AddHttpClient(name, static client => client.Timeout = Timeout.InfiniteTimeSpan)
        .RemoveAllLoggers()
        .ConfigurePrimaryHttpMessageHandler(static () => new SocketsHttpHandler
        {
            AllowAutoRedirect = false,
            UseCookies = false,
            AutomaticDecompression = DecompressionMethods.None,
            ConnectTimeout = TotalLimit,
            PooledConnectionLifetime = TimeSpan.FromMinutes(2),
            ActivityHeadersPropagator = null,
        })
        .SetHandlerLifetime(Timeout.InfiniteTimeSpan);

    /// <summary>Outermost the breaker, so that a bot that is slow counts as one that is not there.</summary>
    private static void Configure(ResiliencePipelineBuilder<HttpResponseMessage> pipeline, HttpBotClient client)
    {
        // each failure is said once, by us
        pipeline.TelemetryListener = null;
        pipeline.AddCircuitBreaker(new HttpCircuitBreakerStrategyOptions
        {
            ShouldHandle = static args => ValueTask.FromResult(args.Outcome.Exception is TimeoutRejectedException || IsLost(args.Outcome)),
            MinimumThroughput = BreakerCalls,
            FailureRatio = BreakerShare,
            SamplingDuration = BreakerWindow,
            BreakDuration = BreakerPause,
            OnOpened = args =>
            {
                client.Opened(args.Context.GetRequestMessage()?.RequestUri, args.BreakDuration);
                return ValueTask.CompletedTask;
            },
        })
            .AddTimeout(TotalLimit)
            .AddRetry(new HttpRetryStrategyOptions
            {
                ShouldHandle = static args => ValueTask.FromResult(IsLost(args.Outcome)),
                MaxRetryAttempts = 1,
                BackoffType = DelayBackoffType.Constant,
                UseJitter = false,
                Delay = RepeatAfter,
                ShouldRetryAfterHeader = false,
            });
    }

    private static bool IsLost(Outcome<HttpResponseMessage> outcome) => outcome switch
    {
        { Exception: HttpRequestException { HttpRequestError: not HttpRequestError.ConfigurationLimitExceeded } } => true,
        { Result: { } answer } => answer.StatusCode >= HttpStatusCode.InternalServerError || answer.StatusCode == HttpStatusCode.TooManyRequests,
        _ => false,
    };

    /// <summary>A breaker for each bot. The key is seen in telemetry, so the address itself, in which a key may stand, is not.</summary>
    private static string KeyOf(Uri url) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(url.AbsoluteUri)).AsSpan(0, 8));
}
