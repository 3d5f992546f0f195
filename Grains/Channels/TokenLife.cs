namespace Dialer.Grains.Channels;

/// <summary>How long a token of a channel that keeps no rate holds: between a campaign's asking for it and the call's leaving.</summary>
/// <param name="Unpaced">It may wait for a busy machine, but not past the second within which a pause holds (P11).</param>
public sealed record TokenLife(TimeSpan Unpaced)
{
    public static TokenLife Usual { get; } = new(TimeSpan.FromMilliseconds(800));
}
