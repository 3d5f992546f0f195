using Dialer.Campaigns;
using Dialer.Grains.Campaigns;
using Dialer.Notifications;
using Dialer.Silo.Storage;
using Dialer.Silo.Storage.Notifications;

namespace Dialer.Tests.Stores;

/// <summary>Mails are written with their transition, or not at all (P17).</summary>
public class MailOutboxTests(Engines engines)
{
    [Theory, ClassData(typeof(BothEngines))]
    public async Task Mail_IsWrittenWithItsTransition_OncePerAddress_AndNotWithOneThatIsRefused_P17(StorageEngine engine)
    {
        await using var rig = await StoreRig.NewAsync(engines, engine);
        var campaign = await TestCampaign.NewAsync(rig);
        await campaign.AddAsync(79_000_000_001, 79_000_000_002);
        var outbox = rig.Get<MailOutbox>();
        var paused = campaign.Row with
        {
            Status = CampaignStatus.Paused,
            StartedAt = rig.Now,
            Settings = campaign.Row.Settings with { NotifyEmail = "a@b.example, c@d.example", NotifyLanguage = "en" },
            Change = new CampaignChange("paused", "test", rig.Now, [new PauseCause(PauseCodes.Person, "p", rig.Now)], CampaignStatus.Running),
        };

        // an epoch that has passed, then the right one, then the same again
        Assert.False(await rig.Campaigns.TransitionAsync(paused, 2));
        Assert.Empty(await outbox.ReadDueAsync(UnixTime.Never, 10));
        Assert.True(await rig.Campaigns.TransitionAsync(paused, 3));
        Assert.False(await rig.Campaigns.TransitionAsync(paused, 3));
        var due = await outbox.ReadDueAsync(rig.Now, 10);
        Assert.Equal(["a@b.example", "c@d.example"], due.Select(m => m.To).Order());
        Assert.All(due, m => Assert.Equal(
            (campaign.Id, 4L, MailKind.PausedByPerson, "en", campaign.Row.Settings.Name, "test", 2, rig.Now),
            (m.Key.Campaign, m.Key.Epoch, m.Kind, m.Language, m.Facts.Name, m.Facts.Actor, m.Facts.Total, m.CreatedAt)));

        // an activation and an edit are told to nobody
        Assert.True(await rig.Campaigns.TransitionAsync(paused with { Change = null }, 4));
        Assert.True(await rig.Campaigns.TransitionAsync(paused with { Change = paused.Change with { Event = "edited" } }, 5));
        Assert.Equal(2, (await outbox.ReadStateAsync()).Waiting);
    }

    [Theory, ClassData(typeof(BothEngines))]
    public async Task Claim_IsOneSilosAlone_AndRunsOut_P17(StorageEngine engine)
    {
        await using var rig = await StoreRig.NewAsync(engines, engine);
        var campaign = await TestCampaign.NewAsync(rig);
        var outbox = rig.Get<MailOutbox>();
        Assert.True(await rig.Campaigns.TransitionAsync(
            campaign.Row with
            {
                Status = CampaignStatus.Finished,
                Settings = campaign.Row.Settings with { NotifyEmail = "a@b.example" },
                Change = new CampaignChange("finished", "test", rig.Now, [], CampaignStatus.Running),
            },
            3));
        var mail = (await outbox.ReadDueAsync(rig.Now, 10)).Single();
        await using var other = rig.Another();
        var until = rig.Now + TimeSpan.FromMinutes(3);
        var claims = await Task.WhenAll(Enumerable.Range(0, 8).Select(i =>
            Task.Run(() => (i % 2 == 0 ? outbox : other.Get<MailOutbox>()).ClaimAsync(mail, rig.Now, until))));
        Assert.Single(claims, c => c);
        Assert.Empty(await outbox.ReadDueAsync(until - TimeSpan.FromSeconds(1), 10));
        var again = (await outbox.ReadDueAsync(until, 10)).Single();
        Assert.Equal((1, rig.Now), (again.Tries, again.FirstTryAt));

        Assert.True(await outbox.RetryAsync(mail.Key, rig.Now, until, "451 come again"));
        Assert.Equal("451 come again", (await outbox.ReadStateAsync()).LastError);
        Assert.True(await outbox.SentAsync(mail.Key, rig.Now));
        var state = await outbox.ReadStateAsync();
        Assert.Equal((0, UnixTime.None, null, 0), (state.Waiting, state.Oldest, state.LastError, state.GivenUp.Count));
        Assert.Equal(1, await outbox.PruneAsync(rig.Now + TimeSpan.FromSeconds(1)));
    }
}
