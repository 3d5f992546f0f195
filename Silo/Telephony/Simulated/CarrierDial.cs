using Dialer.Calls;
using Dialer.Channels;
using Dialer.Numbers;

namespace Dialer.Silo.Telephony.Simulated;

/// <summary>One call as it comes to the carrier: what to dial, the dialer's limits, and how its outcome is drawn.</summary>
internal readonly record struct CarrierDial(TryId Id, PhoneNumber Phone, TimeSpan RingLimit, TimeSpan MaxTalk, SimulatedSettings Settings);
