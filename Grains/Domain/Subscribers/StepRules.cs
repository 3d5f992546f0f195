namespace Dialer.Domain.Subscribers;

/// <summary>The rule that chose what follows a try: stable words, shown in the timeline (P32).</summary>
public static class StepRules
{
    public const string Reached = "reached";
    public const string ShortCall = "short_call";
    public const string NotReached = "not_reached";
    public const string Nonexistent = "nonexistent";
    public const string Backoff = "backoff";
    public const string ErrorsSpentAttempt = "errors_spent_attempt";
    public const string ChannelDown = "channel_down";
    public const string NoFunds = "no_funds";
    public const string AttemptsUsed = "attempts_used";
    public const string Redial = "redial";
    public const string BotFailed = "bot_failed";
    public const string Stopped = "stopped";
    public const string NotPlaced = "not_placed";
    public const string Unknown = "unknown";
    public const string UnknownAnswered = "unknown_answered";
    public const string Expired = "expired";
    public const string Cancelled = "cancelled";
    public const string CampaignFinished = "campaign_finished";
    public const string StopCalls = "stop_calls";
}
