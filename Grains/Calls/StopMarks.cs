using Dialer.Channels;

namespace Dialer.Grains.Calls;

/// <summary>
/// Recent stop-nows of this silo (P61): a call whose intent had been stored before one, but which had not reached its driver
/// when calls were hung up, must not leave after it.
/// </summary>
internal sealed class StopMarks
{
    /// <summary>For this long nothing of its scope leaves at all: until its campaigns are paused.</summary>
    private static readonly TimeSpan Hold = TimeSpan.FromSeconds(2);

    /// <summary>No intent stays on its way to the driver longer than an admission may take.</summary>
    private static readonly TimeSpan Lifetime = TimeSpan.FromSeconds(60);

    private readonly Lock turn = new();
    private volatile Mark[] marks = [];

    /// <summary>Both null = everything.</summary>
    public void Add(CampaignId? campaign, ChannelId? channel, UnixTime now)
    {
        lock (turn)
        {
            marks = [.. marks.Where(m => now - m.At < Lifetime), new Mark(campaign, channel, now)];
        }
    }

    /// <summary>Why this call may not leave; null = it may.</summary>
    public string? Refuse(ChannelId channel, CampaignId campaign, UnixTime decidedAt) =>
        marks.Any(m => m.Fits(channel, campaign) && decidedAt <= m.At + Hold) ? "stopped" : null;

    private sealed record Mark(CampaignId? Campaign, ChannelId? Channel, UnixTime At)
    {
        public bool Fits(ChannelId channel, CampaignId campaign) =>
            (Campaign is null || Campaign == campaign) && (Channel is null || Channel == channel);
    }
}
