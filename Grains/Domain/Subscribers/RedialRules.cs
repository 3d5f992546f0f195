using Dialer.Calendars;
using Dialer.Calls;
using Dialer.Campaigns;
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

    public static TimeSpan PauseOf(CallPolicy policy, SubscriberContext context) =>
        TimeSpan.FromMinutes(policy.RetryMinutes ?? context.Terms.Settings.Attempts.PauseMinutes);

    /// <summary>The report row of the series that ends here, with the result that its last call gave it.</summary>
    public static SeriesRecord Closed(JobRow row, EndedCall call) => new()
    {
        Job = row.Id,
        Campaign = row.Campaign,
        Series = row.Series,
        Attempts = row.Attempts,
        Result = call switch
        {
            { Class: CallClass.Answered, IsShort: false } => call.ReachedResult,
            { Class: CallClass.Answered } => JobResult.AnsweredShort,
            { Class: CallClass.Technical } => JobResult.TechnicalError,
            _ => JobResult.NoAnswer,
        },
        FinishedAt = call.At,
    };
}
