using Dialer.Calls;
using Dialer.Numbers;

namespace Dialer.Silo.Telephony.Simulated;

/// <summary>A call that is up at the carrier, by the carrier's own account.</summary>
public readonly record struct CarrierLiveCall(TryId Id, PhoneNumber Phone, bool IsAnswered, UnixTime StartedAt);
