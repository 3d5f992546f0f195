using Dialer.Channels;

namespace Dialer.Domain.Channels;

/// <summary>What settings of a channel must hold (P39, P44): every fault at once, each naming its field and the mend.</summary>
public static class ChannelRules
{
    public static IReadOnlyList<Refusal> Check(ChannelSettings settings)
    {
        ArgumentNullException.ThrowIfNull(settings);
        var faults = new List<Refusal>();
        void Demand(bool holds, string field, string text)
        {
            if (!holds)
            {
                faults.Add(new Refusal("invalid_setting", text, Field: field));
            }
        }

        Demand(settings.Name.Trim().Length is >= 1 and <= 200, "name", "A name has 1 to 200 characters.");
        Demand(PlainTexts.IsPlain(settings.Name), "name", "A name has no control characters; leave them out.");
        Demand(settings.Lines is >= 1 and <= 1_000_000, "lines", "At least 1 line.");
        Demand(settings.CallsPerSecond is >= 0 and <= 1_000_000, "callsPerSecond", "Calls per second are 1 or more; 0 = no limit.");
        Demand(settings.RingTimeoutSeconds is >= 5 and <= 300, "ringTimeoutSeconds", "The ring timeout is 5 to 300 seconds.");
        Demand(settings.MaxCallSeconds is >= 1 and <= 14_400, "maxCallSeconds", "The longest call is 1 to 14400 seconds.");
        Demand(
            settings.Billing is { First: >= 1 and <= BillingStep.MaxSeconds, Step: >= 1 and <= BillingStep.MaxSeconds },
            "billing",
            "The billing step is {first, step}, each 1 to 3600 seconds: 60 and 60 for whole minutes.");
        Demand(settings.Kind is ChannelKind.Simulated or ChannelKind.Sip, "kind", "The kind is simulated or sip.");
        if (settings.Kind == ChannelKind.Simulated)
        {
            faults.AddRange(SimulatedSettingsRules.Check(settings.Simulated ?? new SimulatedSettings()));
        }

        if (settings.Kind == ChannelKind.Sip)
        {
            faults.AddRange(settings.Sip is null
                ? [new Refusal("invalid_setting", "A SIP channel needs its trunk: at least sip.host.", Field: "sip")]
                : SipSettingsRules.Check(settings.Sip));
        }

        faults.AddRange(ScenarioRules.Check(settings.Scenario));
        return faults;
    }
}
