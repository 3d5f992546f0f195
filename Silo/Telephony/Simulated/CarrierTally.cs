namespace Dialer.Silo.Telephony.Simulated;

/// <summary>The carrier's own count since it began, for checks of I1 and I2.</summary>
/// <param name="Received">Calls taken.</param>
/// <param name="Ended">Calls that are over.</param>
/// <param name="Live">Calls that are up.</param>
/// <param name="MostLive">The most that were up at one instant.</param>
/// <param name="Repeated">Starts of a call id that had been taken before: each is a double dial.</param>
public readonly record struct CarrierTally(long Received, long Ended, int Live, int MostLive, long Repeated);
