using Dialer.Channels;

namespace Dialer.Grains.Channels;

/// <summary>Channels as stored. The row's epoch fences grants: each intent is checked against it.</summary>
public interface IChannelStore
{
    Task InsertAsync(ChannelRow row);

    Task<ChannelRow?> ReadAsync(ChannelId id);

    /// <summary>Writes settings, version and deletion, and raises the epoch by one. False: it is under another epoch.</summary>
    Task<bool> WriteAsync(ChannelRow row, long expectedEpoch);

    /// <summary>Live calls of a channel by campaign: the truth behind the line ledger.</summary>
    Task<IReadOnlyDictionary<CampaignId, int>> CountLiveAsync(ChannelId id);

    /// <summary>Campaigns that use the channel and are not finished: id, name, whether started.</summary>
    Task<IReadOnlyList<ChannelUse>> ReadUseAsync(ChannelId id);
}

public sealed record ChannelRow
{
    public required ChannelId Id { get; init; }

    public required ChannelSettings Settings { get; init; }

    public required long Epoch { get; init; }

    public int Version { get; init; } = 1;

    public UnixTime DeletedAt { get; init; }
}

/// <summary>A campaign that uses a channel (P45).</summary>
public sealed record ChannelUse(CampaignId Campaign, string Name, bool IsStarted);
