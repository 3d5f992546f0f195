using Dialer.Campaigns;
using Dialer.Channels;

namespace Dialer.Accounts;

/// <summary>
/// Joins a campaign's settings with its channel's and the care in force (P58, P60): the organisation's for SIP channels, off for
/// simulated ones unless <c>Dialer:Care</c> says otherwise.
/// </summary>
public interface ICareResolver
{
    CampaignTerms Terms(CampaignId campaign, CampaignSettings settings, ChannelSettings channel, CampaignStatus status);
}
