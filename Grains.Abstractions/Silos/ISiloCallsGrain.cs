using Dialer.Calls;

namespace Dialer.Silos;

/// <summary>Reaches the calls of one silo: the grain is placed there. Key: the silo's address.</summary>
[Alias("dialer.ISiloCallsGrain")]
public interface ISiloCallsGrain : IGrainWithStringKey
{
    /// <summary>Hangs up (CANCEL or BYE as its state demands) every call that fits; answers how many were told.</summary>
    [Alias("HangUp")]
    Task<int> HangUpAsync(CampaignId? campaign, ChannelId? channel, TryId? call);

    /// <summary>The trace of a call that this silo made; null = it has none.</summary>
    [Alias("ReadTrace")]
    Task<string?> ReadTraceAsync(TryId call);

    [Alias("Count")]
    Task<int> CountAsync();
}
