namespace Dialer.Conformance.Checks;

internal static class TokenChecks
{
    private const string Bad = "1.1.nobodyhasthistokennobodyhasthistokennobody0";

    public static IReadOnlyList<Check> All { get; } =
    [
        new("2", "a bad token is invalid.token on all 13 operations", async c =>
        {
            using var other = c.With(Bad);
            foreach (var get in (string[])[other.CrmCalls + "/addPhone?phone=79990000000", other.CrmCalls + "/test/addPhone?phone=79990000000", other.Calls, other.Calls + "/status"])
            {
                (await other.GetAsync(get)).Error(404, "invalid.token");
            }

            (await other.PostFormAsync(other.CrmCalls + "/addPhone", null, ("phone", "79990000000"))).Error(404, "invalid.token");
            (await other.PostAsync(other.Calls + "/addPhones", """[{"phone":"79990000000"}]""")).Error(404, "invalid.token");
            foreach (var post in (string[])["/callJob/cancel", "/callJob/getReport", "/callAttempt/getReport"])
            {
                (await other.PostAsync(other.Calls + post, """{"ids":["1"]}""")).Error(404, "invalid.token");
            }

            foreach (var post in (string[])["/callJob/getReportByDate", "/callJob/getUnfinished", "/callAttempt/getReportByDate", "/control/pause"])
            {
                (await other.PostAsync(other.Calls + post, "{}")).Error(404, "invalid.token");
            }
        }),
    ];
}
