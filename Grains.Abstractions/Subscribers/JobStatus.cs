namespace Dialer.Subscribers;

/// <summary>Where a job stands (I3: exactly one of these; a live job is "dialing" until its answer is stored, then "in a call").</summary>
public enum JobStatus : byte
{
    None = 0,
    Waiting = 1,

    /// <summary>A try is in progress: its intent is stored, its outcome is not. Holds a permit (P2).</summary>
    Live = 2,

    /// <summary>Held by the technical-error backoff (P8), outside the dispatch index.</summary>
    Backoff = 3,
    Final = 4,
}
