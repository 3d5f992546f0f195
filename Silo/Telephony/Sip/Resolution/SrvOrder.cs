using DnsClient.Protocol;

namespace Dialer.Silo.Telephony.Sip;

/// <summary>The order in which the servers of SRV records are tried (RFC 2782, "Weight").</summary>
internal static class SrvOrder
{
    /// <summary>
    /// The first <paramref name="most"/>: by priority, and within one drawn at random, each in proportion to its weight.
    /// </summary>
    /// <param name="random">A number from 0 to below its argument.</param>
    public static List<SrvRecord> Pick(IEnumerable<SrvRecord> records, int most, Func<int, int> random)
    {
        var order = new List<SrvRecord>(most);
        foreach (var priority in records.GroupBy(r => r.Priority).OrderBy(g => g.Key))
        {
            // those of weight 0 stand first, so that only the draw of 0 takes them
            var left = priority.OrderBy(r => r.Weight == 0 ? 0 : 1).ToList();
            while (left.Count > 0 && order.Count < most)
            {
                var index = Draw(left, random);
                order.Add(left[index]);
                left.RemoveAt(index);
            }
        }

        return order;
    }

    /// <summary>The first record whose running sum reaches a number drawn from 0 to the sum of all.</summary>
    private static int Draw(List<SrvRecord> left, Func<int, int> random)
    {
        var drawn = random(left.Sum(r => r.Weight) + 1);
        var sum = 0;
        return Math.Max(0, left.FindIndex(r => (sum += r.Weight) >= drawn));
    }
}
