namespace Dialer.Silo.Telephony.Simulated;

/// <summary>The ways a simulated call ends (P40, P44). What each means to the dialer stands in <see cref="CallEndingFacts"/>.</summary>
public enum CallEnding : byte
{
    None = 0,

    /// <summary>Answered; the callee hung up when the talk was over.</summary>
    CalleeHungUp = 1,

    /// <summary>Answered; we hung up.</summary>
    HungUp = 2,

    /// <summary>Answered; the longest call allowed was reached.</summary>
    TalkLimit = 3,

    /// <summary>Answered; the trunk died during the talk.</summary>
    Cut = 4,
    Busy = 5,
    Rejected = 6,

    /// <summary>Rang; the network gave up.</summary>
    NoAnswer = 7,

    /// <summary>Rang; our own ring timeout was reached.</summary>
    RingLimit = 8,
    Nonexistent = 9,

    /// <summary>A technical failure of this one call, drawn by its weight: says nothing about the trunk.</summary>
    Error = 10,

    /// <summary>The trunk is dead.</summary>
    TrunkDown = 11,

    /// <summary>We hung up before the answer.</summary>
    Cancelled = 12,

    /// <summary>The carrier knows this call id already, or was told that it will never come: no second call.</summary>
    Repeated = 13,

    /// <summary>The carrier could not write the call into its books, so it did not take it.</summary>
    BooksFailed = 14,

    /// <summary>Said by the driver: there is no link to the carrier; nothing left.</summary>
    NoLink = 15,

    /// <summary>Said by the driver: the link broke and the carrier confirmed that the call had not come.</summary>
    NeverArrived = 16,

    /// <summary>Said by the driver: what became of the call cannot be learned.</summary>
    Lost = 17,
}
