using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json.Nodes;
using Dialer.Access;

namespace Dialer.Tests.Description;

/// <summary>
/// Bad input gets an answer that the description names, never a 500: every operation with hostile bodies, ids, parameters, headers
/// and encodings. <c>DIALER_FUZZ_SEED</c> repeats a run.
/// </summary>
public class FuzzTests(Rigs rigs, ITestOutputHelper output)
{
    private static readonly int Rounds = int.TryParse(Environment.GetEnvironmentVariable("DIALER_FUZZ_ROUNDS"), CultureInfo.InvariantCulture, out var rounds) ? rounds : 40;

    /// <summary>Statuses that any operation may answer, whatever it is.</summary>
    private static readonly HttpStatusCode[] Always =
        [HttpStatusCode.NotFound, HttpStatusCode.UnsupportedMediaType, HttpStatusCode.RequestEntityTooLarge, HttpStatusCode.BadRequest, HttpStatusCode.MethodNotAllowed];

    private static readonly string[] Texts =
    [
        "", " ", "0", "-1", "1", "99999999999999999999", "1.5", "NaN", "null", "true", "now", "\u0000", "\ud800", "💥", "../..", "%00", "%2e%2e%2f", "' or 1=1 --",
        "<script>alert(1)</script>", "=cmd|' /c calc'!A0", "Europe/Moscow", "79161234567", "+7 (916) 123-45-67", "2026-13-45T99:99:99Z", "0001-01-01T00:00:00+18:00",
        "9999-12-31T23:59:59.9999999Z", "\r\nX-Injected: 1", "{{7*7}}", "${jndi:ldap://x}", "ﷺ", "\u202e", "٣", new('a', 300), new('9', 300), new('a', 70_000),
    ];

    private static readonly string[] Values =
    [
        "null", "true", "0", "-1", "2147483648", "1e400", "1e-400", "-0", "0.1", "\"\"", "\"x\"", "\"\\u0000\"", "\"\\ud800\"", "[]", "{}", "[[[]]]", "{\"a\":{\"a\":{}}}", "[null]",
        "\"2026-05-01T09:00:00+03:00\"", "\"9999-12-31T23:59:59Z\"", "\"0001-01-01T00:00:00Z\"", "9223372036854775807", "\"79161234567\"", "\"now\"", "{\"min\":-1,\"max\":1e308}",
        "{\"mon\":{\"from\":\"25:00\",\"to\":\"09:00\"}}", "{\"mon\":[{\"from\":\"09:00\",\"to\":\"10:00\"},{\"from\":\"09:30\",\"to\":\"10:30\"}]}",
    ];

    private static readonly string[] Bodies =
    [
        "", "{", "}", "[", "nul", "\"", "{\"a\":1,\"a\":2}", "{\"a\":}", "[1,2", "\ufeff{}", "{\"\\u0000\":1}", "<xml/>", "a=b&c=d", "\u0000\u0001\u0002", "[{}]", "[null]", "[1]",
        new('[', 10_000), "{\"a\":" + new string('{', 200), "{\"name\":\"" + new string('x', 2_000_000) + "\"}",
    ];

    [Fact]
    public async Task HostileRequests_GetOnlyAnswersThatTheDescriptionNames_P48()
    {
        await using var rig = await rigs.NewAsync();
        var seed = int.TryParse(Environment.GetEnvironmentVariable("DIALER_FUZZ_SEED"), CultureInfo.InvariantCulture, out var given) ? given : Random.Shared.Next();
        output.WriteLine($"DIALER_FUZZ_SEED={seed}");
        var dice = new Random(seed);
        using var admin = await rig.ClientAsync(AccessRole.Admin);
        admin.Timeout = TimeSpan.FromSeconds(30);
        var description = JsonNode.Parse(await admin.GetStringAsync("/openapi/v1.json"))!;
        var campaign = await rig.CampaignAsync();
        var known = new Dictionary<string, string[]>(StringComparer.Ordinal)
        {
            ["token"] = [campaign.Token],
            ["id"] = [campaign.Id.ToString(), campaign.Settings.Channel.ToString()],
            ["action"] = ["pause", "resume"],
        };
        var faults = new List<string>();
        var asked = 0;
        foreach (var (path, methods) in description["paths"]!.AsObject())
        {
            foreach (var (method, operation) in methods!.AsObject())
            {
                for (var round = 0; round < Rounds; round++, asked++)
                {
                    if (await TryAsync(admin, description, path, method, operation!.AsObject(), known, dice) is { } fault)
                    {
                        faults.Add(fault);
                    }
                }
            }
        }

        output.WriteLine($"{asked} requests");
        Assert.True(faults.Count == 0, string.Join("\n\n", faults.Distinct().Take(12)));
        // and it still serves
        Assert.NotNull((await admin.GetAsync("/api/v1/campaigns").JsonAsync())["items"]);
    }

    private static async Task<string?> TryAsync(
        HttpClient client, JsonNode description, string path, string method, JsonObject operation, Dictionary<string, string[]> known, Random dice)
    {
        using var request = new HttpRequestMessage(new HttpMethod(method.ToUpperInvariant()), PathOf(path, operation, known, dice));
        if (operation["requestBody"] is { } body || dice.Next(4) == 0)
        {
            request.Content = BodyOf(description, operation["requestBody"], dice);
        }

        foreach (var header in (string[])["If-Match", "If-None-Match", "Idempotency-Key", "Idempotence-Key", "Accept-Language", "traceparent"])
        {
            if (dice.Next(3) == 0)
            {
                request.Headers.TryAddWithoutValidation(header, dice.Next(3) == 0 ? "*" : Ascii(Pick(dice, Texts)));
            }
        }

        HttpResponseMessage answer;
        try
        {
            answer = await client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);
        }
        catch (Exception e) when (e is HttpRequestException or FormatException or UriFormatException)
        {
            // not sent, or the server ended the connection over a request that is none
            return null;
        }

