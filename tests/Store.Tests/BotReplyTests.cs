using Dialer.Bots;
using Dialer.Calendars;
using Dialer.Calls;
using Dialer.Campaigns;
using Dialer.Domain.Subscribers;
using Dialer.Intake;
using Dialer.Numbers;
using Dialer.Silo.Storage;
using Dialer.Silo.Storage.Bots;
using Dialer.Silo.Storage.Queries;
using Dialer.Subscribers;

namespace Dialer.Tests.Stores;

/// <summary>What bots say, as it is stored (I6, P26, P57), and what they are told (P41).</summary>
public class BotReplyTests(StoreFixture store) : IClassFixture<StoreFixture>
{
    private static readonly BotReply Everything = new()
    {
        Redial = new Redial { StartAt = new UnixTime(1_800_000_000_000), Policy = new CallPolicy { MaxAttempts = 2, DefaultTime = [new MinuteRange(600, 700)] }, Priority = 2 },
        CallResult = "secret result",
        CallResultPayload = "secret payload",
        ReportDataJson = """{"Имя":{"value":"secret","order":1}}""",
        CallTagsJson = """{"first":{"tagPayload":null,"tagColor":null},"secret tag":{"tagPayload":"x","tagColor":"#aabbcc"}}""",
        AnsweredBy = AnsweredBy.Human,
        SpeechSeconds = 4,
    };

    [Theory, ClassData(typeof(BothEngines))]
    public async Task WhatIsSaidInTheCall_IsKeptUntilItsOutcome_WhichHasIt_I6(StorageEngine engine)
    {
        var rig = await store.OfAsync(engine);
        var campaign = await TestCampaign.NewAsync(rig);
        var live = await campaign.DialAsync(await campaign.AddOneAsync(store.NewPhone()));
        Assert.Null(await rig.Dial.ReadBotReplyAsync(live.Try));

        live = await SayAsync(rig, campaign, live, null, new BotReply { CallResult = "first", ReportDataJson = """{"k":{"value":1,"order":0}}""" });
        var told = await rig.Dial.ReadBotReplyAsync(live.Try);
        live = await SayAsync(rig, campaign, live, told, Everything);
        told = await rig.Dial.ReadBotReplyAsync(live.Try);
        Assert.Equal(("secret result", AnsweredBy.Human, 4, (byte)2), (told!.CallResult, told.AnsweredBy, told.SpeechSeconds, told.Redial!.Priority));
        Assert.Equal([new MinuteRange(600, 700)], told.Redial.Policy.DefaultTime!);
        Assert.Null(await rig.Dial.ReadBotReplyAsync(live.Try with { Number = 7 }));
        Assert.True((await campaign.JobAsync(live.Id)).Has(JobFlags.BotSpoke));

        var step = campaign.Ended(live, CallClass.Answered, told);
        Assert.True(await rig.Dial.WriteStepAsync(step));
        Assert.Equal(step.Try, await rig.Dial.ReadTryAsync(live.Try));
        Assert.Null(await rig.Dial.ReadBotReplyAsync(live.Try));
        Assert.False((await campaign.JobAsync(live.Id)).Has(JobFlags.BotSpoke));
        await Recount.AssertAsync(rig, campaign);
    }

    /// <summary>I5: of two activations that heard something the second reads again.</summary>
    [Theory, ClassData(typeof(BothEngines))]
    public async Task ReplyDecidedOnAnOldRow_IsNotStored_I5(StorageEngine engine)
    {
        var rig = await store.OfAsync(engine);
        var campaign = await TestCampaign.NewAsync(rig);
        var live = await campaign.DialAsync(await campaign.AddOneAsync(store.NewPhone()));
        await SayAsync(rig, campaign, live, null, new BotReply { CallResult = "first" });

        var late = SubscriberMachine.Said(campaign.Context(live), null, new BotReply { CallResult = "second" }, rig.Now).Step!;
        Assert.False(await rig.Dial.WriteStepAsync(late));

        Assert.Equal("first", (await rig.Dial.ReadBotReplyAsync(live.Try))!.CallResult);
    }

