using Dialer.Calendars;
using Dialer.Campaigns;
using Dialer.Channels;

namespace Dialer.Benchmarks;

/// <summary>Campaigns and channels as the benchmarks use them.</summary>
internal static class BenchSettings
{
    public const int Million = 1_000_000;

    /// <summary>Every call is answered at once and over at once: what is measured is the dialer.</summary>
    public static ChannelSettings Answering(int lines) => new()
    {
        Name = "bench",
        Kind = ChannelKind.Simulated,
        Lines = lines,
        Simulated = new SimulatedSettings { Answer = 1, Busy = 0, NoAnswer = 0, Nonexistent = 0, Error = 0, RingSeconds = new(0, 0), TalkSeconds = new(0, 0) },
    };

    public static CampaignSettings Campaign(ChannelId channel, int cap, ListId? list = null) => new()
    {
        Name = "bench",
        Channel = channel,
        List = list,
        MaxSimultaneousCalls = cap,
        TimeZone = "Europe/Moscow",
        CallingWindows = WeeklyHours.Always,
        UseSubscriberLocalTime = false,
    };

    /// <summary>Hours that are closed for the next days.</summary>
    public static WeeklyHours ClosedFor(DateTimeOffset now) =>
        WeeklyHours.EachDay(new MinuteRange(0, 1), day => day == ((int)now.AddDays(3).DayOfWeek + 6) % 7);
}
