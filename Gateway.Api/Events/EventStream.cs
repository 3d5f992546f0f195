using System.Globalization;
using Dialer.Access;
using Dialer.Gateway.Access;
using Dialer.Gateway.Commands;
using Microsoft.AspNetCore.Http.Features;

namespace Dialer.Gateway.Events;

/// <summary>
/// A stream of server-sent events on the wire. Written by hand, because the framework's own writer knows no comments, which are what
/// keeps a silent stream alive. Ends with the process, with its key and with its reader.
/// </summary>
/// <param name="read">What is told; null = nothing new at the moment.</param>
/// <param name="place">Held until the end.</param>
/// <param name="key">Id of the key that opened it.</param>
/// <param name="heartbeat">Silence after which a comment is sent.</param>
internal sealed partial class EventStream(Func<CancellationToken, IAsyncEnumerable<StreamItem?>> read, IDisposable place, string key, TimeSpan heartbeat) : IResult
{
    private const int RetryMilliseconds = 2000;

    /// <summary>A key that was revoked is good for nothing any more: its streams end within this.</summary>
    private static readonly TimeSpan KeyCheck = TimeSpan.FromSeconds(10);

    public async Task ExecuteAsync(HttpContext httpContext)
    {
        ArgumentNullException.ThrowIfNull(httpContext);
        using (place)
        {
            var stopping = httpContext.RequestServices.GetRequiredService<IHostApplicationLifetime>().ApplicationStopping;
            using var ending = CancellationTokenSource.CreateLinkedTokenSource(httpContext.RequestAborted, stopping);
            try
            {
                await WriteAsync(httpContext, ending.Token);
            }
            catch (OperationCanceledException) when (ending.IsCancellationRequested)
            {
                // the reader is gone, or this process ends
            }
            catch (Exception e) when (httpContext.Response.HasStarted && Outages.IsStore(e))
            {
                // the status is sent already: the reader comes again, and continues where it was
                LogEnded(httpContext.RequestServices.GetRequiredService<ILogger<EventStream>>(), Outages.Text(e));
            }
        }
    }

    private async Task WriteAsync(HttpContext context, CancellationToken cancel)
    {
        var response = context.Response;
        response.ContentType = EventEndpoints.ContentType;
        response.Headers.CacheControl = "no-cache, no-store";
        response.Headers["X-Accel-Buffering"] = "no";
        context.Features.Get<IHttpResponseBodyFeature>()?.DisableBuffering();
        await WriteAsync(response, string.Create(CultureInfo.InvariantCulture, $"retry: {RetryMilliseconds}\n\n"), cancel);

        var clock = TimeProvider.System;
        var (written, looked) = (clock.GetTimestamp(), clock.GetTimestamp());
        await foreach (var item in read(cancel).WithCancellation(cancel))
        {
            if (clock.GetElapsedTime(looked) >= KeyCheck)
            {
                looked = clock.GetTimestamp();
                if (!await IsKeyInForceAsync(context))
                {
                    return;
                }
            }

            if (item is null && clock.GetElapsedTime(written) < heartbeat)
            {
                continue;
            }

            await WriteAsync(response, item is null ? ": still here\n\n" : TextOf(item), cancel);
            written = clock.GetTimestamp();
        }
    }

    private async Task<bool> IsKeyInForceAsync(HttpContext context) =>
        (Oidc.IsPerson(context.User) && context.RequestServices.GetRequiredService<GatewayOptions>().Oidc.IsOn)
        || (long.TryParse(key, NumberStyles.None, CultureInfo.InvariantCulture, out var id)
            && await context.RequestServices.GetRequiredService<IAccessStore>().FindAsync(id) is not null);

    private static string TextOf(StreamItem item) => item.Id is null
        ? $"event: {item.Type}\ndata: {item.Data}\n\n"
        : $"id: {item.Id}\nevent: {item.Type}\ndata: {item.Data}\n\n";

    private static async Task WriteAsync(HttpResponse response, string text, CancellationToken cancel)
    {
        await response.WriteAsync(text, cancel);
        await response.Body.FlushAsync(cancel);
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "An event stream was ended: {Cause}")]
    private static partial void LogEnded(ILogger logger, string cause);
}
