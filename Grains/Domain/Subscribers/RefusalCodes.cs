namespace Dialer.Domain.Subscribers;

/// <summary>Why a number was not dialed at the last moment: stable words of the timeline; nothing is spent.</summary>
public static class RefusalCodes
{
    public const string PhoneBusy = "phone_busy";
    public const string NotDue = "not_due";
    public const string Backoff = "backoff";
    public const string Window = "window";
    public const string Gap = "gap";
    public const string DoNotCall = "dnc";
    public const string CapDay = "cap_day";
    public const string CapWeek = "cap_week";
    public const string CapMonth = "cap_month";
    public const string CapHours = "cap_hours";
    public const string TokenLate = "token_late";
    public const string DriverRefused = "driver_refused";
    /// <summary>The store did not answer.</summary>
    public const string Storage = "storage";

    public const string CampaignChanged = "campaign_changed";
    public const string ChannelChanged = "channel_changed";

    /// <summary>How soon a phone that is in another call is looked at again.</summary>
    public static readonly TimeSpan BusyRetry = TimeSpan.FromSeconds(30);

    /// <summary>A refused job is looked at again at least this often.</summary>
    public static readonly TimeSpan LongestDeferral = TimeSpan.FromHours(1);
}
