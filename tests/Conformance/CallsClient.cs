using System.Globalization;
using System.Net;
using System.Text;
using System.Text.Json.Nodes;

namespace Dialer.Conformance;

/// <summary>A client of one campaign at one host.</summary>
internal sealed class CallsClient(Uri host, string token) : IDisposable
{
    private static long phones = Random.Shared.NextInt64(0, 9_000_000);

    private readonly HttpClient http = new() { BaseAddress = host, Timeout = TimeSpan.FromSeconds(60) };

    public string Calls => $"/api/calls/campaign/{token}";

    public string CrmCalls => $"/api/crmCalls/campaign/{token}";

    /// <summary>The same host with another token.</summary>
    public CallsClient With(string other) => new(host, other);

    /// <summary>A number that no check had before.</summary>
    public static string NewPhone() => string.Create(CultureInfo.InvariantCulture, $"7999{Interlocked.Increment(ref phones) % 10_000_000:0000000}");

    public Task<Reply> GetAsync(string path, string? key = null) => SendAsync(HttpMethod.Get, path, null, key);

    public Task<Reply> PostAsync(string path, string? json, string? key = null) =>
        SendAsync(HttpMethod.Post, path, json is null ? null : new StringContent(json, Encoding.UTF8, "application/json"), key);

    public Task<Reply> PostFormAsync(string path, string? key, params (string Name, string Value)[] fields) =>
        SendAsync(HttpMethod.Post, path, new FormUrlEncodedContent(fields.Select(f => KeyValuePair.Create(f.Name, f.Value))), key);

    public async Task<IReadOnlyList<string>> AddAsync(string json, string? key = null) =>
        [.. (await PostAsync(Calls + "/addPhones", json, key)).Ok().AsArray().Select(n => (string)n!)];

    public async Task<JsonNode> ReportAsync(string id)
    {
        var rows = (await PostAsync(Calls + "/callJob/getReport", $$"""{"ids":["{{id}}"]}""")).Ok().AsArray();
        Expect.Equal(1, rows.Count, "rows of the report of one fresh job");
        return rows[0]!;
    }

    public void Dispose() => http.Dispose();

    private async Task<Reply> SendAsync(HttpMethod method, string path, HttpContent? content, string? key)
    {
        using var request = new HttpRequestMessage(method, path) { Content = content };
        if (key is not null)
        {
            request.Headers.Add("Idempotence-Key", key);
        }

        using var response = await http.SendAsync(request);
        return new Reply($"{method} {path.Replace(token, "TOKEN", StringComparison.Ordinal)}", response.StatusCode, await response.Content.ReadAsStringAsync());
    }
}

/// <summary>An answer, with what was asked.</summary>
internal sealed record Reply(string Asked, HttpStatusCode Status, string Text)
{
    public JsonNode Ok()
    {
        Expect.That(Status == HttpStatusCode.OK, $"{Asked}: 200 is expected, it answers {(int)Status} {Text}");
        return Parsed();
    }

    /// <summary>An error with this status and type; answers it.</summary>
    public JsonNode Error(int status, string type)
    {
        Expect.That((int)Status == status, $"{Asked}: {status} {type} is expected, it answers {(int)Status} {Text}");
        var error = Parsed();
        Expect.Equal(type, (string?)error["type"], $"{Asked}: type of the error");
        Expect.That(!string.IsNullOrEmpty((string?)error["message"]), $"{Asked}: the error has no message");
        return error;
    }

    private JsonNode Parsed()
    {
        try
        {
            return JsonNode.Parse(Text) ?? throw new DeviationException($"{Asked}: a value is expected, it answers null");
        }
        catch (System.Text.Json.JsonException)
        {
            throw new DeviationException($"{Asked}: JSON is expected, it answers {Text}");
        }
    }
}

internal static class Expect
{
    public static void That(bool holds, string otherwise)
    {
        if (!holds)
        {
            throw new DeviationException(otherwise);
        }
    }

    public static void Equal<T>(T expected, T actual, string what) =>
        That(EqualityComparer<T>.Default.Equals(expected, actual), $"{what}: {expected} is expected, it is {actual}");
}
