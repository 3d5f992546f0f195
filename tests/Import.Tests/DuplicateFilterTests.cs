using System.Globalization;
using System.Text;
using Dialer.Numbers;
using Dialer.Silo.PhoneLists;

namespace Dialer.Tests.PhoneLists;

/// <summary>P34: full duplicates are found without holding the rows.</summary>
public class DuplicateFilterTests
{
    private const int Many = 500_000;

    [Fact]
    public void RowSeenBefore_IsNeverCalledNew()
    {
        var filter = new DuplicateFilter();
        Fill(filter, 200_000);
        for (var i = 0; i < 200_000; i++)
        {
            Assert.False(filter.IsNew(Phone(i), Payload(i)));
        }
    }

    [Fact]
    public void NewRows_AreNearlyAllCalledNew_InTwoToThreeBytesEach()
    {
        var filter = new DuplicateFilter();
        var isNew = Fill(filter, Many);
        Assert.InRange(isNew, (int)(Many * 0.99), Many);
        Assert.Equal(isNew, filter.Count);
        Assert.InRange((double)filter.Bytes / Many, 2.0, 3.2);
    }

    [Fact]
    public void SamePhone_WithOtherColumns_IsNew()
    {
        var filter = new DuplicateFilter();
        Assert.True(filter.IsNew(Phone(1), "{\"a\":\"1\"}"u8));
        Assert.True(filter.IsNew(Phone(1), "{\"a\":\"2\"}"u8));
        Assert.True(filter.IsNew(Phone(2), "{\"a\":\"1\"}"u8));
        Assert.False(filter.IsNew(Phone(1), "{\"a\":\"1\"}"u8));
    }

    private static int Fill(DuplicateFilter filter, int count)
    {
        var isNew = 0;
        for (var i = 0; i < count; i++)
        {
            isNew += filter.IsNew(Phone(i), Payload(i)) ? 1 : 0;
        }

        return isNew;
    }

    private static PhoneNumber Phone(int i) => new(79160000000 + i);

    private static byte[] Payload(int i) => Encoding.UTF8.GetBytes(i.ToString(CultureInfo.InvariantCulture));
}
