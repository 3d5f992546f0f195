using System.Text.Json.Nodes;

namespace Dialer.Conformance.Checks;

internal static class AddPhonesChecks
{
    public static IReadOnlyList<Check> All { get; } =
    [
        new("1", "three items become three string ids by position", async c =>
        {
            string[] phones = [CallsClient.NewPhone(), CallsClient.NewPhone(), CallsClient.NewPhone()];
            var answer = (await c.PostAsync(c.Calls + "/addPhones", $"[{string.Join(',', phones.Select(p => $$"""{"phone":"{{p}}"}"""))}]")).Ok().AsArray();
            Expect.Equal(3, answer.Count, "ids");
            Expect.That(answer.All(i => i!.GetValueKind() == System.Text.Json.JsonValueKind.String && ((string)i!).All(char.IsAsciiDigit)), "ids are strings of digits");
            for (var i = 0; i < 3; i++)
            {
                Expect.Equal(phones[i], (string?)(await c.ReportAsync((string)answer[i]!))["phone"], $"phone of job {i}");
            }
        }),
        new("1", "a number written as a JSON number is taken", async c =>
        {
            var phone = CallsClient.NewPhone();
            var id = (await c.AddAsync($$"""[{"phone":{{phone}}}]"""))[0];
            Expect.Equal(phone, (string?)(await c.ReportAsync(id))["phone"], "phone");
        }),
        new("1", "a phone that stands twice: phone.duplicated, and nobody is added", async c =>
        {
            var (twice, once) = (CallsClient.NewPhone(), CallsClient.NewPhone());
            var error = (await c.PostAsync(c.Calls + "/addPhones", $$"""[{"phone":"{{twice}}"},{"phone":"{{once}}"},{"phone":"{{twice}}"}]""")).Error(400, "phone.duplicated");
            Expect.Equal(twice, (string?)error["phone"], "phone");
            Expect.That(error["phonesDuplicates"] is JsonArray { Count: > 0 } list && list.Any(p => (string?)p == twice), "phonesDuplicates names it");
            (await c.PostAsync(c.Calls + "/callJob/getReport", $$"""{"phones":["{{once}}"]}""")).Error(400, "phone.not.found");
        }),
        new("1", "a bad phone: phone.bad.format, and nobody is added", async c =>
        {
            var good = CallsClient.NewPhone();
            var error = (await c.PostAsync(c.Calls + "/addPhones", $$"""[{"phone":"{{good}}"},{"phone":"12"}]""")).Error(400, "phone.bad.format");
            Expect.Equal("12", (string?)error["phone"], "phone");
            (await c.PostAsync(c.Calls + "/callJob/getReport", $$"""{"phones":["{{good}}"]}""")).Error(400, "phone.not.found");
        }),
        new("§1.2", "an outside check is made or refused, never left out", async c =>
            (await c.PostAsync(c.Calls + "/addPhones", $$$"""[{"phone":"{{{CallsClient.NewPhone()}}}","externalCheck":{"externalCheckUrl":"http://127.0.0.1/"}}]"""))
                .Error(400, "external.check.unsupported")),
        new("§1.13", "what is no JSON array is a bad request", async c =>
        {
            foreach (var body in (string[])["", "{", "{}", "[1]", "\"x\"", "[{\"phone\":\"79990000000\",\"payload\":5}]", "[{\"phone\":\"79990000000\",\"maxAttempts\":51}]"])
            {
                (await c.PostAsync(c.Calls + "/addPhones", body)).Error(400, "bad.request");
            }
        }),
    ];
}
