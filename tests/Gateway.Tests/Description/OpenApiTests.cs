using System.Text.Json;
using System.Text.Json.Nodes;

namespace Dialer.Tests.Description;

/// <summary>
/// P48: the description is served, committed, and what is served is what is committed. A change that breaks clients fails here;
/// one that adds is taken over with <c>DIALER_UPDATE_OPENAPI=1 ./test.sh</c> and seen in the review.
/// </summary>
public class OpenApiTests(Rigs rigs)
{
    private static readonly JsonSerializerOptions Indented = new() { WriteIndented = true, Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    [Fact]
    public async Task Description_IsTheCommittedOne_AndBreaksNobody_P48()
    {
        var rig = await rigs.GetAsync();
        using var client = await rig.ClientAsync(null);
        var served = JsonNode.Parse(await client.GetStringAsync("/openapi/v1.json"))!;
        var file = Path.Combine(Root(), "docs", "openapi.v1.json");
        var committed = JsonNode.Parse(await File.ReadAllTextAsync(file))!;
        Assert.Empty(BreakingChanges.Between(committed, served));
        if (Environment.GetEnvironmentVariable("DIALER_UPDATE_OPENAPI") == "1")
        {
            await File.WriteAllTextAsync(file, served.ToJsonString(Indented) + "\n");
            return;
        }

        Assert.True(
            JsonNode.DeepEquals(committed, served),
            "docs/openapi.v1.json is not what is served: run DIALER_UPDATE_OPENAPI=1 dotnet test --project tests/Gateway.Tests and commit it.");
    }

    [Fact]
    public async Task Description_Is31_AndItsReferencesLead_AndThePageFetchesNothingFromOthers()
    {
        var rig = await rigs.GetAsync();
        using var client = await rig.ClientAsync(null);
        var text = await client.GetStringAsync("/openapi/v1.json");
        var document = JsonNode.Parse(text)!;
        Assert.StartsWith("3.1", (string?)document["openapi"], StringComparison.Ordinal);
        var schemas = document["components"]!["schemas"]!.AsObject();
        foreach (var reference in References(document))
        {
            Assert.True(schemas.ContainsKey(reference.Split('/')[^1]), reference);
        }

        var page = await client.GetStringAsync("/docs/");
        Assert.DoesNotContain("https://", page, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("""{"paths":{"/a":{"get":{"responses":{"200":{}}}}}}""", """{"paths":{}}""", "GET /a is gone")]
    [InlineData("""{"paths":{"/a":{"get":{"responses":{"200":{}}}}}}""", """{"paths":{"/a":{"get":{"responses":{"201":{}}}}}}""", "GET /a answers 200 no more")]
    [InlineData("""{"components":{"schemas":{"A":{"properties":{"x":{"type":"string"}}}}}}""", """{"components":{"schemas":{"A":{"properties":{}}}}}""", "A.x is gone")]
    [InlineData("""{"components":{"schemas":{"A":{"properties":{"x":{"type":"string"}}}}}}""", """{"components":{"schemas":{"A":{"properties":{"x":{"type":"integer"}}}}}}""", "A.x is of another type")]
    [InlineData("""{"components":{"schemas":{"A":{"properties":{"x":{}}}}}}""", """{"components":{"schemas":{"A":{"required":["y"],"properties":{"x":{},"y":{}}}}}}""", "A needs y")]
    public void BreakingChange_IsFound(string before, string after, string change) =>
        Assert.Contains(change, BreakingChanges.Between(JsonNode.Parse(before)!, JsonNode.Parse(after)!));

    private static IEnumerable<string> References(JsonNode? node) => node switch
    {
        JsonObject o => o.SelectMany(p => p.Key == "$ref" ? [(string)p.Value!] : References(p.Value)),
        JsonArray a => a.SelectMany(References),
        _ => [],
    };

    internal static string Root()
    {
        var directory = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(directory!.FullName, "OrleansDialer.sln")))
        {
            directory = directory.Parent;
        }

        return directory.FullName;
    }
}
