using System.Globalization;
using Dialer.PhoneLists;

namespace Dialer.Gateway.Commands.Dial;

/// <summary>What an operator sees before saying yes, and what <c>--dry-run</c> shows.</summary>
internal static class DialSummary
{
    public static IEnumerable<string> Of(DialPlan plan, PhoneListSummary list, int done, string country)
    {
        var people = list.Accepted - done;
        var now = TimeProvider.System.GetUtcNow();
        var zone = plan.Campaign.TimeZone;
        var estimate = DialEstimate.Of(plan.Campaign, people, plan.Channel.CallsPerSecond, now);
        var end = estimate.End is { } at ? $"about {DialEstimate.Text(at, zone, now)}" : "not within a year";
        yield return Text($"People to call   {people}   ({(done > 0 ? Text($"{done} are done, ") : "")}rejected rows {list.Rejected}, duplicates {list.Duplicates})");
        yield return $"Trunk            {plan.Carrier}";
        if (plan.Channel.Sip is { } sip)
        {
            yield return $"May be called    {sip.DestinationPrefixes ?? $"numbers of {country} but no premium numbers (--Dialer:Country)"}";
            yield return $"Shown to them    {sip.CallerId ?? "no number (--caller-id)"}";
            yield return $"Bot              {(plan.Channel.Scenario.IsNone ? "none: they hear silence" : plan.BotText)}";
        }

        yield return Text($"At once          {plan.Campaign.MaxSimultaneousCalls}   attempts {plan.Campaign.Attempts.Initial}");
        yield return $"Hours            {plan.Hours}";
        yield return $"First call       {(estimate.FirstCall <= now ? "now" : DialEstimate.Text(estimate.FirstCall, zone, now))}";
        yield return $"Expected end     {end}, if a call takes {DialEstimate.UsualCallSeconds} s on average";
    }

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
