using System.Text.Json.Nodes;

namespace Dialer.Conformance.Checks;

internal static class CancelChecks
{
    public static IReadOnlyList<Check> All { get; } =
    [
        new("§1.8", "cancelled jobs are answered, and read cancelledByUser", async c =>
        {
            var (a, b) = (CallsClient.NewPhone(), CallsClient.NewPhone());
            var ids = await c.AddAsync($$"""[{"phone":"{{a}}"},{"phone":"{{b}}"}]""");
            var cancelled = (await c.PostAsync(c.Calls + "/callJob/cancel", $$"""{"phones":[{{a}}],"ids":["{{ids[1]}}"]}""")).Ok().AsArray();
            Expect.That(cancelled.Select(i => (string)i!).Order(StringComparer.Ordinal).SequenceEqual(ids.Order(StringComparer.Ordinal)), "both ids");
            var job = await c.ReportAsync(ids[0]);
            Expect.Equal("cancelledByUser", (string?)job["jobStatus"], "jobStatus");
            Expect.That(job["finishedAt"] is not null, "it is finished");
            Expect.Equal(0, (await c.PostAsync(c.Calls + "/callJob/cancel", $$"""{"ids":["{{ids[0]}}"]}""")).Ok().AsArray().Count, "a final job is passed over");
        }),
        new("§1.8", "an unknown phone or id fails the whole request", async c =>
        {
            var phone = CallsClient.NewPhone();
            var id = (await c.AddAsync($$"""[{"phone":"{{phone}}"}]"""))[0];
            (await c.PostAsync(c.Calls + "/callJob/cancel", $$"""{"ids":["{{id}}","1"]}""")).Error(400, "id.not.found");
            (await c.PostAsync(c.Calls + "/callJob/cancel", $$"""{"phones":["{{phone}}","{{CallsClient.NewPhone()}}"]}""")).Error(400, "phone.not.found");
            Expect.Equal("planned", (string?)(await c.ReportAsync(id))["jobStatus"], "jobStatus");
            Expect.That((await c.PostAsync(c.Calls + "/callJob/cancel", "{}")).Ok() is JsonArray { Count: 0 }, "nobody named, nobody cancelled");
        }),
        new("6", "a cancel under the same key answers the same", async c =>
        {
            var (phone, key) = (CallsClient.NewPhone(), Guid.NewGuid().ToString());
            var id = (await c.AddAsync($$"""[{"phone":"{{phone}}"}]"""))[0];
            for (var i = 0; i < 2; i++)
            {
                var cancelled = (await c.PostAsync(c.Calls + "/callJob/cancel", $$"""{"ids":["{{id}}"]}""", key)).Ok().AsArray();
                Expect.Equal(id, (string?)cancelled.SingleOrDefault(), $"id of answer {i + 1}");
            }
        }),
    ];
}
