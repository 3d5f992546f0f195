using Dialer.Calendars;
using Dialer.Campaigns;
using Dialer.Channels;
using Dialer.Gateway.Hosting;

namespace Dialer.Gateway.Commands.Dial;

/// <summary>What a request comes to: the settings of its channel and campaign, or one clear refusal.</summary>
internal static class DialPlan
{
    /// <summary>Refuses what can be refused before anything is started.</summary>
    /// <exception cref="CommandRefusedException">An option or a combination cannot be used.</exception>
    public static void Check(DialRequest request, string? organisationZone)
    {
        Demand(
            request.Channel == "sim" || request.CarrierEndpoint is not null || request.IsSip,
            $"--channel is '{request.Channel}': write sim, sim:127.0.0.1:PORT for a carrier process, or sip:HOST:PORT[;transport=udp|tcp|tls].");
        Demand(
            !request.IsSip,
            "--channel sip:… : this version has no SIP driver yet. Use --channel sim, which calls nobody.");
        Demand(request.Attempts is >= 1 and <= 99, $"--attempts is {request.Attempts}: give 1 to 99.");
        Demand(request.PauseMinutes is >= 1 and <= 2880, $"--pause-minutes is {request.PauseMinutes}: give 1 to 2880.");
        Demand(request.RingSeconds is >= 5 and <= 300, $"--ring-seconds is {request.RingSeconds}: give 5 to 300.");
        Demand(request.MaxCallSeconds is >= 1 and <= 14_400, $"--max-call-seconds is {request.MaxCallSeconds}: give 1 to 14400.");
        Demand(request.MaxCalls is null or >= 1, $"--max-calls is {request.MaxCalls}: give 1 or more.");
        Demand(request.CallsPerSecond is null or >= 1, $"--calls-per-second is {request.CallsPerSecond}: give 1 or more.");
        Demand(
            request.AnyTime || request.TimeZone is not null || organisationZone is not null,
            "Calling hours are kept, so a time zone is needed: give --time-zone (for example Europe/Moscow), or --any-time to call at any hour.");
        Demand(
            request.TimeZone is null || TimeZoneInfo.TryFindSystemTimeZoneById(request.TimeZone, out _),
            $"--time-zone is '{request.TimeZone}', which is not an IANA time zone: write for example Europe/Moscow.");
    }

    public static ChannelSettings Channel(DialRequest request) => new()
    {
        Name = "dial",
        Kind = ChannelKind.Simulated,
        Lines = MaxCalls(request),
        CallsPerSecond = request.CallsPerSecond ?? 0,
        RingTimeoutSeconds = request.RingSeconds,
        MaxCallSeconds = request.MaxCallSeconds,
        Simulated = new SimulatedSettings { Endpoint = request.CarrierEndpoint },
    };

    public static CampaignSettings Campaign(DialRequest request, string name, ChannelId channel, ListId list, string? organisationZone) => new()
    {
        Name = name,
        Channel = channel,
        List = list,
        MaxSimultaneousCalls = MaxCalls(request),
        CallingWindows = request.AnyTime ? WeeklyHours.Always : WeeklyHours.Default,
        UseSubscriberLocalTime = !request.AnyTime,
        TimeZone = request.TimeZone ?? organisationZone ?? "Etc/UTC",
        OuterHoursException = request.AnyTime ? "dial --any-time" : null,
        AllowSilence = request.NoBot,
        Attempts = new AttemptPolicy { Initial = request.Attempts, PauseMinutes = request.PauseMinutes },
    };

    private static int MaxCalls(DialRequest request) => request.MaxCalls ?? (request.IsSip ? 5 : 50);

    private static void Demand(bool holds, string text)
    {
        if (!holds)
        {
            throw new CommandRefusedException(text);
        }
    }
}
