using System.Data.Common;
using Dialer.Channels;
using Dialer.Grains.Channels;

namespace Dialer.Silo.Storage.Channels;

/// <summary>Channels on either engine.</summary>
internal sealed class ChannelStore(IDatabase database) : IChannelStore
{
    public Task InsertAsync(ChannelRow row) => database.WriteAsync((connection, _) => connection.ExecuteAsync(
        "insert into channel (id, name, kind, settings, version, epoch, deleted_at) values (@id, @name, @kind, @settings, @version, @epoch, @deleted)",
        [.. Values(row), ("epoch", row.Epoch)]));

    public Task<ChannelRow?> ReadAsync(ChannelId id) => database.ReadAsync(async connection =>
        (await connection.ListAsync("select id, settings, version, epoch, deleted_at from channel where id = @id", Read, ("id", id.Value))).SingleOrDefault());

    public Task<bool> WriteAsync(ChannelRow row, long expectedEpoch) => database.WriteAsync(async (connection, _) =>
        await connection.ExecuteAsync(
            "update channel set name = @name, kind = @kind, settings = @settings, version = @version, deleted_at = @deleted, epoch = epoch + 1 "
            + "where id = @id and epoch = @expected",
            [.. Values(row), ("expected", expectedEpoch)]) == 1);

    public Task<IReadOnlyDictionary<CampaignId, int>> CountLiveAsync(ChannelId id) => database.ReadAsync<IReadOnlyDictionary<CampaignId, int>>(async connection =>
        (await connection.ListAsync(
            "select id, live from campaign where channel = @channel and live > 0",
            r => (new CampaignId(r.GetInt64(0)), (int)r.GetInt64(1)),
            ("channel", id.Value))).ToDictionary(p => p.Item1, p => p.Item2));

    public Task<IReadOnlyList<ChannelUse>> ReadUseAsync(ChannelId id) => database.ReadAsync<IReadOnlyList<ChannelUse>>(async connection =>
        await connection.ListAsync(
            "select id, name, started_at from campaign where channel = @channel and status in (1, 2, 3) order by id",
            r => new ChannelUse(new CampaignId(r.GetInt64(0)), r.GetString(1), r.GetInt64(2) != 0),
            ("channel", id.Value)));

    private static (string Name, object? Value)[] Values(ChannelRow row) =>
    [
        ("id", row.Id.Value),
        ("name", row.Settings.Name),
        ("kind", (int)row.Settings.Kind),
        ("settings", SettingsJson.Write(row.Settings)),
        ("version", row.Version),
        ("deleted", row.DeletedAt.Ms),
    ];

    private static ChannelRow Read(DbDataReader reader) => new()
    {
        Id = new ChannelId(reader.GetInt64(0)),
        Settings = SettingsJson.Read<ChannelSettings>(reader.GetString(1)),
        Version = reader.GetInt32(2),
        Epoch = reader.GetInt64(3),
        DeletedAt = new UnixTime(reader.GetInt64(4)),
    };
}
