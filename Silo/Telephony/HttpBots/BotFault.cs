namespace Dialer.Silo.Telephony.HttpBots;

/// <summary>Why an event did not reach its bot, or what it answered could not be taken.</summary>
/// <param name="Cause">A stable word.</param>
/// <param name="Text">For people; nothing of the bot's answer is in it.</param>
internal sealed record BotFault(string Cause, string Text)
{
    public const string Refused = "refused";
    public const string Timeout = "timeout";
    public const string Status = "status";
    public const string BreakerOpen = "breaker_open";
    public const string QueueFull = "queue_full";
    public const string NoData = "no_data";
    public const string TooLarge = "answer_too_large";
    public const string BadJson = "bad_json";
    public const string BadDialer = "bad_dialer";
    public const string NotTaken = "not_taken";
    public const string Storage = "storage";

    /// <summary>The bot was not there for the event, and so for the person (P41); else only its answer is at fault.</summary>
    public bool IsAbsence => Cause is Refused or Timeout or Status or BreakerOpen or QueueFull or NoData;

    public override string ToString() => $"{Cause}: {Text}";
}
