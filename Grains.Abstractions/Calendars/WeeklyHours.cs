using System.Text.Json.Serialization;

namespace Dialer.Calendars;

/// <summary>
/// The hours of a week in which calls may start: for each day (Monday first) its windows, sorted and not overlapping.
/// A day without windows is a day without calls. Judged in the zone that P4 names.
/// </summary>
[GenerateSerializer, Immutable, Alias("dialer.WeeklyHours")]
[JsonConverter(typeof(WeeklyHoursJson))]
public sealed class WeeklyHours : IEquatable<WeeklyHours>
{
    /// <summary>Wire names of the days, in the order of <see cref="Days"/>.</summary>
    public static readonly IReadOnlyList<string> DayNames = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"];

    /// <summary>The default of P3: Monday to Friday, 09:00–18:00.</summary>
    public static readonly WeeklyHours Default = EachDay(new MinuteRange(9 * 60, 18 * 60), day => day < 5);

    /// <summary>No limit at all.</summary>
    public static readonly WeeklyHours Always = EachDay(MinuteRange.WholeDay, _ => true);

    [Id(0)]
    private readonly MinuteRange[][] days;

    /// <param name="days">Seven days, Monday first. Sorts each day's windows.</param>
    /// <exception cref="ArgumentException">Not seven days, an invalid window, or windows of one day that overlap.</exception>
    public WeeklyHours(IReadOnlyList<IReadOnlyList<MinuteRange>> days)
    {
        ArgumentNullException.ThrowIfNull(days);
        if (days.Count != 7)
        {
            throw new ArgumentException("A week has seven days.", nameof(days));
        }

        this.days = [.. days.Select(Sorted)];
    }

    public IReadOnlyList<IReadOnlyList<MinuteRange>> Days => days;

    /// <summary>Whether no call may ever start.</summary>
    [JsonIgnore]
    public bool IsEmpty => days.All(d => d.Length == 0);

    public static WeeklyHours EachDay(MinuteRange range, Func<int, bool> isDay)
    {
        ArgumentNullException.ThrowIfNull(isDay);
        return new([.. Enumerable.Range(0, 7).Select(d => isDay(d) ? new[] { range } : [])]);
    }

    /// <summary>Whether windows of one day overlap; touching windows do not.</summary>
    public static bool Overlap(IEnumerable<MinuteRange> windows)
    {
        var last = short.MinValue;
        foreach (var window in windows.OrderBy(w => w.From))
        {
            if (window.From < last)
            {
                return true;
            }

            last = window.To;
        }

        return false;
    }

    public bool Equals(WeeklyHours? other) =>
        other is not null && days.Zip(other.days).All(pair => pair.First.AsSpan().SequenceEqual(pair.Second));

    public override bool Equals(object? obj) => Equals(obj as WeeklyHours);

    public override int GetHashCode()
    {
        var hash = new HashCode();
        foreach (var day in days)
        {
            hash.Add(day.Length);
            foreach (var window in day)
            {
                hash.Add(window);
            }
        }

        return hash.ToHashCode();
    }

    public override string ToString() =>
        string.Join(' ', days.Select((d, i) => d.Length == 0 ? null : $"{DayNames[i]} {string.Join(',', d)}").OfType<string>());

    private static MinuteRange[] Sorted(IReadOnlyList<MinuteRange> day)
    {
        var sorted = day.OrderBy(w => w.From).ToArray();
        if (sorted.Any(w => !w.IsValid))
        {
            throw new ArgumentException("A window must have 00:00 ≤ from < to ≤ 24:00.", nameof(day));
        }

        if (Overlap(sorted))
        {
            throw new ArgumentException("The windows of one day must not overlap.", nameof(day));
        }

        return sorted;
    }
}
