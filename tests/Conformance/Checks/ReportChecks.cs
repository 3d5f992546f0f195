using System.Text.Json;
using System.Text.Json.Nodes;

namespace Dialer.Conformance.Checks;

internal static class ReportChecks
{
    public static IReadOnlyList<Check> All { get; } =
    [
        new("8", "a fresh job has the shape of §1.9, nulls written", async c =>
        {
            var phone = CallsClient.NewPhone();
            var before = TimeProvider.System.GetUtcNow().ToUnixTimeMilliseconds();
            var id = (await c.AddAsync($$"""[{"phone":"{{phone}}"}]"""))[0];
            var job = (await c.ReportAsync(id)).AsObject();
            Expect.Equal((id, phone, 0L, 0L, "planned"), ((string?)job["callJobId"], (string?)job["phone"], (long)job["attemptsCount"]!, (long)job["callDuration"]!, (string?)job["jobStatus"]), "job");
            foreach (var name in (string[])["redialNumber", "finishedAt", "tagName", "tagPayload", "reportData"])
            {
                Expect.That(job.ContainsKey(name) && job[name] is null, $"{name} is written as null");
            }

            // the clocks of both ends may differ by minutes
            Expect.That(job["createdAt"]!.GetValueKind() == JsonValueKind.Number && Math.Abs((long)job["createdAt"]! - before) < 3_600_000, $"createdAt is Unix milliseconds, it is {job["createdAt"]}");
        }),
        new("§1.9", "reports by phone, by id and by both; unknown ones are refused", async c =>
        {
            var (a, b) = (CallsClient.NewPhone(), CallsClient.NewPhone());
            var ids = await c.AddAsync($$"""[{"phone":"{{a}}"},{"phone":"{{b}}"}]""");
            Expect.Equal(2, (await c.PostAsync(c.Calls + "/callJob/getReport", $$"""{"phones":["{{a}}",{{b}}]}""")).Ok().AsArray().Count, "rows by phones");
            Expect.Equal(2, (await c.PostAsync(c.Calls + "/callJob/getReport", $$"""{"phones":["{{a}}"],"ids":[{{ids[1]}}]}""")).Ok().AsArray().Count, "rows by both");
            Expect.Equal(0, (await c.PostAsync(c.Calls + "/callAttempt/getReport", $$"""{"ids":["{{ids[0]}}"]}""")).Ok().AsArray().Count, "attempts of a fresh job");
            foreach (var path in (string[])["/callJob/getReport", "/callAttempt/getReport"])
            {
                (await c.PostAsync(c.Calls + path, $$"""{"phones":["{{CallsClient.NewPhone()}}"]}""")).Error(400, "phone.not.found");
                (await c.PostAsync(c.Calls + path, """{"ids":["1"]}""")).Error(400, "id.not.found");
                (await c.PostAsync(c.Calls + path, """{"ids":["x"]}""")).Error(400, "id.not.found");
            }
        }),
        new("16", "page 200 and pageSize 201 are refused", async c =>
        {
            foreach (var path in (string[])["/callJob/getReportByDate", "/callAttempt/getReportByDate"])
            {
                foreach (var bad in (string[])["\"page\":200", "\"page\":-1", "\"pageSize\":201", "\"pageSize\":0", "\"page\":\"1\""])
                {
                    (await c.PostAsync(c.Calls + path, $$$"""{"filter":{},"pagination":{ {{{bad}}} }}""")).Error(400, "bad.request");
                }
            }

            (await c.PostAsync(c.Calls + "/callJob/getUnfinished", """{"page":200}""")).Error(400, "bad.request");
        }),
        new("16", "pages by date do not overlap and end; there is no total", async c =>
        {
            var phones = Enumerable.Range(0, 5).Select(_ => CallsClient.NewPhone()).ToList();
            var ids = await c.AddAsync($"[{string.Join(',', phones.Select(p => $$"""{"phone":"{{p}}"}"""))}]");
            var from = (long)(await c.ReportAsync(ids[0]))["createdAt"]!;
            var seen = new List<string>();
            for (var page = 0; page < 200; page++)
            {
                var answer = (await c.PostAsync(c.Calls + "/callJob/getReportByDate", $$$"""{"filter":{"createdAtFrom":{{{from}}} },"pagination":{"page":{{{page}}},"pageSize":2}}""")).Ok();
                Expect.Equal((page, 2), ((int)answer["pagination"]!["page"]!, (int)answer["pagination"]!["pageSize"]!), "pagination");
                var items = answer["items"]!.AsArray();
                seen.AddRange(items.Select(i => (string)i!["callJobId"]!));
                if (items.Count < 2)
                {
                    break;
                }
            }

            Expect.Equal(seen.Count, seen.Distinct(StringComparer.Ordinal).Count(), "rows that come once");
            Expect.That(ids.All(seen.Contains), "all jobs come");
        }),
        new("§1.9", "bounds: from is included, to is not; text and milliseconds", async c =>
        {
            var id = (await c.AddAsync($$"""[{"phone":"{{CallsClient.NewPhone()}}"}]"""))[0];
            var at = (long)(await c.ReportAsync(id))["createdAt"]!;
            Expect.That(await HasAsync(c, id, $"\"createdAtFrom\":{at}"), "from is included");
            Expect.That(!await HasAsync(c, id, $"\"createdAtFrom\":{at - 60_000},\"createdAtTo\":{at}"), "to is not included");
            Expect.That(await HasAsync(c, id, $"\"createdAtFrom\":\"{DateTimeOffset.FromUnixTimeMilliseconds(at):yyyy-MM-ddTHH:mm:ss.fffZ}\""), "an instant as text");
            Expect.That(!await HasAsync(c, id, $"\"createdAtFrom\":{at},\"finishedAtFrom\":1"), "it is not finished");
            (await c.PostAsync(c.Calls + "/callJob/getReportByDate", """{"filter":{"createdAtFrom":"yesterday"}}""")).Error(400, "bad.request");
        }),
        new("§1.9", "a fresh job is among the unfinished ones", async c =>
        {
            var id = (await c.AddAsync($$"""[{"phone":"{{CallsClient.NewPhone()}}"}]"""))[0];
            for (var page = 0; page < 200; page++)
            {
                var items = (await c.PostAsync(c.Calls + "/callJob/getUnfinished", $$"""{"page":{{page}},"pageSize":200}""")).Ok()["items"]!.AsArray();
                Expect.That(items.All(i => i!["finishedAt"] is null), "none is finished");
                if (items.Any(i => (string?)i!["callJobId"] == id))
                {
                    return;
                }

                Expect.That(items.Count == 200, "the job is there");
            }
        }),
    ];

    private static async Task<bool> HasAsync(CallsClient c, string id, string filter)
    {
        var items = (await c.PostAsync(c.Calls + "/callJob/getReportByDate", $$$"""{"filter":{ {{{filter}}} },"pagination":{"pageSize":200}}""")).Ok()["items"]!.AsArray();
        return items.Any(i => (string?)i!["callJobId"] == id);
    }
}
