using Dialer.Accounts;
using Dialer.Campaigns;
using Dialer.Channels;

namespace Dialer.Silo.Hosting;

/// <summary>The care in force for a channel's kind (P22, P58, P60, P12).</summary>
internal sealed class CareResolver(DialerOptions options) : ICareResolver
{
    private readonly CareSettings care = options.Care.ToSettings();

    public CampaignTerms Terms(CampaignId campaign, CampaignSettings settings, ChannelSettings channel, CampaignStatus status) => new()
    {
        Campaign = campaign,
        Settings = settings,
        Channel = channel,
        Care = channel.Kind == ChannelKind.Sip || options.Care.OnSimulated ? care : CareSettings.Off,
        Country = options.Country,
        Status = status,
    };
}
