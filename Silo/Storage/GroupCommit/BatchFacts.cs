using Dialer.Campaigns;
using Dialer.Domain.Phones;

namespace Dialer.Silo.Storage.GroupCommit;

/// <summary>What an intent is checked against in its campaign's row.</summary>
internal readonly record struct CampaignGate(long Epoch, CampaignStatus Status, int Live, int MaxCalls);

/// <summary>The rows that a batch stands on, read and locked in its transaction. What is missing is gone.</summary>
internal sealed class BatchFacts
{
    public Dictionary<long, CampaignGate> Campaigns { get; } = [];

    public Dictionary<long, long> ChannelEpochs { get; } = [];

    public Dictionary<long, PhoneRow> Phones { get; } = [];

    public Dictionary<long, int> JobVersions { get; } = [];

    /// <summary>Campaigns that somebody listens to, with the number of their last event (P51).</summary>
    public SortedDictionary<long, long> EventHeads { get; } = [];

    /// <summary>A phone that is simply freed was not read: the write itself looks whether the try still holds it.</summary>
    public bool TakesReleasesBlind { get; set; }
}
