using Dialer.Campaigns;
using Dialer.Events;
using Dialer.Grains.Campaigns;
using Dialer.Grains.Notifications;
using Dialer.Signing;
using Dialer.Silo.Storage;
using Dialer.Silo.Storage.Events;
using Dialer.Silo.Storage.Webhooks;
using Dialer.Webhooks;

namespace Dialer.Tests.Stores;

/// <summary>P51: a webhook's cursor passes nothing that is not stored as a delivery; what waits, waits on disk.</summary>
public class WebhookStoreTests(Engines engines)
{
    [Theory, ClassData(typeof(BothEngines))]
    public async Task Webhook_IsToldFromNowOn_OfOldAndNewCampaigns_P51(StorageEngine engine)
    {
        await using var rig = await StoreRig.NewAsync(engines, engine);
        var old = await TestCampaign.NewAsync(rig);
        await rig.Get<IEventFeed>().ListenAsync(old.Id, rig.Now);
        await TransitionAsync(rig, old, old.Row.Epoch);
        var webhook = await NewAsync(rig);
        await TransitionAsync(rig, old, old.Row.Epoch + 1);
        var made = await NewCampaignAsync(rig);
        rig.Clock.Move(TimeSpan.FromDays(40));
        await TransitionAsync(rig, made, made.Row.Epoch);

        await HandOverAsync(rig, old.Id);
        await HandOverAsync(rig, made.Id);

        var deliveries = await rig.Get<IWebhookStore>().ReadDeliveriesAsync(webhook.Id, null, 0, 100);
        Assert.Equal(
            ["campaign.created", "campaign.paused", "campaign.paused"],
            deliveries.OrderBy(d => d.Id).Where(d => d.Campaign == made.Id || d.Campaign == old.Id).Select(d => d.Type).Order());
        Assert.Single(deliveries, d => d.Campaign == old.Id);
        Assert.Equal(deliveries.Count, deliveries.Select(d => d.EventId).Distinct().Count());
        Assert.All(deliveries, d => Assert.Equal((DeliveryStatus.Pending, 0), (d.Status, d.Tries)));
    }

    [Theory, ClassData(typeof(BothEngines))]
    public async Task Cursor_LetsOneOfTwoThrough_AndMovesWithWhatItStores_P51(StorageEngine engine)
    {
        await using var rig = await StoreRig.NewAsync(engines, engine);
        var webhook = await NewAsync(rig, w => w with { Events = ["campaign.paused"] });
        var campaign = await NewCampaignAsync(rig);
        await TransitionAsync(rig, campaign, campaign.Row.Epoch);
        var store = rig.Get<INotificationStore>();
        var target = Assert.Single(await store.ReadTargetsAsync(campaign.Id));
        var page = await store.ReadPageAsync(campaign.Id, target.Cursor, 100);
        Assert.Equal((2, 2L, true), (page.Events.Count, page.End, page.IsLast));
        StoredEvent[] chosen = [.. page.Events.Where(e => EventTypes.IsChosen(target.Patterns, e.Type))];

        var both = await Task.WhenAll(
            store.HandOverAsync(target, campaign.Id, page, chosen, rig.Now), store.HandOverAsync(target, campaign.Id, page, chosen, rig.Now));

        Assert.Single(both, isDone => isDone);
        Assert.Equal("campaign.paused", Assert.Single(await rig.Get<IWebhookStore>().ReadDeliveriesAsync(webhook.Id, null, 0, 100)).Type);
        Assert.Equal(2, Assert.Single(await store.ReadTargetsAsync(campaign.Id)).Cursor);
    }

    [Theory, ClassData(typeof(BothEngines))]
    public async Task Page_EndsWhereItsEventsDo_AndPassesWhatIsNotThere(StorageEngine engine)
    {
        await using var rig = await StoreRig.NewAsync(engines, engine);
        await NewAsync(rig);
        var campaign = await NewCampaignAsync(rig);
        for (var i = 0; i < 4; i++)
        {
            await TransitionAsync(rig, campaign, campaign.Row.Epoch + i);
        }

        var store = rig.Get<INotificationStore>();
        var page = await store.ReadPageAsync(campaign.Id, 1, 2);
        Assert.Equal((2, 3L, false), (page.Events.Count, page.End, page.IsLast));
        await Tables.ExecuteAsync(rig, "delete from event where seq >= 4");
        page = await store.ReadPageAsync(campaign.Id, 3, 2);
        Assert.Equal((0, 5L, true), (page.Events.Count, page.End, page.IsLast));
    }

