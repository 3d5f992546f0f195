using System.Data.Common;
using Dialer.Accounts;
using Dialer.Calls;
using Dialer.Campaigns;
using Dialer.Channels;
using Dialer.Domain.Subscribers;
using Dialer.Grains.Subscribers;
using Dialer.Numbers;
using Dialer.Silo.Storage.Campaigns;
using Dialer.Silo.Storage.GroupCommit;
using Dialer.Subscribers;

namespace Dialer.Silo.Storage;

/// <summary>The hot store: writes in groups, reads one subscriber.</summary>
internal sealed class DialStore(IDatabase database, GroupCommitWriter writer, ICareResolver care) : IDialStore
{
    public ValueTask<IntentAnswer> WriteIntentAsync(IntentWrite intent) => writer.WriteAsync(intent);

    public ValueTask<bool> WriteStepAsync(SubscriberStep step, byte[]? leg = null) => writer.WriteAsync(step, leg);

    public Task<BotReply?> ReadBotReplyAsync(TryId id) => ReadAsync(async connection => (string?)await connection.ScalarAsync(
        "select content from bot_reply where job = @job and number = @number", ("job", id.Job.Value), ("number", id.Number)) is { } content
            ? SettingsJson.Read<BotReply>(content)
            : null);

    public Task<TryRecord?> ReadTryAsync(TryId id) => ReadAsync(async connection => (await connection.ListAsync(
        $"select {TryRows.Columns} from call_try where job = @job and number = @number",
        TryRows.Read,
        ("job", id.Job.Value), ("number", id.Number))).SingleOrDefault());

    public Task<SubscriberRows?> ReadSubscriberAsync(CampaignId campaign, PhoneNumber phone) => ReadAsync(async connection =>
    {
        var stored = await connection.ListAsync(
            "select c.settings, c.status, h.settings from campaign c join channel h on h.id = c.channel where c.id = @id",
            r => (Settings: SettingsJson.Read<CampaignSettings>(r.GetString(0)), Status: (CampaignStatus)r.GetInt16(1), Channel: SettingsJson.Read<ChannelSettings>(r.GetString(2))),
            ("id", campaign.Value));
        if (stored.Count == 0)
        {
            return null;
        }

        var rows = await connection.ListAsync(
            $"select {JobRows.Columns} from call_job where phone = @phone and campaign = @campaign order by id",
            JobRows.Read,
            ("phone", phone.Value), ("campaign", campaign.Value));
        var (settings, status, channel) = stored[0];
        return new SubscriberRows(rows, await CampaignStore.ReadLanesOfAsync(connection, campaign, rows), care.Terms(campaign, settings, channel, status));
    });

    /// <summary>A database that does not answer is told to grains in one way, for reads as for writes.</summary>
    private async Task<T> ReadAsync<T>(Func<DbConnection, Task<T>> work)
    {
        try
        {
            return await database.ReadAsync(work);
        }
        catch (DbException e)
        {
            throw new StoreUnavailableException("The database did not answer a read.", e);
        }
    }
}
