using Dialer.Calls;
using Dialer.Numbers;

namespace Dialer.Subscribers;

/// <summary>
/// Frees the phone that a try held (P22), in the outcome's commit. A try that was not placed gives its start back (P58),
/// and so does one that failed technically before the phone rang.
/// </summary>
[GenerateSerializer, Immutable, Alias("dialer.PhoneRelease")]
public sealed record PhoneRelease(
    [property: Id(0)] PhoneNumber Phone,
    [property: Id(1)] TryId Try,
    [property: Id(2)] UnixTime EndedAt,
    [property: Id(3)] bool GiveBackStart,
    [property: Id(4)] UnixTime StartedAt);
