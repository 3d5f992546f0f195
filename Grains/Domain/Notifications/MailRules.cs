using Dialer.Campaigns;
using Dialer.Notifications;

namespace Dialer.Domain.Notifications;

/// <summary>Which transitions are told by e-mail (P17), and when one is tried again.</summary>
public static class MailRules
{
    /// <summary>No longer pause between two attempts at one mail.</summary>
    public static readonly TimeSpan LongestPause = TimeSpan.FromMinutes(15);

    private static readonly TimeSpan FirstPause = TimeSpan.FromSeconds(2);

    /// <param name="before">The status that the transition left.</param>
    /// <param name="startedAt">When the campaign first ran; none = never.</param>
    /// <param name="transition">The machine's word for it.</param>
    /// <param name="actor">Who asked for it; null = it came by itself.</param>
    /// <param name="causes">All that hold after it.</param>
    public static MailKind KindOf(CampaignStatus before, UnixTime startedAt, string transition, string? actor, IReadOnlyList<PauseCause> causes) => transition switch
    {
        "paused" => MailKind.PausedByPerson,
        "paused_automatically" => causes.Count > 0 && causes.All(IsLimit) ? MailKind.PausedByLimit : MailKind.PausedByTechnicalError,
        "finished" when actor is not null => MailKind.FinishedByPerson,
        // deleting a running campaign finishes it first (P16)
        "deleted" when actor is not null && !startedAt.IsNone && before is CampaignStatus.Running or CampaignStatus.Paused => MailKind.FinishedByPerson,
        _ => MailKind.None,
    };

    /// <summary>The pause after so many attempts: 2 s, then twice as long each time.</summary>
    public static TimeSpan PauseAfter(int attempts)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(attempts, 1);
        return attempts > 12 ? LongestPause : TimeSpan.FromTicks(Math.Min(LongestPause.Ticks, FirstPause.Ticks << (attempts - 1)));
    }

    private static bool IsLimit(PauseCause cause) => cause.Code is PauseCodes.TelephonyMinutes or PauseCodes.SpeechMinutes;
}
