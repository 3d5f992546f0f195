namespace Dialer.Campaigns;

/// <summary>Where a campaign stands (P9). Scheduled without a start instant is a draft.</summary>
public enum CampaignStatus : byte
{
    None = 0,
    Scheduled = 1,
    Running = 2,
    Paused = 3,

    /// <summary>Terminal: waiting jobs read as <c>notDone</c>.</summary>
    Finished = 4,

    /// <summary>Hidden at once, erased later (P57); its token keeps answering <c>deleted</c> (P16).</summary>
    Deleted = 5,
}
