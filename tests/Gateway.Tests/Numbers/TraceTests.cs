using System.Net;
using Dialer.Access;
using Dialer.Campaigns;
using Dialer.Channels;
using Dialer.Intake;
using Dialer.Reports;
using Dialer.Silo.Storage;
using Dialer.Silo.Telephony.Sip;
using Dialer.Tests.Sip;

namespace Dialer.Tests.Numbers;

/// <summary>A call's SIP trace: switched on by the channel, downloaded by an operator, without what proves who we are.</summary>
public class TraceTests(Rigs rigs)
{
    [Fact]
    public async Task TraceOfACall_IsDownloaded_WithCredentialsMasked()
    {
        var rig = await rigs.GetAsync(StorageEngine.Sqlite);
        using var far = new FarEnd { Wants = new DigestCredentials("operator", "secret-of-the-trunk"), Usual = new Habit(486, TimeSpan.Zero) };
        var channel = await rig.ChannelAsync(c => c with
        {
            Kind = ChannelKind.Sip,
            Sip = new SipSettings { Host = "127.0.0.1", Port = far.Address.Port, Username = "operator", Password = new Secret("secret-of-the-trunk"), Trace = true },
        });
        var campaign = await rig.CampaignAsync(c => c with { AllowSilence = true, OuterHoursException = "a test" }, channel);
        var phone = GatewayRig.Phones(1)[0];
        var added = await rig.Get<IJobIntake>().AddAsync(campaign.Id, [new NewJob { Phone = new(phone) }], null);
        var job = added.Value!.Jobs[0];
        var grain = rig.Grains.GetGrain<ICampaignGrain>(campaign.Id.Value);
        Assert.True((await grain.StartAsync("test")).IsDone);

        await DialerHost.UntilAsync(grain, p => p.Counters.Final == 1, Until.Limit, "the number was called");

        using var client = await rig.ClientAsync(AccessRole.Operator);
        // a try that did not leave in time has a number too
        var number = (await rig.Get<IDialerQueries>().ReadTriesAsync(job))[^1].Try.Number;
        var path = $"/api/v1/campaigns/{campaign.Id}/numbers/{job}/tries/{number}/trace";
        var trace = await Until.GetAsync(
            async () =>
            {
                using var answer = await client.GetAsync(path);
                return answer.StatusCode == HttpStatusCode.OK ? await answer.Content.ReadAsStringAsync() : "";
            },
            t => t.Contains("486", StringComparison.Ordinal),
            "the trace is there");
        Assert.Contains("INVITE sip:", trace, StringComparison.Ordinal);
        Assert.Contains("Authorization: (masked)", trace, StringComparison.Ordinal);
        Assert.DoesNotContain("response=", trace, StringComparison.Ordinal);

        await client.GetAsync($"/api/v1/campaigns/{campaign.Id}/numbers/{job}/tries/99/trace").ProblemAsync(HttpStatusCode.NotFound, "trace_not_found");
        await client.GetAsync($"/api/v1/campaigns/1/numbers/{job}/tries/1/trace").ProblemAsync(HttpStatusCode.NotFound, "number_not_found");
        using var viewer = await rig.ClientAsync(AccessRole.Viewer);
        await viewer.GetAsync(path).ProblemAsync(HttpStatusCode.Forbidden, "forbidden");
    }
}
