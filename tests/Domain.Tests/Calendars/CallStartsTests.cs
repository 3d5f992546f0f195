using Dialer.Domain.Calendars;
using static Dialer.Tests.Calendars.TestTerms;

namespace Dialer.Tests.Calendars;

/// <summary>P58: the stored form of a phone's starts.</summary>
public class CallStartsTests
{
    private static readonly UnixTime Noon = At("2026-07-06T12:00:00Z");

    [Fact]
    public void Starts_AreLittleEndianMinutes()
    {
        var starts = default(CallStarts).Add(new UnixTime(0x01020304L * 60_000 + 59_999));
        Assert.Equal([0x04, 0x03, 0x02, 0x01], starts.Encode());
        Assert.Equal(new UnixTime(0x01020304L * 60_000), CallStarts.Decode([4, 3, 2, 1])[0]);
    }

    [Fact]
    public void Starts_StayInOrder_WhateverClocksSay()
    {
        var starts = default(CallStarts).Add(Noon).Add(Noon - TimeSpan.FromMinutes(2)).Add(Noon + TimeSpan.FromMinutes(1));
        Assert.Equal([Noon - TimeSpan.FromMinutes(2), Noon, Noon + TimeSpan.FromMinutes(1)], [starts[0], starts[1], starts[2]]);
    }

    [Fact]
    public void OldStarts_AreDropped()
    {
        var starts = default(CallStarts).Add(Noon - TimeSpan.FromDays(40)).Add(Noon - TimeSpan.FromDays(31)).Add(Noon);
        Assert.Equal(2, starts.Count);
    }

    [Fact]
    public void Starts_AreBounded_AndKeepTheNewest()
    {
        var starts = default(CallStarts);
        for (var i = 0; i < CallStarts.MaxStarts + 10; i++)
        {
            starts = starts.Add(Noon + TimeSpan.FromMinutes(i));
        }

        Assert.Equal(CallStarts.MaxStarts, starts.Count);
        Assert.Equal(Noon + TimeSpan.FromMinutes(10), starts[0]);
        Assert.Equal(starts.Encode(), CallStarts.Decode(starts.Encode()).Encode());
    }

    [Fact]
    public void NoBytes_AreNoStarts()
    {
        Assert.Equal(0, CallStarts.Decode(null).Count);
        Assert.Equal(0, CallStarts.Decode([]).Count);
        Assert.Empty(default(CallStarts).Encode());
    }

    [Theory]
    [InlineData(3)]
    [InlineData(4 * CallStarts.MaxStarts + 4)]
    public void BrokenBytes_AreRefused(int length) => Assert.Throws<ArgumentException>(() => CallStarts.Decode(new byte[length]));

    [Fact]
    public void TakeBack_RemovesOneOfSeveralInTheSameMinute()
    {
        var starts = default(CallStarts).Add(Noon).Add(Noon).Add(Noon + TimeSpan.FromMinutes(5)).TakeBack(Noon + TimeSpan.FromSeconds(20));
        Assert.Equal([Noon, Noon + TimeSpan.FromMinutes(5)], [starts[0], starts[1]]);
    }
}
