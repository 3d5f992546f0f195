using Dialer.Accounts;
using Dialer.Calls;
using Dialer.Domain.Calendars;
using Dialer.Domain.Subscribers;
using Dialer.Numbers;

namespace Dialer.Domain.Phones;

/// <summary>What an intent asks of the phone it wants to dial.</summary>
/// <param name="Zone">Key of the zone as found, for local days of the caps; empty = <paramref name="CampaignZone"/>.</param>
public sealed record PhoneRequest(PhoneNumber Phone, TryId Try, CareSettings Care, string Zone, string CampaignZone);

/// <summary>
/// The last gate before a call (P22, P38, P58), judged in the intent's transaction on the phone's row: the phone is free, not on
/// do-not-call, rested, below its caps.
/// </summary>
public static class IntentGate
{
    /// <summary>Null = pass; else the reason and when it may be tried again (never, for do-not-call).</summary>
    public static (string Reason, UnixTime NextAt)? Check(PhoneRow? phone, PhoneRequest request, UnixTime now)
    {
        ArgumentNullException.ThrowIfNull(request);
        if (phone is null)
        {
            return null;
        }

        if (phone.DoNotCall)
        {
            return (RefusalCodes.DoNotCall, UnixTime.Never);
        }

        if (phone.IsLive)
        {
            return (RefusalCodes.PhoneBusy, now + RefusalCodes.BusyRetry);
        }

        var rested = phone.LastEnd + TimeSpan.FromMinutes(request.Care.GapMinutes);
        if (request.Care.GapMinutes > 0 && phone.LastJob != request.Try.Job && !phone.LastEnd.IsNone && rested > now)
        {
            return (RefusalCodes.Gap, rested);
        }

        var caps = FrequencyCaps.Check(request.Care, CallStarts.Decode(phone.Starts), request.Zone, request.CampaignZone, now);
        return caps.IsAllowed ? null : (Code(caps.Cap), caps.Until);
    }

    /// <summary>The phone's row once the intent holds it; a start counts from here (P58).</summary>
    public static PhoneRow Take(PhoneRow? phone, PhoneRequest request, UnixTime now)
    {
        ArgumentNullException.ThrowIfNull(request);
        var row = phone ?? new PhoneRow { Phone = request.Phone };
        return row with
        {
            LiveTry = request.Try,
            Starts = request.Care.HasCaps ? CallStarts.Decode(row.Starts).Add(now).Encode() : row.Starts,
            Version = row.Version + 1,
        };
    }

    /// <summary>The phone's row once the try is over; null when another try holds it by now.</summary>
    public static PhoneRow? Release(PhoneRow phone, Dialer.Subscribers.PhoneRelease release)
    {
        ArgumentNullException.ThrowIfNull(phone);
        ArgumentNullException.ThrowIfNull(release);
        if (phone.LiveTry != release.Try)
        {
            return null;
        }

        return phone with
        {
            LiveTry = default,
            // a try that was not placed is no contact: it keeps no one waiting
            LastJob = release.GiveBackStart ? phone.LastJob : release.Try.Job,
            LastEnd = release.GiveBackStart ? phone.LastEnd : release.EndedAt,
            Starts = release.GiveBackStart ? CallStarts.Decode(phone.Starts).TakeBack(release.StartedAt).Encode() : phone.Starts,
            Version = phone.Version + 1,
        };
    }

    private static string Code(CapKind cap) => cap switch
    {
        CapKind.Day => RefusalCodes.CapDay,
        CapKind.Week => RefusalCodes.CapWeek,
        CapKind.Month => RefusalCodes.CapMonth,
        _ => RefusalCodes.CapHours,
    };
}