    [Theory, ClassData(typeof(BothEngines))]
    public async Task DisabledWebhook_IsListenedForNoLonger_AndEnabledBeginsAnew_P51(StorageEngine engine)
    {
        await using var rig = await StoreRig.NewAsync(engines, engine);
        var webhook = await NewAsync(rig);
        var campaign = await NewCampaignAsync(rig);
        await HandOverAsync(rig, campaign.Id);
        var store = rig.Get<IWebhookStore>();
        Assert.Equal((WebhookStatus.Disabled, "operator"), (await store.DisableAsync(webhook.Id, "operator", rig.Now)) is { } d ? (d.Status, d.Reason) : default);
        Assert.Empty(await rig.Get<INotificationStore>().ReadTargetsAsync(campaign.Id));
        rig.Clock.Move(TimeSpan.FromMinutes(2));
        await TransitionAsync(rig, campaign, campaign.Row.Epoch);
        Assert.Equal(1, await Tables.CountAsync(rig, "event"));

        Assert.Equal((WebhookStatus.Enabled, null), (await store.EnableAsync(webhook.Id, rig.Now)) is { } e ? (e.Status, e.Reason) : default);
        await TransitionAsync(rig, campaign, campaign.Row.Epoch + 1);
        await HandOverAsync(rig, campaign.Id);

        Assert.Equal(["campaign.created", "campaign.paused"], (await store.ReadDeliveriesAsync(webhook.Id, null, 0, 9)).OrderBy(x => x.Id).Select(x => x.Type));
        Assert.Equal(2, (await store.FindAsync(webhook.Id))!.Pending);
    }

    [Theory, ClassData(typeof(BothEngines))]
    public async Task NamedCampaigns_AreListenedTo_OthersAreNot(StorageEngine engine)
    {
        await using var rig = await StoreRig.NewAsync(engines, engine);
        var (named, other) = (await TestCampaign.NewAsync(rig), await TestCampaign.NewAsync(rig));
        await NewAsync(rig, w => w with { Campaigns = [named.Id] });
        Assert.Equal(named.Id, Assert.Single(await rig.Get<IEventFeed>().ReadHeadsAsync(rig.Now)).Campaign);
        Assert.Empty(await rig.Get<INotificationStore>().ReadTargetsAsync(other.Id));
        var refused = await rig.Get<IWebhookStore>().CreateAsync(
            new Webhook { Id = 1, Url = "https://a.b", CreatedBy = "t", Campaigns = [new CampaignId(77)] }, StandardWebhooks.NewSecret(), rig.Now);
        Assert.Equal("campaigns", refused.Refusal.Field);
    }

    [Theory, ClassData(typeof(BothEngines))]
    public async Task Results_AreWrittenOnce_AndAReplayedOneKeepsItsReplay_P51(StorageEngine engine)
    {
        await using var rig = await StoreRig.NewAsync(engines, engine);
        var webhook = await NewAsync(rig);
        var (store, deliveries) = (rig.Get<IWebhookStore>(), rig.Get<DeliveryStore>());
        var test = await store.AddTestAsync(webhook.Id, rig.Now);
        var due = Assert.Single(await deliveries.ReadDueAsync(webhook.Id, rig.Now, 10));
        Assert.Equal(test.EventId, due.EventId);
        Assert.StartsWith("test-", due.EventId, StringComparison.Ordinal);
        var attempted = due with { Tries = 1, Status = DeliveryStatus.Failed, NextAt = UnixTime.None, DoneAt = rig.Now, Error = "status", Attempts = [new DeliveryAttempt(rig.Now, 500, 12, "status")] };
        Assert.Equal(1, await deliveries.RecordAsync([attempted]));
        Assert.Equal(0, await deliveries.RecordAsync([attempted]));
        Assert.Empty(await deliveries.ReadDueWebhooksAsync(rig.Now));

        var replayed = await store.ReplayAsync(webhook.Id, due.Id, rig.Now);

        Assert.Equal((DeliveryStatus.Pending, 0, due.EventId, 1), (replayed!.Status, replayed.Tries, replayed.EventId, replayed.Attempts.Count));
        Assert.Equal(webhook.Url, Assert.Single(await deliveries.ReadDueWebhooksAsync(rig.Now)).Url);
        Assert.Null(await store.ReplayAsync(webhook.Id + 1, due.Id, rig.Now));
    }

