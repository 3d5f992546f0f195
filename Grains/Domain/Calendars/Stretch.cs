namespace Dialer.Domain.Calendars;

/// <summary>Instants <c>[From, To)</c> in Unix ms; lists of them are sorted and do not touch.</summary>
internal readonly record struct Stretch(long From, long To)
{
    /// <summary>What two lists have in common.</summary>
    public static List<Stretch> Intersect(List<Stretch> a, List<Stretch> b)
    {
        var common = new List<Stretch>(Math.Max(a.Count, b.Count));
        for (int i = 0, j = 0; i < a.Count && j < b.Count;)
        {
            var from = Math.Max(a[i].From, b[j].From);
            var to = Math.Min(a[i].To, b[j].To);
            if (from < to)
            {
                common.Add(new Stretch(from, to));
            }

            _ = a[i].To < b[j].To ? i++ : j++;
        }

        return common;
    }
}
