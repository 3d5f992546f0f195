namespace Dialer.Silo.Telephony.Simulated;

/// <summary>What the carrier knows of a call.</summary>
public enum CarrierFate
{
    /// <summary>It never came, or ended so long ago that it is forgotten.</summary>
    Unknown = 0,
    Live = 1,
    Ended = 2,
}
