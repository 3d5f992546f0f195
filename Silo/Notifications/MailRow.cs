using Dialer.Notifications;

namespace Dialer.Silo.Notifications;

/// <summary>One mail to one address. The key is the transition's: a campaign's epoch is written once.</summary>
internal readonly record struct MailKey(CampaignId Campaign, long Epoch, short Number);

/// <summary>A mail that waits.</summary>
/// <param name="Language">The campaign's; null = the installation's.</param>
/// <param name="NextAt">Not before; also the mark by which it is claimed.</param>
/// <param name="Tries">Attempts made.</param>
/// <param name="FirstTryAt">When the first one was made; none = none was.</param>
internal sealed record MailRow(
    MailKey Key, string To, MailKind Kind, string? Language, MailFacts Facts, UnixTime CreatedAt, UnixTime NextAt, int Tries, UnixTime FirstTryAt);
