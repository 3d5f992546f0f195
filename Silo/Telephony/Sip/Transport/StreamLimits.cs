namespace Dialer.Silo.Telephony.Sip;

/// <summary>What TCP and TLS connections may take: time, and how many there may be.</summary>
internal sealed record StreamLimits
{
    /// <summary>Until it is there, TLS included.</summary>
    public TimeSpan Connect { get; init; } = TimeSpan.FromSeconds(4);

    /// <summary>Until a message that was begun has come in whole, or one of ours is taken.</summary>
    public TimeSpan Message { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>
    /// Until the first message on a connection that others opened. Who was silent for longer makes room when there is none; before that
    /// who was there for longer and brought no message of any call.
    /// </summary>
    public TimeSpan Silence { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>Connections from one address, of IPv6 from one network of 64 bits: one host must not keep all others out.</summary>
    public int PerAddress { get; init; } = 50;

    /// <summary>Connections that we open because far sides named an address of theirs.</summary>
    public int Contacts { get; init; } = 500;

    /// <summary>One of those over which nothing went for so long is closed: the next message opens it again.</summary>
    public TimeSpan Idle { get; init; } = TimeSpan.FromMinutes(10);
}
