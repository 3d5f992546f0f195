using Dialer.Calendars;
using Dialer.Calls;
using Dialer.Numbers;

namespace Dialer.Bots;

/// <summary>
/// What the bot of a call is told of it (P41; calls-api §3.1, §3.5). The campaign's token is a credential and is not in it.
/// Holds a phone number and its payload: never log it.
/// </summary>
[GenerateSerializer, Immutable, Alias("dialer.CallBrief")]
public sealed record CallBrief
{
    [Id(0)] public required TryId Try { get; init; }
    [Id(1)] public required CampaignId Campaign { get; init; }
    [Id(2)] public required string CampaignName { get; init; }
    [Id(3)] public required ChannelId Channel { get; init; }
    [Id(4)] public required PhoneNumber Phone { get; init; }

    /// <summary>The list row or the API's object, as JSON; null = none.</summary>
    [Id(5)] public string? PayloadJson { get; init; }

    /// <summary>The job's series now: 0 = the original one, then 1, 2 … for redials.</summary>
    [Id(6)] public int Series { get; init; }

    [Id(7)] public required DialHistory History { get; init; }

    /// <summary>The campaign's hours.</summary>
    [Id(8)] public required WeeklyHours CampaignHours { get; init; }

    /// <summary>The job's or the redial's own conditions; null = the campaign's.</summary>
    [Id(9)] public CallPolicy? Policy { get; init; }

    /// <summary>The campaign's pause between attempts, in minutes (P6).</summary>
    [Id(10)] public int CampaignRetryMinutes { get; init; }

    /// <summary>Where the callee's clock stands, <c>±hh:mm</c>; the campaign's where it is not certain or local time is off.</summary>
    [Id(11)] public required string ZoneOffset { get; init; }

    /// <summary>When the call was begun.</summary>
    [Id(12)] public UnixTime StartedAt { get; init; }

    /// <summary>None = it was not answered, or not yet.</summary>
    [Id(13)] public UnixTime AnsweredAt { get; init; }

    /// <summary>None = the call is up.</summary>
    [Id(14)] public UnixTime EndedAt { get; init; }

    /// <summary>How it ended; <see cref="CallClass.None"/> while it is up.</summary>
    [Id(15)] public CallClass Class { get; init; }

    /// <summary>What became of the last redial that was asked for in a call of this job that is over; null = none was.</summary>
    [Id(16)] public RedialFate? LastRedial { get; init; }

    /// <summary>The pause in force, in minutes (P6, P21).</summary>
    public int RetryMinutes => Policy?.RetryMinutes ?? CampaignRetryMinutes;

    /// <summary>Whether what the bot says of the call is still taken (P41).</summary>
    public bool IsOpen(UnixTime now) => EndedAt.IsNone || BotAnswer.IsOpen(Class, StartedAt, EndedAt, now);
}

/// <summary>The four counters of calls-api §3.3.</summary>
/// <param name="CompletedAttempts">Attempts made in the open series.</param>
/// <param name="AvailableAttempts">Attempts that the open series may have.</param>
/// <param name="CompletedAttemptsToPhone">Attempts made to the phone in the campaign, whatever the job.</param>
/// <param name="AvailableAttemptsToPhone">Attempts that the job may have over all series.</param>
[GenerateSerializer, Immutable, Alias("dialer.DialHistory")]
public sealed record DialHistory(
    [property: Id(0)] int CompletedAttempts,
    [property: Id(1)] int AvailableAttempts,
    [property: Id(2)] int CompletedAttemptsToPhone,
    [property: Id(3)] int AvailableAttemptsToPhone);
