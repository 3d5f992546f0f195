namespace Dialer.Gateway.Commands.Dial;

/// <summary>What <c>dial</c> was asked to do, as parsed; null = not given: the default, or what holds when a run is resumed.</summary>
internal sealed record DialRequest
{
    public required string List { get; init; }

    /// <summary><c>sim</c>, <c>sim:HOST:PORT</c> (a carrier process on this machine) or <c>sip:HOST:PORT[;transport=…]</c>.</summary>
    public string? Channel { get; init; }

    public string? Username { get; init; }

    public string? PasswordFile { get; init; }

    public string? CallerId { get; init; }

    public string? Bot { get; init; }

    public bool? NoBot { get; init; }

    public bool? NoProbe { get; init; }

    public bool? Trace { get; init; }

    public int? MaxCalls { get; init; }

    public int? CallsPerSecond { get; init; }

    public int? Attempts { get; init; }

    public int? PauseMinutes { get; init; }

    public int? RingSeconds { get; init; }

    public int? MaxCallSeconds { get; init; }

    public bool? AnyTime { get; init; }

    public string? TimeZone { get; init; }

    public string? Report { get; init; }

    public bool DryRun { get; init; }

    public bool Yes { get; init; }

    public bool Again { get; init; }

    /// <summary>Where the simulated carrier's own process listens; null = it runs inside this one.</summary>
    public string? CarrierEndpoint => Channel?.StartsWith("sim:", StringComparison.OrdinalIgnoreCase) == true ? Channel[4..] : null;

    public bool IsSip => Channel?.StartsWith("sip:", StringComparison.OrdinalIgnoreCase) == true;

    /// <summary>The bot is told of calls over HTTP, and no sound goes to it.</summary>
    public bool HasHttpBot => Bot is not null
        && (Bot.StartsWith("https:", StringComparison.OrdinalIgnoreCase) || Bot.StartsWith("http:", StringComparison.OrdinalIgnoreCase));

    /// <summary>The trunk that <c>--channel</c> names; null when it names none or cannot be read.</summary>
    public DialTrunk? Trunk => IsSip && DialTrunk.TryParse(Channel!, out var trunk) ? trunk : null;

    /// <summary>The password, from the file or the environment; null = none. Read once, before anything starts.</summary>
    public Secret? Password { get; init; }

    /// <summary>Options that were given and mean something to a SIP trunk only.</summary>
    public IEnumerable<string> SipOnly()
    {
        (string Option, string? Value)[] all = [("--bot", Bot), ("--username", Username), ("--password-file", PasswordFile), ("--caller-id", CallerId)];
        return all.Where(o => o.Value is not null).Select(o => o.Option);
    }
}
