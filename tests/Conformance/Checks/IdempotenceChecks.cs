namespace Dialer.Conformance.Checks;

internal static class IdempotenceChecks
{
    public static IReadOnlyList<Check> All { get; } =
    [
        new("6", "the same key again: the same ids, no second job, whatever the body", async c =>
        {
            var (phone, key) = (CallsClient.NewPhone(), Guid.NewGuid().ToString());
            var first = await c.AddAsync($$"""[{"phone":"{{phone}}"}]""", key);
            Expect.That(first.SequenceEqual(await c.AddAsync($$"""[{"phone":"{{phone}}"}]""", key)), "the same ids");
            Expect.That(first.SequenceEqual(await c.AddAsync($$"""[{"phone":"{{CallsClient.NewPhone()}}"}]""", key)), "the same ids for another body");
            Expect.Equal(1, (await c.PostAsync(c.Calls + "/callJob/getReport", $$"""{"phones":["{{phone}}"]}""")).Ok().AsArray().Count, "jobs of the phone");
        }),
        new("6", "two at the same time under one key: one set of jobs", async c =>
        {
            var (phone, key) = (CallsClient.NewPhone(), Guid.NewGuid().ToString());
            var answers = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => c.AddAsync($$"""[{"phone":"{{phone}}"}]""", key)));
            Expect.Equal(1, answers.Select(a => a[0]).Distinct(StringComparer.Ordinal).Count(), "ids");
            Expect.Equal(1, (await c.PostAsync(c.Calls + "/callJob/getReport", $$"""{"phones":["{{phone}}"]}""")).Ok().AsArray().Count, "jobs of the phone");
        }),
        new("6", "without a key, or with another, each request is its own", async c =>
        {
            var phone = CallsClient.NewPhone();
            var body = $$"""[{"phone":"{{phone}}"}]""";
            string[] ids = [(await c.AddAsync(body))[0], (await c.AddAsync(body))[0], (await c.AddAsync(body, "a" + Guid.NewGuid()))[0]];
            Expect.Equal(3, ids.Distinct(StringComparer.Ordinal).Count(), "ids");
        }),
    ];
}
