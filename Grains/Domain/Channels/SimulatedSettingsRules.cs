using System.Globalization;
using Dialer.Channels;

namespace Dialer.Domain.Channels;

/// <summary>What settings of a simulated carrier must fulfil (P44), told field by field with the way to mend it.</summary>
public static class SimulatedSettingsRules
{
    /// <summary>The longest ring or talk time that can be drawn: a day.</summary>
    public const double MaxSeconds = 86_400;

    /// <summary>All that is wrong with the settings; empty = they can be used.</summary>
    public static IReadOnlyList<Refusal> Check(SimulatedSettings settings)
    {
        ArgumentNullException.ThrowIfNull(settings);
        var refusals = new List<Refusal>();
        (string Name, double Weight)[] weights =
        [
            ("answer", settings.Answer), ("busy", settings.Busy), ("noAnswer", settings.NoAnswer),
            ("reject", settings.Reject), ("nonexistent", settings.Nonexistent), ("error", settings.Error),
        ];
        foreach (var (name, weight) in weights)
        {
            if (!double.IsFinite(weight) || weight < 0)
            {
                refusals.Add(new Refusal(
                    "simulated_weight_invalid",
                    string.Create(CultureInfo.InvariantCulture, $"simulated.{name} is {weight}: a weight is zero or a positive number."),
                    Field: $"simulated.{name}"));
            }
        }

        if (refusals.Count == 0 && !(weights.Sum(w => w.Weight) is > 0 and < double.PositiveInfinity))
        {
            refusals.Add(new Refusal(
                "simulated_weights_zero",
                "All weights of the simulated carrier are zero, so no call could have an outcome: give at least one of answer, busy, "
                + "noAnswer, reject, nonexistent, error a positive number.",
                Field: "simulated.answer"));
        }

        CheckRange(refusals, "simulated.ringSeconds", settings.RingSeconds);
        CheckRange(refusals, "simulated.talkSeconds", settings.TalkSeconds);
        if (settings.Endpoint is { } endpoint && !LoopbackAddress.TryParse(endpoint, allowPortZero: false, out _))
        {
            refusals.Add(new Refusal(
                "simulated_endpoint_not_loopback",
                $"simulated.endpoint is '{endpoint}': give a loopback address with a port, such as 127.0.0.1:5099.",
                Field: "simulated.endpoint"));
        }

        return refusals;
    }

    private static void CheckRange(List<Refusal> refusals, string field, SecondsRange range)
    {
        if (!(range.Min >= 0 && range.Min <= range.Max && range.Max <= MaxSeconds))
        {
            refusals.Add(new Refusal(
                "simulated_range_invalid",
                string.Create(CultureInfo.InvariantCulture, $"{field} is {range.Min}–{range.Max}: give 0 ≤ min ≤ max ≤ {MaxSeconds} seconds."),
                Field: field));
        }
    }
}
