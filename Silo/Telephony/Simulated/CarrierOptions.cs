using Dialer.Calls;
using Dialer.Channels;
using Dialer.Numbers;

namespace Dialer.Silo.Telephony.Simulated;

/// <summary>What is chosen when a simulated carrier is started (P44).</summary>
public sealed record CarrierOptions
{
    /// <summary>
    /// Loopback address <c>host:port</c> to listen on; port 0 = any free one. Only for a carrier that runs as its own process.
    /// Default: any free port of 127.0.0.1.
    /// </summary>
    public string Listen { get; init; } = "127.0.0.1:0";

    /// <summary>File of the carrier's own books, appended to; null = none. Costs one write before and one after each call.</summary>
    public string? Ledger { get; init; }

    /// <summary>Replaces the seed of every dialer's settings; null = theirs.</summary>
    public int? Seed { get; init; }

    /// <summary>Callees ring and talk this many times as fast, above 0 (the dialer's own limits stay as they are). Default 1.</summary>
    public double Speed { get; init; } = 1;

    /// <summary>
    /// How many calls that are over it remembers, to answer "what became of it" and to tell a second dial of the same id.
    /// More cost about 100 bytes each. Default 200,000.
    /// </summary>
    public int RememberedCalls { get; init; } = 200_000;

    /// <summary>How long it remembers them. Default 10 minutes.</summary>
    public TimeSpan RememberFor { get; init; } = TimeSpan.FromMinutes(10);

    /// <summary>How a call's script is found. Default: drawn by the settings' weights.</summary>
    public Func<SimulatedSettings, TryId, PhoneNumber, CallScript> Script { get; init; } = CallScript.Draw;
}
