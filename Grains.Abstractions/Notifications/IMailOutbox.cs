namespace Dialer.Notifications;

/// <summary>The e-mails that wait for the mail server (P17), for those who look after them.</summary>
public interface IMailOutbox
{
    /// <summary>How many of the mails that were given up are listed.</summary>
    const int MaxGivenUp = 50;

    Task<MailboxState> ReadStateAsync();
}

/// <summary>How the mails are.</summary>
/// <param name="Waiting">Not yet taken by the mail server.</param>
/// <param name="Oldest">Since when the oldest of them waits; none = none waits.</param>
/// <param name="LastError">What the server, or the way to it, said last of one that waits or was given up; null = nothing.</param>
/// <param name="LastErrorAt">When.</param>
/// <param name="GivenUp">Those that no further attempt is made for, newest first, at most <see cref="IMailOutbox.MaxGivenUp"/>.</param>
public sealed record MailboxState(int Waiting, UnixTime Oldest, string? LastError, UnixTime LastErrorAt, IReadOnlyList<GivenUpMail> GivenUp);

/// <summary>A mail that the server does not take.</summary>
public sealed record GivenUpMail(CampaignId Campaign, MailKind Kind, string To, UnixTime At, string Error);
