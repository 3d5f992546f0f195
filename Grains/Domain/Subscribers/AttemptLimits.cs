using Dialer.Calendars;
using Dialer.Campaigns;

namespace Dialer.Domain.Subscribers;

/// <summary>How many attempts there may be (P5, P21, P26; calls-api §4.1).</summary>
public static class AttemptLimits
{
    /// <summary>In the open series.</summary>
    /// <param name="series">0 = the original one, whose number is the job's own or the campaign's initial; of a redial at most 5.</param>
    /// <param name="policy">The conditions of the job or the redial; null = the campaign's.</param>
    /// <param name="settings">The campaign's.</param>
    public static int OfSeries(int series, CallPolicy? policy, CampaignSettings settings)
    {
        ArgumentNullException.ThrowIfNull(settings);
        return series == 0 ? policy?.MaxAttempts ?? settings.Attempts.Initial : RedialRules.AttemptsOf(policy, settings);
    }

    /// <summary>Over all series of the job: the campaign's maximum, never below the job's own.</summary>
    public static int OfJob(int series, CallPolicy? policy, CampaignSettings settings)
    {
        ArgumentNullException.ThrowIfNull(settings);
        return Math.Max(settings.Attempts.Maximum, (series == 0 ? policy?.MaxAttempts : policy?.JobMaxAttempts) ?? 0);
    }
}
