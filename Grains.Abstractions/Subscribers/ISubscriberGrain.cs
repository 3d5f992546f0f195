using Dialer.Bots;
using Dialer.Calls;
using Dialer.Numbers;

namespace Dialer.Subscribers;

/// <summary>
/// One phone number within one campaign: owns its attempt counter, error streak, backoff and the one live call, and is the
/// sole writer of its job, try and series rows. Not active while it only waits. Key: <see cref="SubscriberKey"/>.
/// </summary>
[Alias("dialer.ISubscriberGrain")]
public interface ISubscriberGrain : IGrainWithStringKey
{
    /// <summary>Judges the row, stores the intent, dials. Answers when the call has left or will not.</summary>
    [Alias("Admit")]
    Task<AdmissionAnswer> AdmitAsync(Admission admission);

    /// <summary>A fact about its call. Throws when it could not be stored: the caller keeps it and comes again.</summary>
    [Alias("OnCall")]
    Task OnCallAsync(CallEvent callEvent);

    /// <summary>
    /// What the bot of a call said (P26, P41, P59): taken while the call is up, on disk when this answers, and up to
    /// <see cref="BotAnswer.OpenAfterEnd"/> after its end, when it amends the result. The same again changes nothing. Throws when it could
    /// not be stored.
    /// </summary>
    [Alias("BotSaid")]
    Task<BotAnswer> BotSaidAsync(TryId id, BotReply reply);

    /// <summary>
    /// A bot was late, failed or said what cannot be read: noted in the timeline of the call's job, as <see cref="JobNote.BotFault"/>, while
    /// <see cref="BotSaidAsync"/> would take a reply. Holds no secret and nothing personal; cut to 200 characters.
    /// </summary>
    [Alias("BotFault")]
    Task BotFaultAsync(TryId id, string fault);

    /// <summary>
    /// Settles a live row whose silo is gone or whose driver does not know it (P29, P30). True when the row is settled or was
    /// settled already; false when the call may still be up and its longest time has not passed.
    /// </summary>
    [Alias("Settle")]
    Task<bool> SettleAsync(JobRow row, bool knownOver);

    /// <summary>Cancels jobs of this phone (P27): all that are not final, or only those named. Answers those cancelled.</summary>
    [Alias("Cancel")]
    Task<IReadOnlyList<JobId>> CancelAsync(IReadOnlyList<JobId>? jobs, EndReason reason);

    /// <summary>Ends waiting jobs that can never be called any more: expired, attempts lowered, zone unknown.</summary>
    [Alias("Expire")]
    Task ExpireAsync(JobRow row);

    /// <summary>Undoes a suspicious outcome (P12): the job waits again, the attempt unspent. Nothing if a later try began.</summary>
    [Alias("PutBack")]
    Task<bool> PutBackAsync(TryId id);

    /// <summary>A row in backoff is due: what the reminder does, for the sweep of lost reminders.</summary>
    [Alias("Wake")]
    Task WakeAsync();
}

/// <summary>Key of a subscriber grain: <c>campaign/phone</c>. Holds a phone number: never log it.</summary>
public static class SubscriberKey
{
    public static string Of(CampaignId campaign, PhoneNumber phone) =>
        string.Create(System.Globalization.CultureInfo.InvariantCulture, $"{campaign.Value}/{phone.Value}");

    public static (CampaignId Campaign, PhoneNumber Phone) Parse(string key)
    {
        ArgumentNullException.ThrowIfNull(key);
        var slash = key.IndexOf('/', StringComparison.Ordinal);
        if (slash < 0
            || !CampaignId.TryParse(key[..slash], out var campaign)
            || !long.TryParse(key.AsSpan(slash + 1), System.Globalization.CultureInfo.InvariantCulture, out var phone))
        {
            throw new ArgumentException("A subscriber key is campaign/phone.", nameof(key));
        }

        return (campaign, new PhoneNumber(phone));
    }
}
