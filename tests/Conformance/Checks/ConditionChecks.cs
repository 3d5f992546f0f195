namespace Dialer.Conformance.Checks;

internal static class ConditionChecks
{
    public static IReadOnlyList<Check> All { get; } =
    [
        new("3", "dialerPriority 0 and 6 are refused, 1 and 5 are taken", async c =>
        {
            foreach (var bad in (string[])["0", "6", "\"1\"", "1.5"])
            {
                (await AddAsync(c, $"\"dialerPriority\":{bad}")).Error(400, "invalid.dialer_priority");
            }

            (await AddAsync(c, "\"dialerPriority\":1")).Ok();
            (await AddAsync(c, "\"dialerPriority\":5")).Ok();
        }),
        new("4", "windows that overlap or are none are invalid.call.allowed.time", async c =>
        {
            foreach (var bad in (string[])
            [
                """{"mon":[{"localTimeFrom":"09:00","localTimeTo":"12:00"},{"localTimeFrom":"11:59","localTimeTo":"15:00"}]}""",
                """{"mon":[{"localTimeFrom":"12:00","localTimeTo":"12:00"}]}""",
                """{"mon":[{"localTimeFrom":"22:00","localTimeTo":"02:00"}]}""",
                """{"mon":[{"localTimeFrom":"09:00","localTimeTo":"24:00"}]}""",
                """{"mon":[{"localTimeFrom":"09:00"}]}""",
                """{"mon":[]}""",
                """{"sunday":[{"localTimeFrom":"09:00","localTimeTo":"10:00"}]}""",
            ])
            {
                (await AddAsync(c, $"\"allowedTime\":{bad}")).Error(400, "invalid.call.allowed.time");
            }

            (await AddAsync(c, """
                "allowedTime":{"mon":[{"localTimeFrom":"9:00","localTimeTo":"12:00"},{"localTimeFrom":"12:00","localTimeTo":"15:00"}],"default":[{"localTimeFrom":"10:00","localTimeTo":"11:00"}]}
                """)).Ok();
        }),
        new("§1.2", "every condition that is within its bounds is taken, and none that is not", async c =>
        {
            foreach (var good in (string[])
            [
                "\"allowedDays\":[\"mon\",\"sun\"]", "\"retryIntervalInMinutes\":1", "\"retryIntervalInMinutes\":2880", "\"maxAttempts\":1", "\"maxAttempts\":50",
                "\"startDateTime\":\"2030-03-23T00:00:00Z\",\"finishDateTime\":\"2030-03-23T00:00:01Z\"", "\"localTimeFrom\":\"09:00\",\"localTimeTo\":\"18:00\"",
                "\"payload\":{\"a\":[1,{\"b\":null}]}", "\"payload\":null,\"allowedTime\":null,\"maxAttempts\":null", "\"somethingElse\":1",
            ])
            {
                (await AddAsync(c, good)).Ok();
            }

            foreach (var bad in (string[])
            [
                "\"allowedDays\":[\"monday\"]", "\"allowedDays\":\"mon\"", "\"retryIntervalInMinutes\":0", "\"retryIntervalInMinutes\":2881", "\"maxAttempts\":0",
                "\"startDateTime\":\"2030-03-23T00:00:00\"", "\"startDateTime\":\"soon\"",
                "\"startDateTime\":\"2030-03-23T00:00:01Z\",\"finishDateTime\":\"2030-03-23T00:00:01Z\"",
            ])
            {
                (await AddAsync(c, bad)).Error(400, "bad.request");
            }
        }),
    ];

    private static Task<Reply> AddAsync(CallsClient c, string members) =>
        c.PostAsync(c.Calls + "/addPhones", $$"""[{"phone":"{{CallsClient.NewPhone()}}",{{members}}}]""");
}