    [Theory, ClassData(typeof(BothEngines))]
    public async Task OptOutInALiveCall_IsOnTheListAtOnce_P59(StorageEngine engine)
    {
        var rig = await store.OfAsync(engine);
        var campaign = await TestCampaign.NewAsync(rig);
        var live = await campaign.DialAsync(await campaign.AddOneAsync(store.NewPhone()));

        var step = await SayAsync(rig, campaign, live, null, new BotReply { StopCalls = StopCalls.Organisation });

        Assert.True(await rig.DoNotCall.ContainsAsync(live.Phone));
        Assert.Equal(1, await Tables.CountAsync(
            rig, $"phone where phone = @p and live_job = @j and do_not_call = {(rig.IsPostgreSql ? "true" : "1")}", ("p", live.Phone.Value), ("j", live.Id.Value)));
        await campaign.EndAsync(step, CallClass.Answered, new BotReply { StopCalls = StopCalls.Organisation });
        var other = await TestCampaign.NewAsync(rig);
        Assert.Equal("dnc", (await rig.Dial.WriteIntentAsync(other.Intent(await other.AddOneAsync(live.Phone.Value)))).Reason);
    }

    [Theory, ClassData(typeof(BothEngines))]
    public async Task WordsAfterTheEnd_RewriteTheRecord_AndOpenASeries_P26(StorageEngine engine)
    {
        var rig = await store.OfAsync(engine);
        var campaign = await TestCampaign.NewAsync(rig, attempts: new AttemptPolicy { Initial = 1 });
        var ended = await campaign.EndAsync(await campaign.DialAsync(await campaign.AddOneAsync(store.NewPhone())), CallClass.Answered);
        Assert.Equal(JobStatus.Final, ended.Status);
        var record = (await rig.Dial.ReadTryAsync(ended.Try))!;

        var step = SubscriberMachine.Amend(campaign.Context(ended), record, null, Everything with { Redial = Everything.Redial! with { StartAt = UnixTime.None } }, rig.Now).Step!;
        var lane = await rig.Campaigns.EnsureLaneAsync(campaign.Id, step.RedialLane!.Priority, step.RedialLane.Policy, step.RedialLane.Zone);
        step = step with { Row = step.Row with { Lane = lane.Of(LaneKind.At) } };
        Assert.True(await rig.Dial.WriteStepAsync(step));

        Assert.Equal([step.Try!], await rig.Queries.ReadTriesAsync(ended.Id));
        Assert.Equal((2, 2), (step.Try!.Redial!.Wanted, step.Try.Redial.Accepted));
        Assert.Equal(step.Row, await campaign.JobAsync(ended.Id));
        Assert.Equal(1, await Tables.CountAsync(rig, "call_series where job = @j and series = 0 and result = 1", ("j", ended.Id.Value)));
        await Recount.AssertAsync(rig, campaign);

        // the same row of the series once more
        var again = SubscriberMachine.Amend(campaign.Context(step.Row, lane), step.Try, null, new BotReply { CallResult = "later" }, rig.Now).Step!;
        Assert.True(await rig.Dial.WriteStepAsync(again));
        Assert.Equal("later", (await rig.Dial.ReadTryAsync(ended.Try))!.CallResult);
        Assert.Equal(1, await Tables.CountAsync(rig, "call_series where job = @j", ("j", ended.Id.Value)));
    }

    [Theory, ClassData(typeof(BothEngines))]
    public async Task ErasedPhone_HasNothingThatItsBotSaid_P57(StorageEngine engine)
    {
        var rig = await store.OfAsync(engine);
        var campaign = await TestCampaign.NewAsync(rig);
        var live = await campaign.DialAsync(await campaign.AddOneAsync(store.NewPhone()));
        live = await SayAsync(rig, campaign, live, null, Everything with { Redial = null });
        // an answered call whose end nobody saw keeps what was said beside its row
        var unknown = campaign.Ended(live with { AnsweredAt = live.TryStartedAt }, CallClass.Unknown, Everything with { Redial = null });
        Assert.True(await rig.Dial.WriteStepAsync(unknown));
        Assert.NotNull(await rig.Dial.ReadBotReplyAsync(live.Try));

        await rig.Erasure.RequestAsync(live.Phone);
        Assert.True(await rig.Erasure.ErasePhoneAsync(live.Phone));

        Assert.Null(await rig.Dial.ReadBotReplyAsync(live.Try));
        var mine = $"job={live.Id.Value} ";
        Assert.DoesNotContain(await Tables.ReadAsync(rig), r => r.Contains(mine, StringComparison.Ordinal) && r.Contains("secret", StringComparison.Ordinal));
        Assert.Null(await new CallBriefs(rig.Database, TimeProvider.System).ReadAsync(live.Try));
    }

