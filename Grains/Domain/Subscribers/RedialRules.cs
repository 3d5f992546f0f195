using System.Security.Cryptography;
using System.Text.Json;
using Dialer.Calendars;
using Dialer.Calls;
using Dialer.Campaigns;
using Dialer.Domain.Channels;
using Dialer.Subscribers;

namespace Dialer.Domain.Subscribers;

/// <summary>How a bot's redial becomes the conditions of a new series (P21, P26; calls-api §3.2, §5 row 18).</summary>
internal static class RedialRules
{
    /// <summary>
    /// What the redial does not give comes from the job, then the campaign; except the attempts, which come from the
    /// campaign's initial number. At most 5 attempts.
    /// </summary>
    public static RedialLane LaneOf(Redial redial, SubscriberContext context)
    {
        var asked = redial.Policy;
        var own = context.Policy;
        var givesTime = asked.AllowedTime is not null || asked.DefaultTime is not null;
        var policy = new CallPolicy
        {
            AllowedDays = asked.AllowedDays ?? own?.AllowedDays,
            AllowedTime = givesTime ? asked.AllowedTime : own?.AllowedTime,
            DefaultTime = givesTime ? asked.DefaultTime : own?.DefaultTime,
            RetryMinutes = asked.RetryMinutes ?? own?.RetryMinutes,
            MaxAttempts = asked.MaxAttempts is { } attempts ? Math.Clamp(attempts, 1, Redial.MaxAttempts) : null,
            JobMaxAttempts = context.Row.Series == 0 ? own?.MaxAttempts : own?.JobMaxAttempts,
        };
        return new RedialLane(redial.Priority == 0 ? context.Lane.Key.Priority : redial.Priority, policy, context.Lane.Key.Zone);
    }

    /// <summary>Attempts of a redial's series: its own or the campaign's initial number, at most 5 either way (P26).</summary>
    public static int AttemptsOf(CallPolicy? policy, CampaignSettings settings) =>
        Math.Min(policy?.MaxAttempts ?? settings.Attempts.Initial, Redial.MaxAttempts);

    /// <summary>
    /// When the new series may begin: at the start that was asked for, which is what the callee agreed to ("in five minutes") and needs no
    /// pause; without one after the pause.
    /// </summary>
    public static UnixTime DueAt(Redial redial, CallPolicy policy, SubscriberContext context, UnixTime end) =>
        redial.StartAt.IsNone ? end + PauseOf(policy, context) : redial.StartAt;

    public static TimeSpan PauseOf(CallPolicy policy, SubscriberContext context) =>
        TimeSpan.FromMinutes(policy.RetryMinutes ?? context.Terms.Settings.Attempts.PauseMinutes);

    /// <summary>The report row of the series that ends here, with the result that its last call gave it.</summary>
    /// <param name="row">The row as that call left it.</param>
    /// <param name="last">How that call ended.</param>
    /// <param name="isShort">It was answered, and shorter than P7.</param>
    /// <param name="reached">What a call that was not is taken for.</param>
    /// <param name="at">When it ended.</param>
    public static SeriesRecord Closed(JobRow row, CallClass last, bool isShort, JobResult reached, UnixTime at) => new()
    {
        Job = row.Id,
        Campaign = row.Campaign,
        Series = row.Series,
        Attempts = row.Attempts,
        Result = last switch
        {
            CallClass.Answered when !isShort => reached,
            CallClass.Answered => JobResult.AnsweredShort,
            CallClass.Technical => JobResult.TechnicalError,
            _ => JobResult.NoAnswer,
        },
        FinishedAt = at,
    };

    /// <summary>Why a redial that was asked for in a call does not come (P5, P26); null = it does.</summary>
    /// <param name="context">The job and its conditions.</param>
    /// <param name="row">The row as the call left it.</param>
    /// <param name="last">How the call ended.</param>
    /// <param name="stop">The opt-out that was given in it.</param>
    public static string? WhyDropped(SubscriberContext context, JobRow row, CallClass last, StopCalls stop)
    {
        if (row.Has(JobFlags.CancelRequested) || row.EndReason is EndReason.Cancelled or EndReason.DoNotCall or EndReason.Erased)
        {
            return stop == StopCalls.None ? "job cancelled" : OptedOut;
        }

        return context.Terms.Status is CampaignStatus.Finished or CampaignStatus.Deleted ? "campaign finished"
            : stop != StopCalls.None || row.EndReason == EndReason.StopCalls ? OptedOut
            : last switch
            {
                CallClass.Nonexistent => "no such number",
                CallClass.BotFailed => "the bot failed",
                CallClass.Unknown => "the call's end is not known",
                CallClass.Cancelled or CallClass.NotPlaced => "the call was stopped",
                _ => null,
            }
            // the trunk's destinations were narrowed meanwhile: no redial is promised that could never be called (P39)
            ?? (Destinations.Refuse(context.Terms, row.Phone) is not null ? "the trunk may not call such numbers"
            : context.JobLimit <= row.AttemptsTotal ? "maximum of attempts"
            : null);
    }

    /// <summary>What tells one request from another: a request that comes twice is one.</summary>
    public static string MarkOf(Redial redial) =>
        Convert.ToHexStringLower(SHA256.HashData(JsonSerializer.SerializeToUtf8Bytes(redial)).AsSpan(0, 8));

    private const string OptedOut = "the callee opted out";
}
