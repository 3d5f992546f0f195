using Dialer.Accounts;
using Dialer.Calendars;
using Dialer.Campaigns;
using Dialer.Channels;
using Dialer.Domain.Calendars;

namespace Dialer.Tests.Calendars;

/// <summary>A campaign's terms for calendar tests, with the outer hours off unless asked for.</summary>
internal static class TestTerms
{
    public static readonly CampaignTerms Moscow = Of("Europe/Moscow");

    public static CampaignTerms Of(
        string timeZone,
        WeeklyHours? windows = null,
        AmbiguousZonePolicy ambiguous = AmbiguousZonePolicy.SafeHours,
        bool localTime = true,
        bool outerHours = false,
        int ringSeconds = 40,
        string country = "RU") => new()
        {
            Campaign = new CampaignId(1),
            Settings = new CampaignSettings
            {
                Name = "test",
                Channel = new ChannelId(1),
                TimeZone = timeZone,
                CallingWindows = windows ?? WeeklyHours.Default,
                AmbiguousZone = ambiguous,
                UseSubscriberLocalTime = localTime,
            },
            Channel = new ChannelSettings { Name = "test", Kind = ChannelKind.Sip, RingTimeoutSeconds = ringSeconds },
            Care = CareSettings.Off with { OuterHours = outerHours },
            Country = country,
        };

    public static LaneCalendar Calendar(this CampaignTerms terms, string zone, CallPolicy? policy = null) =>
        LaneCalendar.Compile(terms, zone, policy);

    public static WeeklyHours Daily(string from, string to) => WeeklyHours.EachDay(Window(from, to), _ => true);

    public static MinuteRange Window(string from, string to)
    {
        Assert.True(MinuteRange.TryParseMinute(from, false, out var first));
        Assert.True(MinuteRange.TryParseMinute(to, true, out var last));
        return new MinuteRange(first, last);
    }

    /// <summary>An instant from ISO text with an offset.</summary>
    public static UnixTime At(string text) =>
        UnixTime.From(DateTimeOffset.Parse(text, System.Globalization.CultureInfo.InvariantCulture));
}
