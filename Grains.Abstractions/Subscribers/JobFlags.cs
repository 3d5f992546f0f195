namespace Dialer.Subscribers;

[Flags]
public enum JobFlags : byte
{
    None = 0,

    /// <summary>The phone has other jobs in this campaign: the subscriber must read them before it decides.</summary>
    Siblings = 1,

    /// <summary>Cancelled while live: the running call ends normally, nothing follows (P27).</summary>
    CancelRequested = 2,

    /// <summary>Came through the Calls API (only such jobs can be cancelled there).</summary>
    FromApi = 4,

    /// <summary>Some try of this job was technical and none was placed yet: decides between <c>notDone</c> and <c>technicalError</c>.</summary>
    HadErrors = 8,

    /// <summary>The last try's fate is unknown (P29): a real result of it that still arrives replaces that.</summary>
    LastUnknown = 16,

    /// <summary>The last try was put back (P12): its attempt is not unspent a second time.</summary>
    PutBack = 32,

    /// <summary>What the bot said in the last call is stored beside the row, and counts for its outcome (P26, P59).</summary>
    BotSpoke = 64,
}