    [Theory, ClassData(typeof(BothEngines))]
    public async Task TooManyThatWait_TheOldestAreGivenUpVisibly_P51(StorageEngine engine)
    {
        await using var rig = await StoreRig.NewAsync(engines, engine);
        var webhook = await NewAsync(rig);
        var (store, deliveries) = (rig.Get<IWebhookStore>(), rig.Get<DeliveryStore>());
        var made = new List<long>();
        for (var i = 0; i < 12; i++)
        {
            made.Add((await store.AddTestAsync(webhook.Id, rig.Now)).Id);
            rig.Clock.Move(TimeSpan.FromSeconds(1));
        }

        Assert.Equal(5, await deliveries.TrimAsync(webhook.Id, 5, rig.Now, 5));
        Assert.Equal(2, await deliveries.TrimAsync(webhook.Id, 5, rig.Now, 5));
        Assert.Equal(0, await deliveries.TrimAsync(webhook.Id, 5, rig.Now, 5));

        var failed = await store.ReadDeliveriesAsync(webhook.Id, DeliveryStatus.Failed, 0, 100);
        Assert.Equal(made.Take(7), failed.Select(d => d.Id).Order());
        Assert.All(failed, d => Assert.Equal("queue_full", d.Error));
        Assert.Equal(5, (await store.FindAsync(webhook.Id))!.Pending);
    }

    [Theory, ClassData(typeof(BothEngines))]
    public async Task DeletedWebhook_LeavesNoRow(StorageEngine engine)
    {
        await using var rig = await StoreRig.NewAsync(engines, engine);
        var webhook = await NewAsync(rig);
        var campaign = await NewCampaignAsync(rig);
        await HandOverAsync(rig, campaign.Id);
        for (var i = 0; i < 5; i++)
        {
            await rig.Get<IWebhookStore>().AddTestAsync(webhook.Id, rig.Now);
        }

        Assert.True(await rig.Get<IWebhookStore>().DeleteAsync(webhook.Id, rig.Now));
        Assert.False(await rig.Get<IWebhookStore>().DeleteAsync(webhook.Id, rig.Now));
        Assert.Null(await rig.Get<IWebhookStore>().FindAsync(webhook.Id));
        Assert.Empty(await rig.Get<DeliveryStore>().ReadDueWebhooksAsync(rig.Now));
        while (await rig.Get<EventPruning>().EraseWebhooksAsync(4) > 0)
        {
            // chunk by chunk
        }

        foreach (var table in (string[])["webhook", "webhook_cursor", "webhook_delivery", "webhook_campaign"])
        {
            Assert.Equal(0, await Tables.CountAsync(rig, table));
        }
    }

    internal static async Task<Webhook> NewAsync(StoreRig rig, Func<Webhook, Webhook>? change = null)
    {
        var plain = new Webhook { Id = await rig.Ids.NextAsync(), Url = "https://crm.example/hook", CreatedBy = "tester" };
        var made = await rig.Get<IWebhookStore>().CreateAsync(change?.Invoke(plain) ?? plain, StandardWebhooks.NewSecret(), rig.Now);
        Assert.True(made.IsDone);
        return made.Value;
    }

    private static async Task<TestCampaign> NewCampaignAsync(StoreRig rig)
    {
        var model = await TestCampaign.NewAsync(rig);
        var id = new CampaignId(await rig.Ids.NextAsync());
        var row = model.Row with { Id = id, Token = $"1.{id}.x", Change = new CampaignChange("created", "tester", rig.Now, []) };
        await rig.Campaigns.InsertAsync(row);
        return new TestCampaign(rig, row, model.Channel);
    }

    private static async Task TransitionAsync(StoreRig rig, TestCampaign campaign, long epoch) => Assert.True(await rig.Campaigns.TransitionAsync(
        campaign.Row with { Status = CampaignStatus.Paused, Change = new CampaignChange("paused", "tester", rig.Now, []) }, epoch));

    /// <summary>What the campaign's notification grain does.</summary>
    private static async Task HandOverAsync(StoreRig rig, CampaignId campaign)
    {
        var store = rig.Get<INotificationStore>();
        foreach (var target in await store.ReadTargetsAsync(campaign))
        {
            var page = await store.ReadPageAsync(campaign, target.Cursor, 100);
            Assert.True(await store.HandOverAsync(target, campaign, page, [.. page.Events.Where(e => EventTypes.IsChosen(target.Patterns, e.Type))], rig.Now));
        }
    }
}
