namespace Dialer.Domain.Campaigns;

/// <summary>Why nothing is being dialed when nothing is (P18): stable words.</summary>
public static class IdleCodes
{
    public const string NoNumbers = "no_numbers";
    public const string Window = "outside_hours";
    public const string Pause = "retry_pause";
    public const string NotBefore = "not_before";
    public const string Backoff = "error_backoff";
    public const string Cap = "max_simultaneous_calls";
    public const string ChannelLines = "channel_lines";
    public const string ChannelRate = "channel_rate";
    public const string ChannelDown = "channel_down";
    public const string ScenarioDown = "scenario_down";
    public const string ChannelDeleted = "channel_deleted";
    public const string Scheduled = "scheduled";
    public const string Draft = "draft";
    public const string Paused = "paused";
    public const string Finished = "finished";
    public const string Loading = "loading";
    public const string Storage = "storage_unavailable";

    /// <summary>The reason in words, for people.</summary>
    public static string Text(string code) => code switch
    {
        NoNumbers => "Every number is done; new numbers are called as they come.",
        Window => "Outside the calling hours of every waiting number.",
        Pause => "All waiting numbers are in the pause between attempts.",
        NotBefore => "All waiting numbers start later.",
        Backoff => "All waiting numbers are held after technical errors.",
        Cap => "As many calls as allowed are in progress.",
        ChannelLines => "All lines of the channel are in use.",
        ChannelRate => "The channel's calls per second are used up.",
        ChannelDown => "The channel does not answer; probes bring it back.",
        ScenarioDown => "The bot has not answered a probe yet or is not there: nobody is called to hear silence.",
        ChannelDeleted => "The channel was deleted.",
        Scheduled => "Waits for its planned start.",
        Draft => "Not started: a draft.",
        Paused => "The campaign is paused.",
        Finished => "The campaign is finished.",
        Loading => "The list is being loaded.",
        Storage => "The database does not answer; calls go on when it is back.",
        _ => code,
    };
}
