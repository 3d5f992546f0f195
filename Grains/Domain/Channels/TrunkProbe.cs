namespace Dialer.Domain.Channels;

/// <summary>
/// The last probe of a trunk: a bot that is lost together with its trunk has no fault of its own, and must not pause what comes back
/// with the trunk (P42). Times are on one monotonic clock.
/// </summary>
/// <param name="IsUp">Whether it was answered; null = none is over yet.</param>
/// <param name="AskedAt">When it was sent.</param>
public readonly record struct TrunkProbe(bool? IsUp, TimeSpan AskedAt)
{
    public static readonly TrunkProbe None = new(null, TimeSpan.MinValue / 2);

    /// <summary>A bot's probe, sent then, was lost: what is known of the trunk is older, so it is asked before the bot is judged.</summary>
    public bool MustAskFirst(TimeSpan botAskedAt) => IsUp != false && AskedAt < botAskedAt;
}
