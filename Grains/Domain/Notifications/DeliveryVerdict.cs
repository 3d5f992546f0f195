namespace Dialer.Domain.Notifications;

/// <summary>What follows an attempt to deliver.</summary>
/// <param name="IsDelivered">Taken by the receiver.</param>
/// <param name="IsGone">The receiver wants nothing any more (410): the webhook is to be disabled.</param>
/// <param name="Error">Why it failed; null = it did not.</param>
/// <param name="Retry">The pause to the next attempt; null = there is none.</param>
public readonly record struct DeliveryVerdict(bool IsDelivered, bool IsGone, string? Error, TimeSpan? Retry)
{
    private const int Gone = 410;

    /// <param name="status">HTTP status; 0 = no answer.</param>
    /// <param name="error">Why there was no answer.</param>
    /// <param name="tries">Attempts with this one.</param>
    /// <param name="delivery">Whose.</param>
    /// <param name="scale">Of the pauses.</param>
    public static DeliveryVerdict Of(int status, string? error, int tries, long delivery, double scale) => status switch
    {
        >= 200 and < 300 => new DeliveryVerdict(true, false, null, null),
        Gone => new DeliveryVerdict(false, true, "gone", null),
        _ => new DeliveryVerdict(false, false, ErrorOf(status, error), DeliverySchedule.PauseAfter(tries, delivery, scale)),
    };

    private static string ErrorOf(int status, string? error) => status switch
    {
        0 => error ?? "failed",
        >= 300 and < 400 => "redirect",
        _ => "status",
    };
}
