namespace Dialer.Silo.Telephony.Sip;

/// <summary>What a TCP or TLS connection may take its time for.</summary>
internal sealed record StreamLimits
{
    /// <summary>Until it is there, TLS included.</summary>
    public TimeSpan Connect { get; init; } = TimeSpan.FromSeconds(4);

    /// <summary>Until a message that was begun has come in whole, or one of ours is taken.</summary>
    public TimeSpan Message { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>Until the first message on a connection that others opened; who was silent for longer makes room when there is none.</summary>
    public TimeSpan Silence { get; init; } = TimeSpan.FromSeconds(30);
}
