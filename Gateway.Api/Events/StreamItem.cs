using Dialer.Events;
using Dialer.Gateway.Campaigns;
using Dialer.Gateway.Wire;
using System.Text.Json;

namespace Dialer.Gateway.Events;

/// <summary>One event of a stream.</summary>
/// <param name="Id">Where to continue; null = nowhere.</param>
/// <param name="Type">The event's type, or <c>snapshot</c>.</param>
/// <param name="Data">JSON in one line.</param>
internal sealed record StreamItem(string? Id, string Type, string Data)
{
    private const string Snapshot = "snapshot";

    /// <summary>With the event's own stable id, which is not always that of the place in the stream.</summary>
    public static StreamItem Of(StoredEvent e, string? id) => new(id, e.Type, $$"""{"id":"{{e.Id}}",{{e.ToJson()[1..]}}""");

    /// <summary>How a campaign stands: first of all, and after a gap.</summary>
    public static StreamItem Of(CampaignStanding standing, UnixTime now, string? id) => new(
        id,
        Snapshot,
        StoredEvent.Envelope(
            Snapshot,
            now,
            JsonSerializer.Serialize(
                new SnapshotView(standing.Id.ToString(), standing.Name, standing.Status, CountersView.Of(standing.Counters)), WireJson.Options)));
}

/// <summary>A campaign as a snapshot tells it.</summary>
internal sealed record SnapshotView(string CampaignId, string Name, Dialer.Campaigns.CampaignStatus Status, CountersView Counters);
