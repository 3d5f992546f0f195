using System.Net;
using Dialer.Access;

namespace Dialer.Tests.CallsApi;

/// <summary>Bodies with half a letter in them are bad requests, wherever it stands (P47).</summary>
public class HostileBodyTests(Rigs rigs)
{
    private static readonly string[] Operations =
        ["callJob/getReport", "callAttempt/getReport", "callJob/getReportByDate", "callAttempt/getReportByDate", "callJob/getUnfinished", "callJob/cancel", "getReport"];

    [Theory]
    [InlineData("""{"\ud800abcdefghijk":1}""")]
    [InlineData("""{"\ud800abcdef":1,"phones":["79161234567"]}""")]
    [InlineData("""{"filter":{"\udc00abcdefghijk":1}}""")]
    [InlineData("""{"filter":{"createdAtFrom":"\ud800"}}""")]
    [InlineData("""{"pagination":{"pag\ud800":1}}""")]
    [InlineData("""{"phones":["\ud800"],"ids":[{"a":["\udfff"]}]}""")]
    public async Task HalfALetter_IsABadRequest_P47(string body)
    {
        var rig = await rigs.GetAsync();
        using var client = await rig.ClientAsync(null);
        var campaign = await rig.CampaignAsync();
        foreach (var operation in Operations)
        {
            var error = await client.PostAsync($"/api/calls/campaign/{campaign.Token}/{operation}", body).JsonAsync(HttpStatusCode.BadRequest);
            Assert.Equal("bad.request", (string?)error["type"]);
        }
    }

    [Fact]
    public async Task WholeLettersAsEscapes_AreRead_P47()
    {
        var rig = await rigs.GetAsync();
        using var client = await rig.ClientAsync(null);
        var campaign = await rig.CampaignAsync();
        await client.PostAsync($"/api/calls/campaign/{campaign.Token}/callJob/getUnfinished", """{"\ud83d\ude00":"\ud83d\ude00","page":0}""").JsonAsync();
    }
}
