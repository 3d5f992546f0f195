namespace Dialer.Access;

/// <summary>Who changed what (P52). An entry is written before the change is made, and completed with what came of it.</summary>
public interface IAuditLog
{
    /// <summary>Answers the entry's id.</summary>
    Task<long> BeginAsync(AuditEntry entry);

    /// <param name="id">Of the entry.</param>
    /// <param name="status">HTTP status that the change was answered with.</param>
    /// <param name="target">What was changed, if that is known only now.</param>
    Task EndAsync(long id, int status, string? target);

    /// <summary>Newest first.</summary>
    /// <param name="before">Only entries with a lower id; 0 = from the newest.</param>
    /// <param name="limit">At most so many.</param>
    Task<IReadOnlyList<AuditEntry>> ReadAsync(long before, int limit);
}

/// <summary>One change.</summary>
public sealed record AuditEntry
{
    public long Id { get; init; }

    public required UnixTime At { get; init; }

    /// <summary>Name of the key, or what else asked for it.</summary>
    public required string Actor { get; init; }

    /// <summary>What no other actor has: the key's id, or <c>oidc:</c> and the person's subject; empty = asked by a token or at the terminal.</summary>
    public string ActorId { get; init; } = "";

    /// <summary>Name of the operation.</summary>
    public required string Action { get; init; }

    /// <summary>Id of what was changed; empty = not known. Phones stand as a hash.</summary>
    public required string Target { get; init; }

    /// <summary>HTTP status of the answer; 0 = the process ended before it was known.</summary>
    public int Status { get; init; }
}
