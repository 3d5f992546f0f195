using Dialer.Channels;
using Dialer.Domain.Channels;

namespace Dialer.Domain.Campaigns;

/// <summary>
/// How long a campaign's channel has been away while numbers were due (P12, P42). A trial that fails is no end of it: only a closed breaker is.
/// Where nobody asked for so long as an outage may last, as in the night, it is counted anew.
/// </summary>
/// <param name="Since">When the campaign was refused for it first; none = it is not away.</param>
/// <param name="SeenAt">When it was found away last.</param>
public readonly record struct ChannelOutage(UnixTime Since, UnixTime SeenAt)
{
    /// <summary>Takes what the channel told when it was asked.</summary>
    /// <param name="breaker">How it stands.</param>
    /// <param name="isRefused">Numbers were due and got no token.</param>
    /// <param name="now">When.</param>
    public ChannelOutage Seen(BreakerState breaker, bool isRefused, UnixTime now) =>
        breaker == BreakerState.Closed ? default
        : !Since.IsNone && now - SeenAt <= Breaker.OpenLimit ? this with { SeenAt = now }
        : isRefused ? new(now, now)
        : default;

    /// <summary>It has been away for so long that the campaign pauses.</summary>
    public bool IsLasting => !Since.IsNone && SeenAt - Since >= Breaker.OpenLimit;
}
