namespace Dialer.Gateway.Commands.Dial;

/// <summary>What <c>dial</c> was asked to do, as parsed; null = not given.</summary>
internal sealed record DialRequest
{
    public required string List { get; init; }

    /// <summary><c>sim</c>, <c>sim:HOST:PORT</c> (a carrier process on this machine) or <c>sip:HOST:PORT[;transport=…]</c>.</summary>
    public string Channel { get; init; } = "sim";

    public string? Username { get; init; }

    public string? PasswordFile { get; init; }

    public string? CallerId { get; init; }

    public string? Bot { get; init; }

    public bool NoBot { get; init; }

    public int? MaxCalls { get; init; }

    public int? CallsPerSecond { get; init; }

    public int Attempts { get; init; } = 1;

    public int PauseMinutes { get; init; } = 30;

    public int RingSeconds { get; init; } = 40;

    public int MaxCallSeconds { get; init; } = 600;

    public bool AnyTime { get; init; }

    public string? TimeZone { get; init; }

    public string? Report { get; init; }

    public bool DryRun { get; init; }

    public bool Yes { get; init; }

    public bool Again { get; init; }

    /// <summary>Where the simulated carrier's own process listens; null = it runs inside this one.</summary>
    public string? CarrierEndpoint => Channel.StartsWith("sim:", StringComparison.OrdinalIgnoreCase) ? Channel[4..] : null;

    public bool IsSip => Channel.StartsWith("sip:", StringComparison.OrdinalIgnoreCase);
}
