using System.Net;
using System.Text.Json.Nodes;

namespace Dialer.Tests.Events;

/// <summary>One event as a reader of a stream gets it.</summary>
internal sealed record Received(string? Id, string Type, JsonNode Data)
{
    public string? Campaign => (string?)Data["data"]!["campaignId"];
}

/// <summary>A reader of server-sent events that keeps all that comes, as the bytes say it.</summary>
internal sealed class EventReader : IAsyncDisposable
{
    private readonly CancellationTokenSource ending = new();
    private readonly HttpResponseMessage answer;
    private readonly Lock gate = new();
    private readonly List<Received> events = [];
    private readonly Task reading;
    private int comments;
    private volatile bool isOver;

    private EventReader(HttpResponseMessage answer)
    {
        this.answer = answer;
        reading = Task.Run(ReadAsync);
    }

    public IReadOnlyList<Received> Events
    {
        get
        {
            lock (gate)
            {
                return [.. events];
            }
        }
    }

    public int Comments => Volatile.Read(ref comments);

    /// <summary>The server ended it.</summary>
    public bool IsOver => isOver;

    public static async Task<EventReader> OpenAsync(HttpClient client, string path, string? last = null)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, path);
        if (last is not null)
        {
            request.Headers.Add("Last-Event-ID", last);
        }

        var answer = await client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        Assert.Equal("text/event-stream", answer.Content.Headers.ContentType?.MediaType);
        return new EventReader(answer);
    }

    public Task<IReadOnlyList<Received>> UntilAsync(Func<IReadOnlyList<Received>, bool> reached, string what) => Until.GetAsync(
        () => Task.FromResult(Events), reached, what, null, e => string.Join(", ", e.Select(x => $"{x.Id} {x.Type}")));

    public async ValueTask DisposeAsync()
    {
        await ending.CancelAsync();
        answer.Dispose();
        await reading;
        ending.Dispose();
    }

    private async Task ReadAsync()
    {
        try
        {
            using var reader = new StreamReader(await answer.Content.ReadAsStreamAsync(ending.Token));
            var (id, type, data) = ((string?)null, "message", "");
            while (await reader.ReadLineAsync(ending.Token) is { } line)
            {
                if (line.Length == 0)
                {
                    if (data.Length > 0)
                    {
                        lock (gate)
                        {
                            events.Add(new Received(id, type, JsonNode.Parse(data)!));
                        }
                    }

                    (type, data) = ("message", "");
                }
                else if (line[0] == ':')
                {
                    Interlocked.Increment(ref comments);
                }
                else
                {
                    var (name, value) = (line[..line.IndexOf(':', StringComparison.Ordinal)], line[(line.IndexOf(':', StringComparison.Ordinal) + 2)..]);
                    (id, type, data) = name switch
                    {
                        "id" => (value, type, data),
                        "event" => (id, value, data),
                        "data" => (id, type, data + value),
                        _ => (id, type, data),
                    };
                }
            }
        }
        catch (Exception e) when (e is IOException or HttpRequestException or OperationCanceledException or ObjectDisposedException)
        {
            // ended by either side
        }

        isOver = true;
    }
}