        using (answer)
        {
            // a stream does not end
            var text = answer.Content.Headers.ContentType?.MediaType == "text/event-stream" ? "" : await answer.Content.ReadAsStringAsync();
            var isNamed = operation["responses"]![((int)answer.StatusCode).ToString(CultureInfo.InvariantCulture)] is not null || Always.Contains(answer.StatusCode);
            var isClean = !text.Contains("   at ", StringComparison.Ordinal) && !text.Contains("Exception:", StringComparison.Ordinal) && !text.Contains("System.", StringComparison.Ordinal);
            return isNamed && isClean && !answer.Headers.Contains("X-Injected")
                ? null
                : $"{method.ToUpperInvariant()} {Shown(request.RequestUri!.OriginalString)}\n  {Shown(request.Content is null ? "" : await request.Content.ReadAsStringAsync())}\n  {(int)answer.StatusCode} {Shown(text)}";
        }
    }

    private static string PathOf(string path, JsonObject operation, Dictionary<string, string[]> known, Random dice)
    {
        var query = new StringBuilder();
        foreach (var parameter in operation["parameters"]?.AsArray() ?? [])
        {
            var name = (string)parameter!["name"]!;
            var value = known.TryGetValue(name, out var real) && dice.Next(3) > 0 ? Pick(dice, real) : Pick(dice, Texts);
            if ((string?)parameter["in"] == "path")
            {
                path = path.Replace($"{{{name}}}", value.Length == 0 ? "%20" : Uri.EscapeDataString(Whole(value)), StringComparison.Ordinal);
            }
            else if ((string?)parameter["in"] == "query" && dice.Next(2) == 0)
            {
                query.Append(query.Length == 0 ? '?' : '&').Append(name).Append('=').Append(Uri.EscapeDataString(Whole(value)));
            }
        }

        if (dice.Next(4) == 0)
        {
            query.Append(query.Length == 0 ? '?' : '&').Append("phone=").Append(Uri.EscapeDataString(Whole(Pick(dice, Texts)))).Append("&gmtZone=").Append(Uri.EscapeDataString(Whole(Pick(dice, Texts))));
        }

        var address = path + query;
        return address.Length > 8_000 ? address[..8_000].TrimEnd('%') : address;
    }

    private static HttpContent BodyOf(JsonNode description, JsonNode? body, Random dice)
    {
        var text = dice.Next(3) == 0 || body is null ? Pick(dice, Bodies) : Mutated(description, body["content"]!.AsObject().First().Value!["schema"]!, dice, 0);
        var bytes = dice.Next(8) switch
        {
            0 => Encoding.Unicode.GetBytes(text),
            1 => [.. Encoding.UTF8.GetBytes(text), 0xff, 0xfe],
            2 => Encoding.Latin1.GetBytes(text),
            _ => Encoding.UTF8.GetBytes(Whole(text)),
        };
        var content = new ByteArrayContent(bytes);
        var type = Pick(dice, ["application/json", "application/json", "application/json", "application/merge-patch+json", "application/x-www-form-urlencoded", "multipart/form-data", "text/csv", "application/json; charset=utf-16", ""]);
        if (type.Length > 0)
        {
            content.Headers.ContentType = MediaTypeHeaderValue.Parse(type);
        }

        return content;
    }

    /// <summary>A body of the described shape in which some members are of another kind, missing, or unknown.</summary>
    private static string Mutated(JsonNode description, JsonNode schema, Random dice, int depth)
    {
        if (dice.Next(6) == 0 || depth > 4)
        {
            return Pick(dice, Values);
        }

        if (schema["$ref"] is { } reference)
        {
            return Mutated(description, description["components"]!["schemas"]![((string)reference!).Split('/')[^1]]!, dice, depth);
        }

        if (schema["oneOf"] is JsonArray choices)
        {
            return Mutated(description, choices[^1]!, dice, depth);
        }

        if (schema["enum"] is JsonArray words)
        {
            return words[dice.Next(words.Count)]?.ToJsonString() ?? "null";
        }

        if (schema["items"] is { } items)
        {
            return $"[{string.Join(',', Enumerable.Range(0, dice.Next(4)).Select(_ => Mutated(description, items, dice, depth + 1)))}]";
        }

        return schema["properties"] is JsonObject properties
            ? $"{{{string.Join(',', properties.Where(_ => dice.Next(8) > 0).Select(p => $"\"{p.Key}\":{Mutated(description, p.Value!, dice, depth + 1)}"))}}}"
            : Pick(dice, Values);
    }

    private static T Pick<T>(Random dice, IReadOnlyList<T> of) => of[dice.Next(of.Count)];

    private static string Ascii(string text) => string.Concat(text.Where(c => c is >= ' ' and < '\x7f').Take(500));

    /// <summary>Without halves of letters, which no text has on the wire.</summary>
    private static string Whole(string text) => Encoding.UTF8.GetString(Encoding.UTF8.GetBytes(text));

    private static string Shown(string text) => text.Length <= 400 ? text : text[..400] + "…";
}
