using System.Net;
using System.Net.Http.Headers;
using Dialer.Grains.Calls;
using Dialer.Signing;
using Microsoft.Extensions.Logging;
using Polly.CircuitBreaker;
using Polly.Timeout;

namespace Dialer.Silo.Telephony.HttpBots;

/// <summary>Sends events to bots, signed if a secret is set, within the limits of <see cref="HttpBotServices"/>.</summary>
internal sealed partial class HttpBotClient(IHttpClientFactory clients, TimeProvider clock, ILogger<HttpBotClient> logger)
{
    private static readonly MediaTypeHeaderValue Json = new("application/json", "utf-8");
    private static readonly ProductInfoHeaderValue Product = new("orleans-dialer", "1.0");

    /// <summary>The body that the bot answered with, or the fault. Never fails.</summary>
    /// <param name="url">The bot.</param>
    /// <param name="secret">Null = unsigned.</param>
    /// <param name="id">The message's id, the same for each repeat.</param>
    /// <param name="body">The message.</param>
    /// <param name="cancel">Nobody waits for the answer any more.</param>
    public async Task<(byte[] Answer, BotFault? Fault)> SendAsync(Uri url, Secret? secret, string id, byte[] body, CancellationToken cancel)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, url) { Content = new ByteArrayContent(body) { Headers = { ContentType = Json } } };
        request.Headers.UserAgent.Add(Product);
        Sign(request, secret, id, body);
        try
        {
            using var client = clients.CreateClient(HttpBotServices.Events);
            using var answer = await client.SendAsync(request, cancel);
            // while the status is wrong the body is a page for people
            return answer.IsSuccessStatusCode
                ? (await answer.Content.ReadAsByteArrayAsync(cancel), null)
                : ([], new BotFault(BotFault.Status, $"HTTP {(int)answer.StatusCode}{Hint(answer.StatusCode)}"));
        }
        catch (Exception e)
        {
            return ([], FaultOf(e));
        }
    }

    /// <summary>Whether a bot is there (P41): any answer below 500 says so, whatever it thinks of the question.</summary>
    public async ValueTask<TrunkHealth> ProbeAsync(Uri url, CancellationToken cancel)
    {
        using var request = new HttpRequestMessage(HttpMethod.Head, url);
        request.Headers.UserAgent.Add(Product);
        try
        {
            using var client = clients.CreateClient(HttpBotServices.Probes);
            using var answer = await client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancel);
            return (int)answer.StatusCode < 500 ? new TrunkHealth(true) : new TrunkHealth(false, $"the HTTP bot answers {(int)answer.StatusCode} to a probe");
        }
        catch (HttpRequestException e)
        {
            return new TrunkHealth(false, $"the HTTP bot is not reached: {e.GetBaseException().Message}");
        }
    }

    /// <summary>The breaker of a bot opened.</summary>
    public void Opened(Uri? url, TimeSpan pause) => LogOpened(url?.Authority ?? "-", pause.TotalSeconds);

    private void Sign(HttpRequestMessage request, Secret? secret, string id, byte[] body)
    {
        var seconds = clock.GetUtcNow().ToUnixTimeSeconds();
        request.Headers.Add(StandardWebhooks.IdHeader, id);
        request.Headers.Add(StandardWebhooks.TimestampHeader, seconds.ToString(System.Globalization.CultureInfo.InvariantCulture));
        if (secret is { } key)
        {
            request.Headers.Add(StandardWebhooks.SignatureHeader, StandardWebhooks.Sign(key.Value, id, seconds, body));
        }
    }

    private static string Hint(HttpStatusCode status) => (int)status is >= 300 and < 400 ? ", and redirects are not followed" : "";

    private static BotFault FaultOf(Exception e) => e switch
    {
        BrokenCircuitException => new BotFault(BotFault.BreakerOpen, "the bot failed again and again; it is asked again in some seconds"),
        TimeoutRejectedException or OperationCanceledException => new BotFault(BotFault.Timeout, "no answer within 5 s"),
        HttpRequestException { HttpRequestError: HttpRequestError.ConfigurationLimitExceeded } =>
            new BotFault(BotFault.TooLarge, $"the answer is longer than {BoundedAnswers.MaxBytes / 1024} KB"),
        _ => new BotFault(BotFault.Refused, e.GetBaseException().Message),
    };

    [LoggerMessage(Level = LogLevel.Warning, Message = "The HTTP bot at {Bot} failed again and again: it is left alone for {Seconds} s")]
    private partial void LogOpened(string bot, double seconds);
}
