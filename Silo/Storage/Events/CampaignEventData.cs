using Dialer.Campaigns;
using Dialer.Events;
using Dialer.Grains.Campaigns;

namespace Dialer.Silo.Storage.Events;

/// <summary>What is told of a campaign's transition.</summary>
/// <param name="Automatic">Paused by itself (P12).</param>
/// <param name="Causes">All causes that hold after it.</param>
/// <param name="Actor">Who asked for it; null = it came by itself.</param>
internal sealed record CampaignEventData(
    string CampaignId, string Name, CampaignStatus Status, bool? Automatic, IReadOnlyList<CauseData> Causes, string? Actor, UnixTime? StartsAt)
{
    private const string PausedAutomatically = "paused_automatically";

    public static CampaignEventData Of(CampaignRow row, CampaignChange change) => new(
        row.Id.ToString(),
        row.Settings.Name,
        row.Status,
        change.Event == PausedAutomatically ? true : null,
        [.. change.Causes.Select(c => new CauseData(c.Code, c.Text, c.Since.IsNone ? null : c.Since, c.Evidence))],
        change.Actor,
        row.StartsAt.IsNone ? null : row.StartsAt);

    public static string TypeOf(CampaignChange change) => change.Event == PausedAutomatically ? EventTypes.CampaignPaused : "campaign." + change.Event;
}

internal sealed record CauseData(string Code, string Text, UnixTime? Since, string? Evidence);
