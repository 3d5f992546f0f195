using CsCheck;
using Dialer.Domain.Numbers;
using Dialer.Numbers;

namespace Dialer.Tests.Numbers;

/// <summary>P4: the number-range table.</summary>
public class NumberRangesTests
{
    // synthetic: these ranges belong to nobody in particular
    private static readonly string[] Sample =
    [
        "# prefix or range of prefixes, then the zone",
        "",
        "7401            Europe/Kaliningrad",
        "7900200-7900349 Asia/Yekaterinburg",
        "79141000000-79141099999;Asia/Yakutsk|Asia/Vladivostok # one region, two clocks",
        "7977,+03:00",
        "79002100\tAsia/Omsk",
    ];

    [Theory]
    [InlineData(74012531234, "Europe/Kaliningrad")]
    [InlineData(79001999999, null)]
    [InlineData(79002000000, "Asia/Yekaterinburg")]
    [InlineData(79003499999, "Asia/Yekaterinburg")]
    [InlineData(79003500000, null)]
    [InlineData(79002100123, "Asia/Omsk")]
    [InlineData(79002101123, "Asia/Yekaterinburg")]
    [InlineData(79141050000, "Asia/Vladivostok|Asia/Yakutsk")]
    [InlineData(79771234567, "+03:00")]
    [InlineData(7401, "Europe/Kaliningrad")]
    [InlineData(74, null)]
    [InlineData(999999999999999, null)]
    public void Table_FindsTheRange(long phone, string? zone)
    {
        var table = NumberRangesParser.Parse(Sample);
        Assert.True(table.IsDone);
        Assert.Equal(zone, table.Value.Find(new PhoneNumber(phone)));
    }

    [Theory]
    [InlineData("7401")]
    [InlineData("7401 Moscow")]
    [InlineData("74a1 Europe/Moscow")]
    [InlineData("+7401 Europe/Moscow")]
    [InlineData("0401 Europe/Moscow")]
    [InlineData("7401- Europe/Moscow")]
    [InlineData("7401-75 Europe/Moscow")]
    [InlineData("7402-7401 Europe/Moscow")]
    [InlineData("1234567890123456 Europe/Moscow")]
    [InlineData("7401 Europe/Moscow|")]
    [InlineData("7401 Europe/Moscow|Mars/Base")]
    public void BadLine_IsNamed(string line)
    {
        var table = NumberRangesParser.Parse(["# head", line]);
        Assert.False(table.IsDone);
        Assert.StartsWith("Line 2: ", table.Refusal.Text, StringComparison.Ordinal);
    }

    [Fact]
    public void BadLines_AreNamedUpToALimit()
    {
        Assert.Equal(NumberRangesParser.MaxRefusals, NumberRangesParser.Parse(Enumerable.Repeat("x", 1000)).Refusals.Count);
    }

    [Fact]
    public void EmptyTable_KnowsNothing()
    {
        Assert.Null(NumberRanges.Empty.Find(new PhoneNumber(79161234567)));
        Assert.Equal(0, NumberRangesParser.Parse(["# nothing"]).Value?.Count);
    }

    [Fact]
    public void Table_AgreesWithTheLastLineThatCoversANumber()
    {
        var zones = new[] { "Europe/Moscow", "Asia/Omsk", "Asia/Tokyo", "+05:45" };
        var range = from digits in Gen.Int[1, 4]
                    let low = NumberPlanPower(digits - 1)
                    from first in Gen.Long[low, low * 10 - 1]
                    from last in Gen.Long[first, low * 10 - 1]
                    from zone in Gen.Int[0, zones.Length - 1]
                    select (First: first, Last: last, Digits: digits, Zone: zones[zone]);

        Gen.Select(range.List[0, 12], Gen.Long[10_000, 9_999_999].Array[20]).Sample((lines, numbers) =>
        {
            var table = NumberRanges.Build([.. lines.Select(l => new NumberRange(l.First, l.Last, l.Digits, l.Zone))]);
            return numbers.All(number => table.Find(new PhoneNumber(number)) == Slow(lines, number));
        });

        static string? Slow(List<(long First, long Last, int Digits, string Zone)> lines, long number)
        {
            var text = new PhoneNumber(number).Digits;
            var line = lines.FindLast(l => long.Parse(text[..l.Digits], null) is var prefix && prefix >= l.First && prefix <= l.Last);
            return line.Zone;
        }
    }

    private static long NumberPlanPower(int exponent) => (long)Math.Pow(10, exponent);
}
