using System.Text.Json;

namespace Dialer.Conformance.Checks;

internal static class InfoChecks
{
    public static IReadOnlyList<Check> All { get; } =
    [
        new("§1.11", "the campaign has its fields, and its status is a bare string", async c =>
        {
            var info = (await c.GetAsync(c.Calls)).Ok().AsObject();
            foreach (var name in (string[])["id", "creationDate", "maxSimultaneousCalls"])
            {
                Expect.That(info[name]?.GetValueKind() == JsonValueKind.Number, $"{name} is a number");
            }

            foreach (var name in (string[])["name", "projectName", "botId", "status"])
            {
                Expect.That(info[name]?.GetValueKind() == JsonValueKind.String, $"{name} is a string");
            }

            foreach (var name in (string[])["totalNumbers", "processedNumbers", "usedTalkingTime", "usedAsrSeconds", "inProcessCalls", "retryCalls"])
            {
                Expect.That(info["shortReport"]?[name]?.GetValueKind() == JsonValueKind.Number, $"shortReport.{name} is a number");
            }

            Expect.That(info.ContainsKey("startTime") && info.ContainsKey("endTime"), "startTime and endTime are there");
            var status = (string?)(await c.GetAsync(c.Calls + "/status")).Ok();
            Expect.That(status is "new" or "planned" or "inProgress" or "finished" or "paused" or "deleted", $"status is {status}");
        }),
        new("§1.11", "total counts a number that was added", async c =>
        {
            var before = (int)(await c.GetAsync(c.Calls)).Ok()["shortReport"]!["totalNumbers"]!;
            await c.AddAsync($$"""[{"phone":"{{CallsClient.NewPhone()}}"}]""");
            Expect.Equal(before + 1, (int)(await c.GetAsync(c.Calls)).Ok()["shortReport"]!["totalNumbers"]!, "totalNumbers");
        }),
        new("§1.12", "there is no other action than pause, resume, stop", async c =>
            Expect.Equal(404, (int)(await c.PostAsync(c.Calls + "/control/explode", null)).Status, "status of an unknown action")),
    ];
}
