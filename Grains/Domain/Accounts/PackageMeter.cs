using System.Globalization;
using Dialer.Accounts;
using Dialer.Campaigns;

namespace Dialer.Domain.Accounts;

/// <summary>
/// The minute packages (P46): what is used, live calls included, what is left of what was bought, and which packages hold campaigns back.
/// </summary>
public static class PackageMeter
{
    /// <summary>
    /// Live calls count for what they cost at least if they ended now: their talk so far and, however short, the first step of each.
    /// </summary>
    public static PackageUse Measure(PackageReading reading)
    {
        ArgumentNullException.ThrowIfNull(reading);
        var use = new PackageUse(reading.BilledSeconds, reading.SpeechSeconds);
        foreach (var talk in reading.Live)
        {
            // a silo's clock may be behind that of the silo that told of the answer
            var seconds = Math.Max(0, (long)talk.Elapsed.TotalSeconds);
            use = new PackageUse(
                use.Telephony + Math.Max(seconds, (long)talk.Calls * talk.Billing.First),
                use.Speech + (talk.HasBot ? seconds : 0));
        }

        return use;
    }

    /// <summary>Seconds left; null = unlimited; below 0 by what ended after the package was used up.</summary>
    public static long? Left(PackageGrant? grant, long used) => grant is null ? null : grant.Granted - used;

    /// <summary>A package of which so much shall be left from now on.</summary>
    public static PackageGrant? Buy(long? seconds, long used, UnixTime now) => seconds is { } bought ? new PackageGrant(used + bought, bought, now) : null;

    /// <summary>What is wrong with a purchase.</summary>
    public static IReadOnlyList<Refusal> Check(PackageLimits limits)
    {
        ArgumentNullException.ThrowIfNull(limits);
        return [.. new[] { ("telephonySeconds", limits.TelephonySeconds), ("speechSeconds", limits.SpeechSeconds) }
            .Where(l => l.Item2 is < 0 or > PackageLimits.MaxSeconds)
            .Select(l => new Refusal("invalid_setting", $"Seconds are 0 to {PackageLimits.MaxSeconds}, or null for unlimited.", Field: l.Item1))];
    }

    /// <summary>Which packages are used up. A cause that held before is told as it was: since when, and what was found then.</summary>
    public static PackageVerdict Judge(PackageGrant? telephony, PackageGrant? speech, PackageUse use, PackageVerdict former, UnixTime now)
    {
        ArgumentNullException.ThrowIfNull(former);
        return new PackageVerdict(
            Judge(telephony, use.Telephony, PauseCodes.TelephonyMinutes, "telephony", former.Telephony, now),
            Judge(speech, use.Speech, PauseCodes.SpeechMinutes, "speech", former.Speech, now));
    }

    private static PauseCause? Judge(PackageGrant? grant, long used, string code, string name, PauseCause? former, UnixTime now)
    {
        if (grant is null || Left(grant, used) > 0)
        {
            return null;
        }

        if (former is not null && former.Since >= grant.At)
        {
            return former;
        }

        var since = used - (grant.Granted - grant.Bought);
        return new PauseCause(
            code,
            $"The {name} minutes are used up: {Amount(grant.Bought)} bought at {Instant(grant.At)}, {Amount(since)} used by {Instant(now)}. Buy more, then resume.",
            now,
            $"bought {Amount(grant.Bought)}, used {Amount(since)}");
    }

    private static string Amount(long seconds) => seconds < 120
        ? string.Create(CultureInfo.InvariantCulture, $"{seconds} s")
        : string.Create(CultureInfo.InvariantCulture, $"{seconds / 60} min{(seconds % 60 == 0 ? "" : $" {seconds % 60} s")}");

    private static string Instant(UnixTime at) => at.ToDateTimeOffset().ToString("yyyy-MM-dd HH:mm 'UTC'", CultureInfo.InvariantCulture);
}