    [Theory, ClassData(typeof(BothEngines))]
    public async Task Brief_TellsPayloadHistoryScheduleAndZone_P41(StorageEngine engine)
    {
        var rig = await store.OfAsync(engine);
        var briefs = new CallBriefs(rig.Database, TimeProvider.System);
        var campaign = await TestCampaign.NewAsync(rig, attempts: new AttemptPolicy { Initial = 3, Maximum = 6, PauseMinutes = 7 });
        var policy = new CallPolicy { AllowedDays = 0b11111, DefaultTime = [new MinuteRange(600, 1440)], RetryMinutes = 2, MaxAttempts = 2 };
        var job = (await campaign.AddAsync(new NewJob
        {
            Phone = new PhoneNumber(store.NewPhone()),
            Zone = new ZoneFound("Asia/Yekaterinburg", ZoneSource.ApiField),
            Payload = """{"name":"Анна"}""",
            Policy = policy,
        }))[0];
        Assert.Null(await briefs.ReadAsync(new TryId(job.Id, 1)));
        var live = await campaign.DialAsync(job);

        var brief = (await briefs.ReadAsync(live.Try))!;
        Assert.Equal((campaign.Id, job.Phone, """{"name":"Анна"}""", "+05:00", 2, 7), (brief.Campaign, brief.Phone, brief.PayloadJson, brief.ZoneOffset, brief.RetryMinutes, brief.CampaignRetryMinutes));
        Assert.Equal(new DialHistory(0, 2, 0, 6), brief.History);
        Assert.True(brief.IsOpen(rig.Now) && brief.EndedAt.IsNone && brief.LastRedial is null);
        var raw = RawRequest.Of(brief);
        Assert.Equal("Анна", (string?)raw["originateData"]!["payload"]!["name"]);
        Assert.Equal(live.Try.ToString(), (string?)raw["originateData"]!["callId"]);
        var scenario = raw["originateData"]!["callScenarioData"]!;
        Assert.Equal("""{"allowedDays":["mon","tue","wed","thu","fri"],"allowedTime":{"default":[{"localTimeFrom":"10:00","localTimeTo":"23:59"}]}}""", scenario["schedule"]!["dialSchedule"]!.ToJsonString());
        Assert.Equal(7, scenario["schedule"]!["campaignSchedule"]!["allowedDays"]!.AsArray().Count);
        Assert.DoesNotContain(campaign.Row.Token, raw.ToJsonString(), StringComparison.Ordinal);

        await campaign.EndAsync(live, CallClass.Busy, new BotReply { Redial = new Redial { Policy = new CallPolicy { MaxAttempts = 5 } } });
        brief = (await briefs.ReadAsync(live.Try))!;
        Assert.Equal((CallClass.Busy, 5, 5, 1), (brief.Class, brief.LastRedial!.Wanted, brief.LastRedial.Accepted, brief.History.CompletedAttemptsToPhone));
        Assert.True(brief.IsOpen(brief.EndedAt + TimeSpan.FromMinutes(5)) && !brief.IsOpen(brief.EndedAt + TimeSpan.FromMinutes(5.1)));
    }

    [Theory, ClassData(typeof(BothEngines))]
    public async Task Reports_ShowTheLastTagAndResult_AndReportDataOfAllTries_P50(StorageEngine engine)
    {
        var rig = await store.OfAsync(engine);
        var campaign = await TestCampaign.NewAsync(rig);
        var row = await campaign.EndAsync(await campaign.DialAsync(await campaign.AddOneAsync(store.NewPhone())), CallClass.Busy, Everything with { Redial = null });
        await campaign.EndAsync(
            await campaign.DialAsync(row),
            CallClass.Answered,
            new BotReply { CallResult = "last", CallTagsJson = """{"a":{},"b":{"tagPayload":"{\"k\":1}"}}""", ReportDataJson = """{"more":{"value":2,"order":0}}""" });

        var series = Assert.Single(await new JobReports(rig.Database).ReadSeriesAsync(campaign.Id, [row.Id]));
        Assert.Equal(("b", """{"k":1}"""), (series.LastTag!.Name, series.LastTag.Payload!.ToJsonString()));
        Assert.Contains("Имя", System.Text.RegularExpressions.Regex.Unescape(series.ReportDataJson!), StringComparison.Ordinal);
        Assert.Contains("more", series.ReportDataJson!, StringComparison.Ordinal);
        var exported = Assert.Single(await new ReportExports(rig.Database).ReadJobsAsync(campaign.Id, null, new JobId(0), 10));
        Assert.Equal(("last", null, "b", 2), (exported.CallResult, exported.CallResultPayload, exported.LastTag!.Name, exported.ReportDataJson.Count));
    }

    private static async Task<JobRow> SayAsync(StoreRig rig, TestCampaign campaign, JobRow live, BotReply? told, BotReply reply)
    {
        var step = SubscriberMachine.Said(campaign.Context(live), told, reply, rig.Now).Step!;
        Assert.True(await rig.Dial.WriteStepAsync(step));
        return step.Row;
    }
}
