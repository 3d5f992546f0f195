using Dialer.Accounts;
using Dialer.Campaigns;
using Dialer.Channels;
using Dialer.Grains.Accounts;

namespace Dialer.Silo.Hosting;

/// <summary>The care in force for a channel's kind (P22, P58, P60, P12): the organisation's, as this silo last heard it.</summary>
internal sealed class CareResolver(DialerOptions options, OrganisationBoard organisation) : ICareResolver
{
    public CampaignTerms Terms(CampaignId campaign, CampaignSettings settings, ChannelSettings channel, CampaignStatus status) => new()
    {
        Campaign = campaign,
        Settings = settings,
        Channel = channel,
        Care = channel.Kind == ChannelKind.Sip || options.Care.OnSimulated ? organisation.Current.Care : CareSettings.Off,
        Country = organisation.Current.Country,
        Status = status,
    };
}
