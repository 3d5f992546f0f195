namespace Dialer.Events;

/// <summary>The words of events (P51). Additive: a receiver leaves aside what it does not know.</summary>
public static class EventTypes
{
    public const string CampaignCreated = "campaign.created";
    public const string CampaignStarted = "campaign.started";

    /// <summary>By a person, or by itself (P12): <c>automatic</c>.</summary>
    public const string CampaignPaused = "campaign.paused";
    public const string CampaignResumed = "campaign.resumed";

    /// <summary>One event, however many jobs end with it.</summary>
    public const string CampaignFinished = "campaign.finished";
    public const string CampaignDeleted = "campaign.deleted";
    public const string CampaignEdited = "campaign.edited";

    /// <summary>A try began: its intent is stored.</summary>
    public const string JobStarted = "job.started";
    public const string JobAnswered = "job.answered";

    /// <summary>A try is over and the job waits for the next one.</summary>
    public const string JobRetry = "job.retry";

    /// <summary>A try is over and the bot opened a new series (P26).</summary>
    public const string JobRedial = "job.redial";

    /// <summary>The job is final.</summary>
    public const string JobFinished = "job.finished";

    /// <summary>The job is final because it was cancelled (P27).</summary>
    public const string JobCancelled = "job.cancelled";

    /// <summary>An operator put a suspicious outcome back (P12).</summary>
    public const string JobReopened = "job.reopened";

    /// <summary>What the bot said of a call after its end: its result, who answered (P41).</summary>
    public const string JobAmended = "job.amended";

    /// <summary>Sent on demand only: whether a webhook's receiver is there.</summary>
    public const string WebhookTest = "webhook.test";

    /// <summary>Those that can be chosen.</summary>
    public static readonly IReadOnlyList<string> All =
    [
        CampaignCreated, CampaignStarted, CampaignPaused, CampaignResumed, CampaignFinished, CampaignDeleted, CampaignEdited,
        JobStarted, JobAnswered, JobRetry, JobRedial, JobFinished, JobCancelled, JobReopened, JobAmended,
    ];

    /// <summary>A type, <c>campaign.*</c>, <c>job.*</c> or <c>*</c>.</summary>
    public static bool IsPattern(string text) => text is "*" or "campaign.*" or "job.*" || All.Contains(text);

    /// <param name="patterns">None = every type.</param>
    /// <param name="type">The event's.</param>
    public static bool IsChosen(IReadOnlyList<string> patterns, string type)
    {
        ArgumentNullException.ThrowIfNull(patterns);
        ArgumentNullException.ThrowIfNull(type);
        return patterns.Count == 0
            || patterns.Any(p => p == type || p == "*" || (p.EndsWith(".*", StringComparison.Ordinal) && type.StartsWith(p[..^1], StringComparison.Ordinal)));
    }
}
