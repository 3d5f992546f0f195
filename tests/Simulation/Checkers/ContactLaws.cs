using Dialer.Calls;
using Dialer.Campaigns;
using Dialer.Numbers;
using Dialer.Subscribers;
using Dialer.Tests.Calendars;

namespace Dialer.Tests.Simulation;

/// <summary>I4, P3, P4, P60: no start outside the window in force or the outer hours, judged by the slow and obvious way.</summary>
internal sealed class HoursLaw(DialerWorld world) : Law(world)
{
    public override void Stored(IntentFact fact)
    {
        var terms = World.TrueTerms(fact.Campaign.Id, fact.Campaign.Settings, fact.Channel.Settings, fact.Campaign.Status);
        var hours = new CalendarCase(terms, fact.Lane.Key.Zone, fact.Lane.Policy, fact.Before.NotAfter);
        Demand(hours.IsOpen(fact.At), "I4 hours", $"{fact.Try} starts at {fact.At}, zone '{fact.Lane.Key.Zone}', windows {fact.Campaign.Settings.CallingWindows}, not after {fact.Before.NotAfter}");
    }
}

/// <summary>P22, P38, P58: one call to a phone at a time, the gap between jobs, frequency caps, do-not-call.</summary>
internal sealed class ContactLaw(DialerWorld world) : Law(world)
{
    private readonly HashSet<PhoneNumber> doNotCall = [];
    private readonly Dictionary<PhoneNumber, (JobId Job, UnixTime At)> ends = [];
    private readonly Dictionary<PhoneNumber, List<(TryId Try, UnixTime At)>> starts = [];

    public override void DoNotCallAcknowledged(PhoneNumber phone) => doNotCall.Add(phone);

    public override void Stored(StepFact fact)
    {
        if (fact.Step.Try is not { } record)
        {
            return;
        }

        var phone = fact.Step.Row.Phone;
        var hasRung = World.Carrier.Calls.GetValueOrDefault(record.Try) is { HasRung: true };
        if (record.Class == CallClass.NotPlaced || (record.Class == CallClass.Technical && !hasRung))
        {
            starts.GetValueOrDefault(phone)?.RemoveAll(s => s.Try == record.Try);
        }
        else if (!fact.Step.ReplacesTry)
        {
            ends[phone] = (record.Try.Job, record.EndedAt);
        }
    }

    public override void Stored(IntentFact fact)
    {
        var phone = fact.Before.Phone;
        Demand(!doNotCall.Contains(phone), "I4 do-not-call", $"{fact.Try} calls {phone.Digits}, which is on the list");
        var care = World.Care;
        if (care.GapMinutes > 0 && ends.TryGetValue(phone, out var last) && last.Job != fact.Before.Id)
        {
            Demand(
                fact.At - last.At >= TimeSpan.FromMinutes(care.GapMinutes),
                "P22 gap",
                $"{fact.Try} at {fact.At} calls {phone.Digits}, where job {last.Job} ended at {last.At}");
        }

        if (!starts.TryGetValue(phone, out var list))
        {
            starts[phone] = list = [];
        }

        CheckCaps(fact, list);
        list.Add((fact.Try, fact.At));
    }

    public override void Dialed(DialFact fact)
    {
        var other = World.Carrier.Live.FirstOrDefault(c => c.Phone == fact.Command.To && c.Id != fact.Command.Id);
        Demand(other is null, "P22 one call at a time", $"{fact.Command.Id} calls {fact.Command.To.Digits}, which is in call {other?.Id}");
    }

    private void CheckCaps(IntentFact fact, List<(TryId Try, UnixTime At)> list)
    {
        var care = World.Care;
        var zone = fact.Lane.Key.Zone;
        var clock = zone.Length == 0 || zone.Contains('|', StringComparison.Ordinal) ? fact.Campaign.Settings.TimeZone : zone;
        if (care.CallsPerDay > 0)
        {
            var today = CalendarCase.Local(fact.At, clock).Date;
            var count = list.Count(s => CalendarCase.Local(s.At, clock).Date == today);
            Demand(count < care.CallsPerDay, "P58 calls a day", $"{fact.Try} is call {count + 1} to {fact.Before.Phone.Digits} on {today}");
        }

        if (care.CallsPerRollingHours > 0)
        {
            var count = list.Count(s => fact.At - s.At < TimeSpan.FromHours(care.RollingHours));
            Demand(count < care.CallsPerRollingHours, "P58 calls in hours", $"{fact.Try} is call {count + 1} to {fact.Before.Phone.Digits} within {care.RollingHours} h");
        }
    }
}
