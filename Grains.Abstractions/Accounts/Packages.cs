using Dialer.Campaigns;

namespace Dialer.Accounts;

/// <summary>What shall be left of each minute package from now on, in seconds (P46); null = unlimited.</summary>
[GenerateSerializer, Immutable, Alias("dialer.PackageLimits")]
public sealed record PackageLimits([property: Id(0)] long? TelephonySeconds, [property: Id(1)] long? SpeechSeconds)
{
    /// <summary>Over 30,000 years: more is a mistake.</summary>
    public const long MaxSeconds = 1_000_000_000_000;
}

/// <summary>A package as it was bought.</summary>
/// <param name="Granted">What may have been used in all, ever: what had been used by then and what was bought.</param>
/// <param name="Bought">What was left at that moment, in seconds.</param>
/// <param name="At">When it was bought.</param>
[GenerateSerializer, Immutable, Alias("dialer.PackageGrant")]
public sealed record PackageGrant([property: Id(0)] long Granted, [property: Id(1)] long Bought, [property: Id(2)] UnixTime At);

/// <summary>The packages as they are (P46).</summary>
[GenerateSerializer, Immutable, Alias("dialer.PackagesView")]
public sealed record PackagesView
{
    /// <summary>Seconds left, 0 at least; null = unlimited.</summary>
    [Id(0)] public long? TelephonyLeft { get; init; }

    [Id(1)] public long? SpeechLeft { get; init; }

    /// <summary>Seconds that were ever used, calls that are up included.</summary>
    [Id(2)] public required long TelephonyUsed { get; init; }

    [Id(3)] public required long SpeechUsed { get; init; }

    [Id(4)] public required UnixTime AsOf { get; init; }

    /// <summary>Rises with each purchase.</summary>
    [Id(5)] public required int Version { get; init; }
}

/// <summary>The packages that are used up, each as the cause that holds campaigns back (P12); null = not this one.</summary>
[GenerateSerializer, Immutable, Alias("dialer.PackageVerdict")]
public sealed record PackageVerdict([property: Id(0)] PauseCause? Telephony, [property: Id(1)] PauseCause? Speech)
{
    public static readonly PackageVerdict None = new(null, null);

    public bool IsNone => Telephony is null && Speech is null;
}
