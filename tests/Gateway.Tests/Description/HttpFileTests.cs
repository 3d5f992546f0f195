using System.Text;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Dialer.Access;

namespace Dialer.Tests.Description;

/// <summary>The .http files of docs/http do what they say: each request of each file, in order, is answered with a success.</summary>
public partial class HttpFileTests(Rigs rigs)
{
    public static TheoryData<string> Files => [.. Directory.GetFiles(Path.Combine(OpenApiTests.Root(), "docs", "http"), "*.http").Select(f => Path.GetFileName(f)!).Order()];

    [Theory]
    [MemberData(nameof(Files))]
    public async Task EachRequest_IsAnswered(string file)
    {
        await using var rig = await rigs.NewAsync();
        var variables = new Dictionary<string, string>(StringComparer.Ordinal) { ["host"] = rig.Url.ToString().TrimEnd('/'), ["key"] = await rig.KeyAsync(AccessRole.Admin) };
        using var client = await rig.ClientAsync(null);
        var requests = 0;
        foreach (var part in (await File.ReadAllTextAsync(Path.Combine(OpenApiTests.Root(), "docs", "http", file))).Split("\n###").Skip(1))
        {
            var (head, body) = Split(part);
            var name = head.Select(l => NameLine().Match(l)).FirstOrDefault(m => m.Success)?.Groups[1].Value;
            var lines = head.Skip(1).Where(l => !l.StartsWith('#') && l.Length > 0).Select(l => Fill(l, variables)).ToList();
            var words = lines[0].Split(' ', 2);
            using var request = new HttpRequestMessage(new HttpMethod(words[0]), words[1]);
            if (body.Length > 0)
            {
                request.Content = new ByteArrayContent(Encoding.UTF8.GetBytes(Fill(body, variables)));
            }

            foreach (var header in lines.Skip(1).Select(l => l.Split(": ", 2)))
            {
                if (!request.Headers.TryAddWithoutValidation(header[0], header[1]))
                {
                    request.Content!.Headers.TryAddWithoutValidation(header[0], header[1]);
                }
            }

            using var answer = await client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);
            var text = await TextAsync(answer);
            Assert.True(answer.IsSuccessStatusCode, $"{file}: {lines[0]}: {(int)answer.StatusCode} {text}");
            requests++;
            if (name is not null)
            {
                Keep(JsonNode.Parse(text), $"{name}.response.body.$", variables);
            }
        }

        Assert.True(requests > 2, file);
    }

    /// <summary>Of a stream, which does not end, what comes up to its first event.</summary>
    private static async Task<string> TextAsync(HttpResponseMessage answer)
    {
        if (answer.Content.Headers.ContentType?.MediaType != "text/event-stream")
        {
            return await answer.Content.ReadAsStringAsync();
        }

        using var reader = new StreamReader(await answer.Content.ReadAsStreamAsync());
        while (await reader.ReadLineAsync() is { } line)
        {
            if (line.StartsWith("data: ", StringComparison.Ordinal))
            {
                return line[6..];
            }
        }

        throw new InvalidOperationException("the stream ended without an event");
    }

    private static (IReadOnlyList<string> Head, string Body) Split(string part)
    {
        var parts = part.Split("\n\n", 2);
        return (parts[0].Split('\n'), parts.Length == 1 ? "" : parts[1].Trim());
    }

    private static string Fill(string text, Dictionary<string, string> variables) => Variable().Replace(text, m => variables[m.Groups[1].Value]);

    private static void Keep(JsonNode? node, string path, Dictionary<string, string> variables)
    {
        if (node is JsonObject o)
        {
            foreach (var (name, value) in o)
            {
                Keep(value, $"{path}.{name}", variables);
            }
        }
        else if (node is JsonValue value)
        {
            variables[path] = value.ToString();
        }
    }

    [GeneratedRegex(@"^# @name (\w+)")]
    private static partial Regex NameLine();

    [GeneratedRegex(@"\{\{([^}]+)\}\}")]
    private static partial Regex Variable();
}
