using Dialer.Calendars;
using Dialer.Campaigns;
using Dialer.Channels;
using Dialer.Gateway.Hosting;

namespace Dialer.Gateway.Commands.Dial;

/// <summary>What a request comes to: the settings of its channel and campaign. Options that are not given leave what was.</summary>
internal sealed record DialPlan(ChannelSettings Channel, CampaignSettings Campaign)
{
    private const int SimulatedCalls = 50;

    /// <summary>Of a run that begins: the defaults under the options.</summary>
    public static DialPlan New(DialRequest request, string name, ListId list, string? organisationZone) => new DialPlan(
        new ChannelSettings
        {
            Name = "dial",
            Kind = ChannelKind.Simulated,
            Lines = SimulatedCalls,
            Simulated = new SimulatedSettings(),
        },
        new CampaignSettings
        {
            Name = name,
            Channel = default,
            List = list,
            MaxSimultaneousCalls = SimulatedCalls,
            CallingWindows = WeeklyHours.Default,
            TimeZone = organisationZone ?? "Etc/UTC",
            Attempts = new AttemptPolicy { Initial = 1, PauseMinutes = 30 },
        }).With(request);

    /// <summary>This plan with the options that are given.</summary>
    public DialPlan With(DialRequest request)
    {
        var (channel, campaign) = (Channel, Campaign);
        return new DialPlan(
            channel with
            {
                Lines = request.MaxCalls ?? channel.Lines,
                CallsPerSecond = request.CallsPerSecond ?? channel.CallsPerSecond,
                RingTimeoutSeconds = request.RingSeconds ?? channel.RingTimeoutSeconds,
                MaxCallSeconds = request.MaxCallSeconds ?? channel.MaxCallSeconds,
                Simulated = request.Channel is null ? channel.Simulated : (channel.Simulated ?? new()) with { Endpoint = request.CarrierEndpoint },
            },
            campaign with
            {
                MaxSimultaneousCalls = request.MaxCalls ?? campaign.MaxSimultaneousCalls,
                CallingWindows = request.AnyTime is { } any ? (any ? WeeklyHours.Always : WeeklyHours.Default) : campaign.CallingWindows,
                UseSubscriberLocalTime = request.AnyTime is { } whenever ? !whenever : campaign.UseSubscriberLocalTime,
                TimeZone = request.TimeZone ?? campaign.TimeZone,
                OuterHoursException = request.AnyTime is { } free ? (free ? "dial --any-time" : null) : campaign.OuterHoursException,
                AllowSilence = request.NoBot ?? campaign.AllowSilence,
                Attempts = campaign.Attempts with
                {
                    Initial = request.Attempts ?? campaign.Attempts.Initial,
                    PauseMinutes = request.PauseMinutes ?? campaign.Attempts.PauseMinutes,
                },
            });
    }

    public bool IsAnyTime => Campaign.CallingWindows.Equals(WeeklyHours.Always);

    /// <summary>The trunk as the operator knows it.</summary>
    public string Carrier => Channel.Simulated?.Endpoint is { } endpoint
        ? $"the simulated carrier at {endpoint} (nobody is really called)"
        : "the simulated carrier (nobody is really called)";

    public string Hours => IsAnyTime
        ? "any"
        : $"{(Campaign.CallingWindows.Equals(WeeklyHours.Default) ? "Monday to Friday 09:00-18:00" : Campaign.CallingWindows)}, "
            + (Campaign.UseSubscriberLocalTime ? "local to each number" : Campaign.TimeZone);

    /// <summary>In what it differs from the plan before it, by the options.</summary>
    public IEnumerable<string> ChangesFrom(DialPlan before)
    {
        (string Option, object Was, object Is)[] all =
        [
            ("--channel", before.Channel.Simulated?.Endpoint ?? "sim", Channel.Simulated?.Endpoint ?? "sim"),
            ("--max-calls", before.Campaign.MaxSimultaneousCalls, Campaign.MaxSimultaneousCalls),
            ("--calls-per-second", before.Channel.CallsPerSecond, Channel.CallsPerSecond),
            ("--attempts", before.Campaign.Attempts.Initial, Campaign.Attempts.Initial),
            ("--pause-minutes", before.Campaign.Attempts.PauseMinutes, Campaign.Attempts.PauseMinutes),
            ("--ring-seconds", before.Channel.RingTimeoutSeconds, Channel.RingTimeoutSeconds),
            ("--max-call-seconds", before.Channel.MaxCallSeconds, Channel.MaxCallSeconds),
            ("--any-time", before.IsAnyTime, IsAnyTime),
            ("--time-zone", before.Campaign.TimeZone, Campaign.TimeZone),
            ("--no-bot", before.Campaign.AllowSilence, Campaign.AllowSilence),
        ];
        return all.Where(c => !c.Was.Equals(c.Is)).Select(c => $"{c.Option} {Text(c.Is)} (was {Text(c.Was)})");
    }

    private static string Text(object value) => value is bool isOn ? (isOn ? "on" : "off") : FormattableString.Invariant($"{value}");
}
