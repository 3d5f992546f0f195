namespace Dialer.Conformance.Checks;

internal static class ZoneChecks
{
    /// <summary>Forms of calls-api §1.4 that are zones.</summary>
    public static readonly IReadOnlyList<string> Good =
    [
        "Z", "+3", "+03", "-3", "-03", "+0300", "+03:00", "-0330", "-03:30", "+03:00:00", "+030000", "+18:00", "-18:00", "+00:00",
        "UTC", "GMT", "UT", "UTC+3", "GMT-03:00", "UT+03", "GMT+0300", "UTC+18:00", "Europe/Moscow", "Asia/Kamchatka", "America/Argentina/Buenos_Aires",
    ];

    /// <summary>Forms that are none.</summary>
    public static readonly IReadOnlyList<string> Bad =
    [
        "+19:00", "-18:01", "+18:00:01", "+3:0", "+03:60", "+03:00:60", "3", "03:00", "+", "+:", "Moscow", "Europe/Nowhere", "UTC3", "+033", "+03:0", "z0",
    ];

    public static IReadOnlyList<Check> All { get; } =
    [
        new("15", "every form of a zone is taken", async c =>
        {
            foreach (var zone in Good)
            {
                var reply = await c.PostAsync(c.Calls + "/addPhones", $$"""[{"phone":"{{CallsClient.NewPhone()}}","gmtZone":"{{zone}}"}]""");
                Expect.That(reply.Status == System.Net.HttpStatusCode.OK, $"'{zone}' is a zone, it answers {reply.Text}");
            }

            (await c.PostAsync(c.Calls + "/addPhones", $$"""[{"phone":"{{CallsClient.NewPhone()}}","gmtZone":""},{"phone":"{{CallsClient.NewPhone()}}","gmtZone":null}]""")).Ok();
        }),
        new("15", "what is no zone is phone.gmtZone.bad.format", async c =>
        {
            foreach (var zone in Bad)
            {
                var phone = CallsClient.NewPhone();
                var reply = await c.PostAsync(c.Calls + "/addPhones", $$"""[{"phone":"{{phone}}","gmtZone":"{{zone}}"}]""");
                Expect.That(reply.Status == System.Net.HttpStatusCode.BadRequest, $"'{zone}' is no zone, it answers {(int)reply.Status} {reply.Text}");
                var error = reply.Error(400, "phone.gmtZone.bad.format");
                Expect.Equal((phone, zone), ((string?)error["phone"], (string?)error["gmtZone"]), "phone and zone of the error");
            }
        }),
        new("15", "in a query a plus that was not encoded is one", async c =>
        {
            (await c.GetAsync($"{c.CrmCalls}/addPhone?phone={CallsClient.NewPhone()}&gmtZone=+03:00")).Ok();
            (await c.GetAsync($"{c.CrmCalls}/addPhone?phone={CallsClient.NewPhone()}&gmtZone=%2B03:00")).Ok();
            (await c.GetAsync($"{c.CrmCalls}/addPhone?phone={CallsClient.NewPhone()}&gmtZone=+25:00")).Error(400, "phone.gmtZone.bad.format");
        }),
    ];
}
