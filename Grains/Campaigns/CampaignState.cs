using Dialer.Calls;
using Dialer.Campaigns;
using Dialer.Channels;

namespace Dialer.Grains.Campaigns;

/// <summary>What a campaign keeps beside its row, through Orleans' persistence. The row wins where the two differ.</summary>
[GenerateSerializer, Alias("dialer.CampaignState")]
public sealed class CampaignState
{
    /// <summary>Why it is paused (P12).</summary>
    [Id(0)]
    public List<PauseCause> Causes { get; set; } = [];

    /// <summary>Tries whose outcomes were suspicious: an operator may put their numbers back (P12).</summary>
    [Id(1)]
    public List<TryId> Suspicious { get; set; } = [];

    /// <summary>Outages of storage that began by then have been answered with a pause (P12); none = none has.</summary>
    [Id(2)]
    public UnixTime OutageSeen { get; set; }

    /// <summary>The bot that <c>scenario_down</c> is about (P41): with another one in force the cause holds no longer (P15).</summary>
    [Id(3)]
    public BotId? FailedBot { get; set; }
}
