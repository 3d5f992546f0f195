using Dialer.Campaigns;
using Dialer.Intake;
using Dialer.Numbers;
using Dialer.Privacy;
using Dialer.Reports;
using Dialer.Silo.Recovery;
using Dialer.Silo.Storage;
using Dialer.Subscribers;

namespace Dialer.Tests;

public sealed class SqlitePrivacyTests(Rigs rigs) : PrivacyTests(rigs, StorageEngine.Sqlite);

public sealed class PostgreSqlPrivacyTests(Rigs rigs) : PrivacyTests(rigs, StorageEngine.PostgreSql);

/// <summary>Personal data goes when it must (P57).</summary>
public abstract class PrivacyTests(Rigs rigs, StorageEngine engine)
{
    [Fact]
    public async Task DeletedCampaign_IsHiddenAtOnce_AndErasedAfterTheRetention_ItsTokenStays_P57()
    {
        await using var rig = await rigs.NewAsync(engine, retentionDays: 2);
        var stage = await rig.StageAsync();
        stage.Trunk.OnDial = c => c.Reach();
        await stage.AddAsync(new NewJob { Phone = new PhoneNumber(Rig.Phones(1)[0]), Payload = """{"name":"a"}""" });
        await stage.StartAsync();
        await stage.UntilAsync(p => p.Counters.Answered == 1, "called");
        var token = (await stage.ViewAsync()).Token;
        Assert.True((await stage.Campaign.DeleteAsync("test")).IsDone);
        var queries = rig.Get<IDialerQueries>();
        Assert.DoesNotContain(await queries.ReadCampaignsAsync(100), c => c.Id == stage.Id);

        rig.Clock.Forward(TimeSpan.FromDays(1));
        rig.Get<Janitor>().Nudge();
        await rig.RestartAsync();
        Assert.Single(await rig.Get<IDialerQueries>().ReadJobsAsync(stage.Id, default, 10));

        rig.Clock.Forward(TimeSpan.FromDays(1.1));
        rig.Get<Janitor>().Nudge();
        await Until.TrueAsync(async () => (await rig.Get<IDialerQueries>().ReadJobsAsync(stage.Id, default, 10)).Count == 0, "its rows are erased");
        Assert.Equal(CampaignStatus.Deleted, (await rig.Get<IDialerQueries>().FindCampaignByTokenAsync(token))?.Status);
    }

    [Fact]
    public async Task EraseThisPhone_EndsWhatWaits_AndRemovesNumberAndPayload_OnceNoCallOfItIsUp_P57()
    {
        await using var rig = await rigs.NewAsync(engine);
        var (stage, other) = (await rig.StageAsync(), await rig.StageAsync());
        var phone = new PhoneNumber(Rig.Phones(1)[0]);
        var live = await stage.AddAsync(new NewJob { Phone = phone, Payload = """{"name":"a"}""" });
        var waiting = await other.AddAsync(new NewJob { Phone = phone, Payload = """{"name":"b"}""" });
        var neighbour = await other.AddAsync(Rig.Phones(1)[0]);
        await stage.StartAsync();
        var call = await stage.Trunk.UntilLiveAsync(phone.Value, "up");

        await rig.Get<IErasure>().RequestAsync(phone);
        rig.Get<Janitor>().Nudge();
        var ended = await other.UntilFinalAsync(waiting);
        Assert.Equal((JobResult.NotDone, EndReason.Erased), (ended.Result, ended.EndReason));
        Assert.Equal(phone, (await stage.JobAsync(live)).Phone);

        call.Reach();
        await stage.UntilAsync(p => p.Counters.Answered == 1, "the live call keeps its result");
        rig.Get<Janitor>().Nudge();
        await stage.UntilJobAsync(live, j => j is { Phone.Value: 0, Payload: null }, "number and payload are gone");
        await other.UntilJobAsync(waiting, j => j is { Phone.Value: 0, Payload: null }, "number and payload are gone");
        Assert.NotEqual(0, (await other.JobAsync(neighbour)).Phone.Value);
        await stage.AssertBooksAsync();
    }
}
