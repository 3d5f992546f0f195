using Dialer.Accounts;
using Dialer.Channels;

namespace Dialer.Campaigns;

/// <summary>
/// Everything that decisions about a campaign's numbers need, frozen for one epoch: travels with each admission, so that a
/// subscriber reads nothing on its first touch.
/// </summary>
[GenerateSerializer, Immutable, Alias("dialer.CampaignTerms")]
public sealed record CampaignTerms
{
    [Id(0)] public required CampaignId Campaign { get; init; }
    [Id(1)] public required CampaignSettings Settings { get; init; }
    [Id(2)] public required ChannelSettings Channel { get; init; }

    /// <summary>The care in force: the organisation's for SIP, off for simulated channels.</summary>
    [Id(3)] public required CareSettings Care { get; init; }

    /// <summary>ISO country whose outer hours hold when the number's own is not known (P60).</summary>
    [Id(4)] public string Country { get; init; } = "RU";

    [Id(5)] public CampaignStatus Status { get; init; }

    /// <summary>What an answered call is connected to (P15).</summary>
    public Scenario Scenario => Settings.Scenario ?? Channel.Scenario;
}
