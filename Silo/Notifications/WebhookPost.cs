using System.Globalization;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Text;
using Dialer.Signing;
using Dialer.Silo.Http;
using Dialer.Silo.Storage.Webhooks;
using Dialer.Webhooks;

namespace Dialer.Silo.Notifications;

/// <summary>One attempt to deliver: signed, with a limit, one answer.</summary>
internal sealed class WebhookPost(AddressGuard guard, WebhookOptions options, TimeProvider clock) : IDisposable
{
    /// <summary>Of an answer no more is read: it is not kept, only the connection is to be of use again.</summary>
    private const int MaxAnswerBytes = 4096;

    private readonly HttpClient client = new(GuardedHttp.NewHandler(guard)) { Timeout = Timeout.InfiniteTimeSpan };

    public async Task<DeliveryAttempt> SendAsync(DueWebhook webhook, WebhookDelivery delivery, CancellationToken cancel)
    {
        var at = clock.GetUtcNow();
        var began = clock.GetTimestamp();
        var (status, error) = await AnswerAsync(webhook, delivery, at, cancel);
        return new DeliveryAttempt(UnixTime.From(at), status, (int)clock.GetElapsedTime(began).TotalMilliseconds, error);
    }

    public void Dispose() => client.Dispose();

    private async Task<(int Status, string? Error)> AnswerAsync(DueWebhook webhook, WebhookDelivery delivery, DateTimeOffset at, CancellationToken cancel)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        limit.CancelAfter(TimeSpan.FromSeconds(options.TimeoutSeconds));
        try
        {
            using var request = Request(webhook, delivery, at);
            using var answer = await client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, limit.Token);
            await DrainAsync(answer, limit.Token);
            return ((int)answer.StatusCode, null);
        }
        catch (OperationCanceledException) when (!cancel.IsCancellationRequested)
        {
            return (0, "timeout");
        }
        catch (Exception e) when (e is HttpRequestException or IOException or UriFormatException)
        {
            return (0, WordOf(e));
        }
    }

    private static HttpRequestMessage Request(DueWebhook webhook, WebhookDelivery delivery, DateTimeOffset at)
    {
        var body = Encoding.UTF8.GetBytes(delivery.Body);
        var request = new HttpRequestMessage(HttpMethod.Post, webhook.Url) { Content = new ByteArrayContent(body) };
        request.Content.Headers.ContentType = new("application/json");
        request.Headers.UserAgent.ParseAdd("OrleansDialer/1");
        request.Headers.Add(StandardWebhooks.IdHeader, delivery.EventId);
        request.Headers.Add(StandardWebhooks.TimestampHeader, at.ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture));
        request.Headers.Add(StandardWebhooks.SignatureHeader, StandardWebhooks.Sign(webhook.Secret, delivery.EventId, at, body));
        return request;
    }

    /// <summary>The status is the answer; a body that is long, slow or cut changes nothing of it.</summary>
    private static async Task DrainAsync(HttpResponseMessage answer, CancellationToken limit)
    {
        try
        {
            await using var stream = await answer.Content.ReadAsStreamAsync(limit);
            var buffer = new byte[MaxAnswerBytes];
            await stream.ReadAtLeastAsync(buffer, buffer.Length, throwOnEndOfStream: false, limit);
        }
        catch (Exception e) when (e is HttpRequestException or IOException or OperationCanceledException)
        {
            // of no interest
        }
    }

    private static string WordOf(Exception e)
    {
        for (var cause = e; cause is not null; cause = cause.InnerException)
        {
            switch (cause)
            {
                case AddressRefusedException: return "address_refused";
                case AuthenticationException: return "tls";
                case SocketException { SocketErrorCode: SocketError.HostNotFound or SocketError.NoData or SocketError.TryAgain }: return "dns";
                case SocketException or OperationCanceledException or TimeoutException: return "connect";
                default: break;
            }
        }

        return "failed";
    }
}
