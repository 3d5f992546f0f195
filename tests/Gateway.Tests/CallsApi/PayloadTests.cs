using System.Net;
using System.Text.Json.Nodes;
using Dialer.Access;
using Dialer.Calendars;
using Dialer.Files;
using Dialer.Intake;
using Dialer.Numbers;
using Dialer.Silo.Storage;
using Microsoft.Extensions.DependencyInjection;

namespace Dialer.Tests.CallsApi;

/// <summary>How much a number may bring, and where there is no room for it (P20, P47).</summary>
public class PayloadTests(Rigs rigs)
{
    private const int Limit = 64 * 1024;

    [Fact]
    public async Task Payload_ThatIsTooLargeOrTooDeep_IsRefusedWithItsPhone_AndNobodyIsAdded_P20()
    {
        var rig = await rigs.GetAsync();
        using var client = await rig.ClientAsync(AccessRole.Operator);
        var campaign = await rig.CampaignAsync();
        var phones = GatewayRig.Phones(2);
        foreach (var payload in (string[])[Text(Limit + 1), Nested(21)])
        {
            using var answer = await client.PostAsync(
                $"/api/calls/campaign/{campaign.Token}/addPhones", $$"""[{"phone":"{{phones[0]}}"},{"phone":"{{phones[1]}}","payload":{{payload}}}]""");
            Assert.Equal(HttpStatusCode.BadRequest, answer.StatusCode);
            var error = JsonNode.Parse(await answer.Content.ReadAsStringAsync())!;
            Assert.Equal(("bad.request", $"{phones[1]}"), ((string?)error["type"], (string?)error["phone"]));
        }

        using var form = new FormUrlEncodedContent([new("phone", $"{phones[0]}"), new("note", new string('x', Limit))]);
        using var refused = await client.PostAsync($"/api/crmCalls/campaign/{campaign.Token}/addPhone", form);
        Assert.Equal(HttpStatusCode.BadRequest, refused.StatusCode);
        Assert.Empty((await client.GetAsync($"/api/v1/campaigns/{campaign.Id}/numbers").JsonAsync())["items"]!.AsArray());
    }

    [Theory]
    [InlineData(20, true)]
    [InlineData(50, false)] // kept from before there was a limit
    public async Task DeepPayload_IsShownOnEveryPageAndReport_P32_P50(int depth, bool isTaken)
    {
        var rig = await rigs.GetAsync();
        using var client = await rig.ClientAsync(AccessRole.Operator);
        var campaign = await rig.CampaignAsync();
        var phone = GatewayRig.Phones(1)[0];
        if (isTaken)
        {
            await client.PostAsync($"/api/calls/campaign/{campaign.Token}/addPhones", $$"""[{"phone":"{{phone}}","payload":{{Nested(depth)}}}]""").JsonAsync();
        }
        else
        {
            var added = await rig.Get<IJobIntake>().AddAsync(campaign.Id, [new NewJob { Phone = new PhoneNumber(phone), Zone = ZoneFound.Nothing, Payload = Nested(depth) }], null);
            Assert.True(added.IsDone);
        }

        var address = $"/api/v1/campaigns/{campaign.Id}";
        var number = Assert.Single((await client.GetAsync(address + "/numbers").JsonAsync())["items"]!.AsArray())!;
        Assert.Equal(Nested(depth), number["payload"]!.ToJsonString());
        Assert.Equal(Nested(depth), (await client.GetAsync($"{address}/numbers/{number["jobId"]}").JsonAsync())["number"]!["payload"]!.ToJsonString());
        Assert.Contains("aaa", await client.GetStringAsync(address + "/reports/jobs.csv"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task NumbersAreNotTaken_WhileTheDatabasesDiskIsFull_P47()
    {
        var disk = new Disk();
        await using var rig = await GatewayRig.StartAsync(
            await rigs.Engines.NewAsync(StorageEngine.Sqlite), configure: s => s.AddSingleton<ISpool>(disk));
        using var client = await rig.ClientAsync(AccessRole.Operator);
        var campaign = await rig.CampaignAsync();
        var calls = $"/api/calls/campaign/{campaign.Token}/addPhones";
        var crm = $"/api/crmCalls/campaign/{campaign.Token}/addPhone?phone=";
        var phones = GatewayRig.Phones(2);

        disk.FreeBytes = 0;
        using (var full = await client.PostAsync(calls, $$"""[{"phone":"{{phones[0]}}"}]"""))
        {
            Assert.Equal(HttpStatusCode.InsufficientStorage, full.StatusCode);
            Assert.Equal("disk.full", (string?)JsonNode.Parse(await full.Content.ReadAsStringAsync())!["type"]);
        }

        using (var full = await client.GetAsync(crm + phones[1]))
        {
            Assert.Equal(HttpStatusCode.InsufficientStorage, full.StatusCode);
        }

        disk.FreeBytes = 1 << 20;
        await client.PostAsync(calls, $$"""[{"phone":"{{phones[0]}}"}]""").JsonAsync();
        await client.GetAsync(crm + phones[1]).JsonAsync();
        Assert.Equal(2, (await client.GetAsync($"/api/v1/campaigns/{campaign.Id}/numbers").JsonAsync())["items"]!.AsArray().Count);
    }

    private static string Text(int bytes) => $$"""{"a":"{{new string('x', bytes - 8)}}"}""";

    /// <summary>Objects within each other, so many, the innermost with a text.</summary>
    private static string Nested(int depth) =>
        string.Concat(Enumerable.Repeat("{\"a\":", depth)) + "\"aaa\"" + new string('}', depth);

    private sealed class Disk : ISpool
    {
        public long FreeBytes { get; set; }

        public bool IsOnDatabasesDisk => true;

        public Stream Create() => new MemoryStream();
    }
}
