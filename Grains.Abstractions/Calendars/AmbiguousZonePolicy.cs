namespace Dialer.Calendars;

/// <summary>What a campaign does with numbers whose zone is not certain (P4).</summary>
public enum AmbiguousZonePolicy : byte
{
    /// <summary>The campaign's window in its own zone, cut to the outer hours of P60 in every candidate zone. The default.</summary>
    SafeHours = 0,

    /// <summary>The campaign's zone, as if the number were there. The operator was told the latest local hour and confirmed.</summary>
    CampaignZone = 1,

    /// <summary>The window itself must be open in every candidate zone.</summary>
    Strict = 2,

    /// <summary>Such a job ends <c>notDone</c>, reason <c>zone_unknown</c>.</summary>
    SkipAndReport = 3,
}
