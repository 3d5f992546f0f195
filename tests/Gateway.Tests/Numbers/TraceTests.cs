using System.Net;
using Dialer.Access;
using Dialer.Campaigns;
using Dialer.Channels;
using Dialer.Intake;
using Dialer.Numbers;
using Dialer.Privacy;
using Dialer.Reports;
using Dialer.Silo.Recovery;
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

    [Theory, BothEngines]
    public async Task ErasedPhone_IsInNoTrace_AndShownNowhere_P57(StorageEngine engine)
    {
        await using var rig = await rigs.NewAsync(engine);
        using var far = new FarEnd { Usual = new Habit(486, TimeSpan.Zero) };
        var channel = await rig.ChannelAsync(c => c with
        {
            Kind = ChannelKind.Sip,
            Sip = new SipSettings { Host = "127.0.0.1", Port = far.Address.Port, Trace = true },
        });
        var campaign = await rig.CampaignAsync(c => c with { AllowSilence = true, OuterHoursException = "a test" }, channel);
        var phones = GatewayRig.Phones(2);
        var added = await rig.Get<IJobIntake>().AddAsync(campaign.Id, [.. phones.Select(p => new NewJob { Phone = new(p) })], null);
        var (erased, kept) = (added.Value!.Jobs[0], added.Value.Jobs[1]);
        var grain = rig.Grains.GetGrain<ICampaignGrain>(campaign.Id.Value);
        Assert.True((await grain.StartAsync("test")).IsDone);
        await DialerHost.UntilAsync(grain, p => p.Counters.Final == 2, Until.Limit, "the numbers were called");
        var folder = Directory.CreateDirectory(Path.Combine(rig.Storage.DataDirectory, "traces"));
        FileInfo[] Files(JobId job) => folder.GetFiles($"{job}-*.sip.txt");
        await Until.TrueAsync(() => Files(erased).Length > 0 && Files(kept).Length > 0, "the traces are written");
        var number = (await rig.Get<IDialerQueries>().ReadTriesAsync(erased))[^1].Try.Number;

        await rig.Get<IErasure>().RequestAsync(new PhoneNumber(phones[0]));
        rig.Get<Janitor>().Nudge();
        await Until.TrueAsync(async () => (await rig.Get<IDialerQueries>().ReadJobsAsync(campaign.Id, [erased])).Single().Phone.IsNone, "the phone is erased");

        using var client = await rig.ClientAsync(AccessRole.Operator);
        await client.GetAsync($"/api/v1/campaigns/{campaign.Id}/numbers/{erased}/tries/{number}/trace").ProblemAsync(HttpStatusCode.NotFound, "trace_not_found");
        rig.Get<TraceJanitor>().Nudge();
        await Until.TrueAsync(() => Files(erased).Length == 0, "the trace is deleted");
        Assert.NotEmpty(Files(kept));

        var shown = await client.GetAsync($"/api/v1/campaigns/{campaign.Id}/numbers/{erased}").JsonAsync();
        Assert.True(shown["number"]!.AsObject().TryGetPropertyValue("phone", out var phone));
        Assert.Null(phone);
        var ids = $$"""{"ids":["{{erased}}"]}""";
        foreach (var report in (string[])["callJob", "callAttempt"])
        {
            var row = Assert.Single((await client.PostAsync($"/api/calls/campaign/{campaign.Token}/{report}/getReport", ids).JsonAsync()).AsArray())!;
            Assert.Equal("", (string?)row["phone"]);
        }
    }
}
