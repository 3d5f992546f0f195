namespace Dialer.Conformance.Checks;

internal static class StoppedChecks
{
    public static IReadOnlyList<Check> All { get; } =
    [
        new("5", "a stopped campaign takes no numbers: state FINISHED; its jobs read notDone", StopAsync, StopsCampaign: true),
        new("§1.12", "what a stopped campaign cannot do is refused in the other shape; the same key answers as before", RefuseAsync, StopsCampaign: true),
    ];

    private static readonly string Key = Guid.NewGuid().ToString();

    private static async Task StopAsync(CallsClient c)
    {
        var id = (await c.AddAsync($$"""[{"phone":"{{CallsClient.NewPhone()}}"}]"""))[0];
        var stopped = await c.PostAsync(c.Calls + "/control/stop", null, Key);
        Expect.Equal((200, ""), ((int)stopped.Status, stopped.Text), "answer to stop");
        var error = (await c.PostAsync(c.Calls + "/addPhones", $$"""[{"phone":"{{CallsClient.NewPhone()}}"}]""")).Error(400, "invalid.call.task.state");
        Expect.Equal("FINISHED", (string?)error["state"], "state");
        (await c.GetAsync($"{c.CrmCalls}/addPhone?phone={CallsClient.NewPhone()}")).Error(400, "invalid.call.task.state");
        (await c.GetAsync($"{c.CrmCalls}/test/addPhone?phone={CallsClient.NewPhone()}")).Error(400, "invalid.call.task.state");
        Expect.Equal("finished", (string?)(await c.GetAsync(c.Calls + "/status")).Ok(), "status");
        Expect.Equal("notDone", (string?)(await c.ReportAsync(id))["jobStatus"], "jobStatus");
    }

    private static async Task RefuseAsync(CallsClient c)
    {
        foreach (var action in (string[])["pause", "resume", "stop"])
        {
            var reply = await c.PostAsync($"{c.Calls}/control/{action}", null);
            Expect.Equal(400, (int)reply.Status, $"status of {action}");
            Expect.That(!string.IsNullOrEmpty((string?)System.Text.Json.Nodes.JsonNode.Parse(reply.Text)?["error"]), $"{action}: the error is in 'error'");
        }

        Expect.Equal(200, (int)(await c.PostAsync(c.Calls + "/control/stop", null, Key)).Status, "the same key again");
    }
}
