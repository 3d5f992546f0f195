using Dialer.Calendars;
using Dialer.Campaigns;
using Dialer.Channels;
using Dialer.Gateway.Hosting;

namespace Dialer.Gateway.Commands.Dial;

/// <summary>What a request comes to: the settings of its channel and campaign. Options that are not given leave what was.</summary>
internal sealed record DialPlan(ChannelSettings Channel, CampaignSettings Campaign)
{
    private const int SimulatedCalls = 50;
    private const int SipCalls = 5;
    private const int SipCallsPerSecond = 5;

    /// <summary>Of a run that begins: the defaults under the options.</summary>
    public static DialPlan New(DialRequest request, string name, ListId list, string? organisationZone) => new DialPlan(
        new ChannelSettings
        {
            Name = "dial",
            Kind = ChannelKind.Simulated,
            Lines = request.IsSip ? SipCalls : SimulatedCalls,
            CallsPerSecond = request.IsSip ? SipCallsPerSecond : 0,
            Simulated = new SimulatedSettings(),
        },
        new CampaignSettings
        {
            Name = name,
            Channel = default,
            List = list,
            MaxSimultaneousCalls = request.IsSip ? SipCalls : SimulatedCalls,
            CallingWindows = WeeklyHours.Default,
            TimeZone = organisationZone ?? "Etc/UTC",
            Attempts = new AttemptPolicy { Initial = 1, PauseMinutes = 30 },
        }).With(request);

    /// <summary>This plan with the options that are given.</summary>
    public DialPlan With(DialRequest request)
    {
        var channel = Carried(request);
        return new DialPlan(
            channel with
            {
                Lines = request.MaxCalls ?? channel.Lines,
                CallsPerSecond = request.CallsPerSecond ?? channel.CallsPerSecond,
                RingTimeoutSeconds = request.RingSeconds ?? channel.RingTimeoutSeconds,
                MaxCallSeconds = request.MaxCallSeconds ?? channel.MaxCallSeconds,
            },
            Campaign with
            {
                MaxSimultaneousCalls = request.MaxCalls ?? Campaign.MaxSimultaneousCalls,
                CallingWindows = request.AnyTime is { } any ? (any ? WeeklyHours.Always : WeeklyHours.Default) : Campaign.CallingWindows,
                UseSubscriberLocalTime = request.AnyTime is { } whenever ? !whenever : Campaign.UseSubscriberLocalTime,
                TimeZone = request.TimeZone ?? Campaign.TimeZone,
                OuterHoursException = request.AnyTime is { } free ? (free ? "dial --any-time" : null) : Campaign.OuterHoursException,
                AllowSilence = request.NoBot ?? (request.Trunk is { IsLoopback: true } || (request.Bot is null && Campaign.AllowSilence)),
                Attempts = Campaign.Attempts with
                {
                    Initial = request.Attempts ?? Campaign.Attempts.Initial,
                    PauseMinutes = request.PauseMinutes ?? Campaign.Attempts.PauseMinutes,
                },
            });
    }

    /// <summary>The channel with the carrier, the identity and the bot that the options name.</summary>
    private ChannelSettings Carried(DialRequest request)
    {
        var carrier = request switch
        {
            { Trunk: { } trunk } => Channel with
            {
                Kind = ChannelKind.Sip,
                Simulated = null,
                Sip = (Channel.Sip ?? new SipSettings { Host = trunk.Host }) with { Host = trunk.Host, Port = trunk.Port, Transport = trunk.Transport },
            },
            { Channel: not null } => Channel with
            {
                Kind = ChannelKind.Simulated,
                Sip = null,
                Scenario = Scenario.None,
                Simulated = (Channel.Simulated ?? new()) with { Endpoint = request.CarrierEndpoint },
            },
            _ => Channel,
        };
        if (carrier.Sip is not { } sip)
        {
            return carrier;
        }

        return carrier with
        {
            Sip = sip with
            {
                Username = request.Username ?? sip.Username,
                Password = (request.Username ?? sip.Username) is null ? null : request.Password ?? sip.Password,
                CallerId = request.CallerId ?? sip.CallerId,
                Trace = request.Trace ?? sip.Trace,
                Probe = request.NoProbe is { } without ? !without : sip.Probe,
            },
            Scenario = request.NoBot == true ? Scenario.None
                : request.Bot is null ? carrier.Scenario
                : request.HasHttpBot ? new Scenario { HttpBotUrl = request.Bot }
                : new Scenario { SipBotUri = request.Bot },
        };
    }

    public bool IsAnyTime => Campaign.CallingWindows.Equals(WeeklyHours.Always);

    /// <summary>The trunk as the operator knows it.</summary>
    public string Carrier => Channel.Sip is { } sip ? DialTrunk.Text(sip)
        : Channel.Simulated?.Endpoint is { } endpoint
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
            ("--channel", before.ChannelText, ChannelText),
            ("--username", before.Channel.Sip?.Username ?? "none", Channel.Sip?.Username ?? "none"),
            ("--caller-id", before.Channel.Sip?.CallerId ?? "none", Channel.Sip?.CallerId ?? "none"),
            ("--bot", before.BotText, BotText),
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

    /// <summary>What answered calls are connected to.</summary>
    public string BotText => Channel.Scenario.SipBotUri ?? Channel.Scenario.HttpBotUrl ?? "none";

    private string ChannelText => Channel.Sip is { } sip ? DialTrunk.Text(sip) : Channel.Simulated?.Endpoint ?? "sim";

    private static string Text(object value) => value is bool isOn ? (isOn ? "on" : "off") : FormattableString.Invariant($"{value}");
}
