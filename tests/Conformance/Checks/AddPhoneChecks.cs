namespace Dialer.Conformance.Checks;

internal static class AddPhoneChecks
{
    public static IReadOnlyList<Check> All { get; } =
    [
        new("7", "the same number and payload within a day: phone.duplicated; on /test/ a new job", async c =>
        {
            var phone = CallsClient.NewPhone();
            var first = (string)(await c.GetAsync($"{c.CrmCalls}/addPhone?phone={phone}&name=Anna&order=7")).Ok()!;
            var error = (await c.GetAsync($"{c.CrmCalls}/addPhone?order=7&phone={phone}&name=Anna")).Error(400, "phone.duplicated");
            Expect.Equal(phone, (string?)error["phone"], "phone");
            (await c.PostFormAsync(c.CrmCalls + "/addPhone", null, ("phone", phone), ("name", "Anna"), ("order", "7"))).Error(400, "phone.duplicated");
            var other = (string)(await c.GetAsync($"{c.CrmCalls}/addPhone?phone={phone}&name=Boris&order=7")).Ok()!;
            var test = (string)(await c.GetAsync($"{c.CrmCalls}/test/addPhone?phone={phone}&name=Anna&order=7")).Ok()!;
            Expect.Equal(3, ((string[])[first, other, test]).Distinct(StringComparer.Ordinal).Count(), "ids");
        }),
        new("7", "no payload on both is a duplicate too", async c =>
        {
            var phone = CallsClient.NewPhone();
            (await c.GetAsync($"{c.CrmCalls}/addPhone?phone={phone}")).Ok();
            (await c.GetAsync($"{c.CrmCalls}/addPhone?phone={phone}")).Error(400, "phone.duplicated");
        }),
        new("7", "the same key, in the query or in the header: the first job's id; another key: a new job", async c =>
        {
            var (phone, key) = (CallsClient.NewPhone(), Guid.NewGuid().ToString());
            var first = (string)(await c.GetAsync($"{c.CrmCalls}/addPhone?phone={phone}&Idempotence-Key={key}")).Ok()!;
            Expect.Equal(first, (string?)(await c.GetAsync($"{c.CrmCalls}/addPhone?phone={phone}&Idempotence-Key={key}")).Ok(), "id by the key in the query");
            Expect.Equal(first, (string?)(await c.GetAsync($"{c.CrmCalls}/addPhone?phone={phone}", key)).Ok(), "id by the key in the header");
            Expect.That(first != (string?)(await c.GetAsync($"{c.CrmCalls}/addPhone?phone={phone}", Guid.NewGuid().ToString())).Ok(), "another key makes a new job");
        }),
        new("§1.5", "a form wins over the query", async c =>
        {
            var (inQuery, inForm) = (CallsClient.NewPhone(), CallsClient.NewPhone());
            var id = (string)(await c.PostFormAsync($"{c.CrmCalls}/addPhone?phone={inQuery}&a=1", null, ("phone", inForm), ("b", "2"))).Ok()!;
            Expect.Equal(inForm, (string?)(await c.ReportAsync(id))["phone"], "phone");
        }),
        new("§1.5", "a bad phone or none is phone.bad.format", async c =>
        {
            (await c.GetAsync($"{c.CrmCalls}/addPhone?phone=12")).Error(400, "phone.bad.format");
            (await c.GetAsync($"{c.CrmCalls}/addPhone")).Error(400, "phone.bad.format");
        }),
    ];
}
