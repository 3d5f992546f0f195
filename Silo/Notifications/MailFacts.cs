using Dialer.Campaigns;

namespace Dialer.Silo.Notifications;

/// <summary>What a mail tells, as it was when the transition was written.</summary>
internal sealed record MailFacts
{
    public required string Name { get; init; }

    /// <summary>IANA zone in which instants are told.</summary>
    public required string TimeZone { get; init; }

    public required UnixTime At { get; init; }

    public string? Actor { get; init; }

    public IReadOnlyList<PauseCause> Causes { get; init; } = [];

    public int Total { get; init; }

    public int Processed { get; init; }

    public int Answered { get; init; }
}
