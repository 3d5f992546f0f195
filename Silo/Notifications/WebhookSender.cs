using System.Collections.Concurrent;
using Dialer.Domain.Notifications;
using Dialer.Silo.Recovery;
using Dialer.Silo.Storage.Webhooks;
using Dialer.Webhooks;
using Microsoft.Extensions.Logging;

namespace Dialer.Silo.Notifications;

/// <summary>
/// Sends what is due, on the first silo. Each webhook has a worker of its own with its own few requests at once: a receiver that is
/// dead or slow is nobody else's trouble. A delivery whose result is not on disk is sent again after a crash, under the same id.
/// </summary>
internal sealed partial class WebhookSender(
    DeliveryStore deliveries,
    WebhookListening listening,
    IWebhookStore webhooks,
    WebhookPost post,
    SiloRoster roster,
    WebhookOptions options,
    TimeProvider clock,
    ILogger<WebhookSender> logger) : SiloLoop(clock, TimeSpan.FromMilliseconds(500))
{
    private const int Chunk = 64;

    private static readonly TimeSpan FirstRest = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan LongestRest = TimeSpan.FromMinutes(15);
    private static readonly TimeSpan TrimEvery = TimeSpan.FromSeconds(10);

    private readonly ConcurrentDictionary<long, Task> workers = [];
    private readonly AttemptLog log = new(deliveries);
    /// <summary>Results could not be written: until when a webhook rests, so that nobody is sent the same again and again meanwhile.</summary>
    private readonly ConcurrentDictionary<long, (UnixTime Until, TimeSpan Pause)> resting = [];

    private Task? writing;
    private UnixTime trimmedAt;

    protected override async Task PassAsync(CancellationToken cancel)
    {
        if (!roster.IsFirst)
        {
            return;
        }

        var now = Clock.Now();
        writing ??= Task.Run(log.RunAsync, CancellationToken.None);
        if (now - trimmedAt >= TrimEvery || now < trimmedAt)
        {
            trimmedAt = now;
            await TrimAsync(now, cancel);
        }

        foreach (var webhook in await deliveries.ReadDueWebhooksAsync(now))
        {
            var isResting = resting.TryGetValue(webhook.Id, out var rest) && rest.Until > now;
            if (!isResting && (!workers.TryGetValue(webhook.Id, out var worker) || worker.IsCompleted))
            {
                workers[webhook.Id] = Task.Run(() => RunAsync(webhook, cancel), CancellationToken.None);
            }
        }

        foreach (var (id, _) in workers.Where(w => w.Value.IsCompleted))
        {
            workers.TryRemove(id, out _);
        }
    }

    protected override async Task ClosingAsync()
    {
        await Task.WhenAll(workers.Values);
        log.Complete();
        await (writing ?? Task.CompletedTask);
    }

    protected override void LogFailed(Exception cause) => LogPassFailed(cause);

    /// <summary>Sends what is due to one webhook until nothing is.</summary>
    private async Task RunAsync(DueWebhook webhook, CancellationToken cancel)
    {
        try
        {
            using var places = new SemaphoreSlim(options.Concurrency);
            using var ending = CancellationTokenSource.CreateLinkedTokenSource(cancel);
            while (!ending.IsCancellationRequested && await deliveries.ReadDueAsync(webhook.Id, Clock.Now(), Chunk) is { Count: > 0 } due)
            {
                await Task.WhenAll(due.Select(d => InPlaceAsync(places, () => DeliverAsync(webhook, d, ending), ending.Token)));
                resting.TryRemove(webhook.Id, out _);
            }
        }
        catch (OperationCanceledException)
        {
            // stopped, or told that nothing more is wanted: what was under way is sent again when it is wanted
        }
        catch (Exception e)
        {
            var pause = resting.TryGetValue(webhook.Id, out var last) ? TimeSpan.FromTicks(Math.Min(2 * last.Pause.Ticks, LongestRest.Ticks)) : FirstRest;
            resting[webhook.Id] = (Clock.Now() + pause, pause);
            LogFailed(webhook.Id, e);
        }
    }

    private static async Task InPlaceAsync(SemaphoreSlim places, Func<Task> work, CancellationToken cancel)
    {
        await places.WaitAsync(cancel);
        try
        {
            await work();
        }
        finally
        {
            places.Release();
        }
    }

    private async Task DeliverAsync(DueWebhook webhook, WebhookDelivery delivery, CancellationTokenSource ending)
    {
        ending.Token.ThrowIfCancellationRequested();
        var attempt = await post.SendAsync(webhook, delivery, ending.Token);
        var tries = delivery.Tries + 1;
        var verdict = DeliveryVerdict.Of(attempt.Status, attempt.Error, tries, delivery.Id, options.RetryScale);
        var isDone = verdict.Retry is null;
        var now = Clock.Now();
        await log.WriteAsync(
            delivery with
            {
                Status = verdict.IsDelivered ? DeliveryStatus.Delivered : isDone ? DeliveryStatus.Failed : DeliveryStatus.Pending,
                Tries = tries,
                NextAt = verdict.Retry is { } pause ? now + pause : UnixTime.None,
                DoneAt = isDone ? now : UnixTime.None,
                Error = isDone ? verdict.Error : null,
                Attempts = [.. delivery.Attempts, attempt with { Error = verdict.Error }],
            },
            CancellationToken.None);
        if (verdict.IsGone)
        {
            LogGone(webhook.Id);
            await webhooks.DisableAsync(webhook.Id, "gone", now);
            await ending.CancelAsync();
        }
        else if (isDone && !verdict.IsDelivered)
        {
            LogGivenUp(delivery.EventId, webhook.Id, tries);
        }
    }

    private async Task TrimAsync(UnixTime now, CancellationToken cancel)
    {
        foreach (var webhook in await listening.ReadEnabledAsync())
        {
            while (webhook.Pending > options.MaxPending && !cancel.IsCancellationRequested)
            {
                var given = await deliveries.TrimAsync(webhook.Id, options.MaxPending, now, 1000);
                if (given == 0)
                {
                    break;
                }

                LogTooMany(webhook.Id, given, options.MaxPending);
            }
        }
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "Sending to webhooks failed; tried again soon")]
    private partial void LogPassFailed(Exception cause);

    [LoggerMessage(Level = LogLevel.Warning, Message = "Sending to webhook {Webhook} failed; tried again soon")]
    private partial void LogFailed(long webhook, Exception cause);

    [LoggerMessage(Level = LogLevel.Warning, Message = "Webhook {Webhook} answered 410 and is disabled")]
    private partial void LogGone(long webhook);

    [LoggerMessage(Level = LogLevel.Warning, Message = "Event {Event} was given up for webhook {Webhook} after {Tries} attempts")]
    private partial void LogGivenUp(string @event, long webhook, int tries);

    [LoggerMessage(Level = LogLevel.Warning, Message = "Webhook {Webhook}: the oldest {Count} deliveries were given up, because more than {Most} wait")]
    private partial void LogTooMany(long webhook, int count, int most);
}
