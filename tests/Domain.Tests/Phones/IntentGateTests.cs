using CsCheck;
using Dialer.Accounts;
using Dialer.Calls;
using Dialer.Domain.Phones;
using Dialer.Domain.Subscribers;
using Dialer.Numbers;
using Dialer.Subscribers;
using Dialer.Tests.Calendars;

namespace Dialer.Tests.Phones;

/// <summary>P22, P38, P58: the last gate before a call, over all campaigns.</summary>
public class IntentGateTests
{
    private const string Zone = "Europe/Moscow";
    private static readonly UnixTime Noon = TestTerms.At("2026-07-06T12:00:00+03:00");
    private static readonly PhoneNumber Phone = new(79161234567);
    private static readonly CareSettings Gap = CareSettings.Off with { GapMinutes = 5 };

    [Fact]
    public void UnknownPhone_Passes()
    {
        Assert.Null(IntentGate.Check(null, Request(1, new CareSettings()), Noon));
    }

    [Fact]
    public void NumberInDoNotCall_IsNeverCalled_WhateverElseHolds()
    {
        var phone = new PhoneRow { Phone = Phone, DoNotCall = true, LiveTry = Try(9) };
        Assert.Equal((RefusalCodes.DoNotCall, UnixTime.Never), IntentGate.Check(phone, Request(1, CareSettings.Off), Noon));
    }

    [Fact]
    public void PhoneInACall_IsBusy_ForAnyCampaign_AndFreeOnceReleased()
    {
        var phone = IntentGate.Take(null, Request(1, CareSettings.Off), Noon);
        Assert.Equal((RefusalCodes.PhoneBusy, Noon + RefusalCodes.BusyRetry), IntentGate.Check(phone, Request(2, CareSettings.Off), Noon));
        phone = IntentGate.Release(phone, Release(1, Noon))!;
        Assert.Null(IntentGate.Check(phone, Request(2, CareSettings.Off), Noon));
    }

    [Theory]
    [InlineData(2, 0, false)]
    [InlineData(2, 299_999, false)]
    [InlineData(2, 300_000, true)]
    [InlineData(1, 0, true)]
    public void GapBetweenJobsOfAPhone_CountsFromTheEndOfTheLast_ButNotBetweenAttemptsOfOneJob(int job, int afterMs, bool passes)
    {
        var phone = Called(1, Gap, Noon - TimeSpan.FromMinutes(2), Noon);
        var refused = IntentGate.Check(phone, Request(job, Gap), new UnixTime(Noon.Ms + afterMs));
        Assert.Equal(passes ? null : (RefusalCodes.Gap, Noon + TimeSpan.FromMinutes(5)), refused);
    }

    [Fact]
    public void GapOfZero_HoldsNobody()
    {
        var phone = Called(1, Gap, Noon, Noon);
        Assert.Null(IntentGate.Check(phone, Request(2, CareSettings.Off), Noon));
    }

    [Fact]
    public void TechnicalOutcome_IsNoContact_ItLeavesTheLastOneAsItWas_AndGivesTheStartBack()
    {
        var care = Gap with { CallsPerDay = 2 };
        var phone = Called(1, care, Noon - TimeSpan.FromMinutes(7), Noon - TimeSpan.FromMinutes(6));
        var taken = IntentGate.Take(phone, Request(2, care), Noon);
        Assert.Equal(RefusalCodes.CapDay, IntentGate.Check(taken with { LiveTry = default }, Request(2, care), Noon)!.Value.Reason);
        var back = IntentGate.Release(taken, Release(2, Noon, giveBack: true))!;
        Assert.Equal((phone.LastJob, phone.LastEnd), (back.LastJob, back.LastEnd));
        Assert.Equal(phone.Starts, back.Starts);
        Assert.False(back.IsLive);
        Assert.Null(IntentGate.Check(back, Request(3, care), Noon));
    }

    [Fact]
    public void ReleaseByATry_ThatDoesNotHoldThePhone_ChangesNothing()
    {
        var phone = IntentGate.Take(null, Request(2, CareSettings.Off), Noon);
        Assert.Null(IntentGate.Release(phone, Release(1, Noon)));
        Assert.Null(IntentGate.Release(phone with { LiveTry = default }, Release(2, Noon)));
    }

    [Fact]
    public void EachCap_HasItsOwnReason()
    {
        void Refuses(CareSettings care, string reason)
        {
            var refused = IntentGate.Check(Called(1, care, Noon, Noon), Request(1, care), Noon);
            Assert.Equal(reason, refused!.Value.Reason);
            Assert.True(refused.Value.NextAt > Noon);
            Assert.Null(IntentGate.Check(Called(1, care, Noon, Noon), Request(1, care), refused.Value.NextAt));
        }

        Refuses(CareSettings.Off with { CallsPerDay = 1 }, RefusalCodes.CapDay);
        Refuses(CareSettings.Off with { CallsPerWeek = 1 }, RefusalCodes.CapWeek);
        Refuses(CareSettings.Off with { CallsPerMonth = 1 }, RefusalCodes.CapMonth);
        Refuses(CareSettings.Off with { CallsPerRollingHours = 1, RollingHours = 30 }, RefusalCodes.CapHours);
    }

    [Fact]
    public void EachWrite_RaisesTheVersion_AndStartsAreKeptOnlyWhereACapCounts()
    {
        var phone = IntentGate.Take(null, Request(1, Gap), Noon);
        Assert.Equal(1, phone.Version);
        Assert.Empty(phone.Starts);
        Assert.Equal(2, IntentGate.Release(phone, Release(1, Noon))!.Version);
        Assert.NotEmpty(IntentGate.Take(null, Request(1, CareSettings.Off with { CallsPerMonth = 1 }), Noon).Starts);
    }

    /// <summary>Any sequence of requests of several jobs: the gate keeps one call at a time, the gap and the cap, counted the long way.</summary>
    [Fact]
    public void NoSequenceOfCalls_BreaksTheGapOrTheCap()
    {
        var op = Gen.Select(Gen.Int[1, 3], Gen.Int[0, 400], Gen.Int[0, 3]);
        Gen.Select(Gen.Int[0, 10], Gen.Int[1, 4], op.Array[1, 60]).Sample(
            (gap, cap, ops) =>
            {
                var care = CareSettings.Off with { GapMinutes = gap, CallsPerRollingHours = cap, RollingHours = 3 };
                var placed = new List<(int Job, UnixTime Start, UnixTime End)>();
                PhoneRow? phone = null;
                var now = Noon;
                var number = 0;
                foreach (var (job, seconds, kind) in ops)
                {
                    now += TimeSpan.FromSeconds(seconds * (kind == 0 ? 20 : 1));
                    var request = new PhoneRequest(Phone, new TryId(new JobId(job), ++number), care, Zone, Zone);
                    if (IntentGate.Check(phone, request, now) is not null)
                    {
                        continue;
                    }

                    var last = placed.LastOrDefault();
                    Assert.True(last == default || last.Job == job || now - last.End >= TimeSpan.FromMinutes(gap));
                    Assert.True(placed.Count(p => now - p.Start < TimeSpan.FromHours(3)) < cap);
                    phone = IntentGate.Take(phone, request, now);
                    var start = now;
                    now += TimeSpan.FromSeconds(30);
                    Assert.Equal(RefusalCodes.PhoneBusy, IntentGate.Check(phone, request, now)!.Value.Reason);
                    phone = IntentGate.Release(phone, new PhoneRelease(Phone, request.Try, now, GiveBackStart: kind == 1, start));
                    if (kind != 1)
                    {
                        placed.Add((job, start, now));
                    }
                }
            },
            iter: 2_000);
    }

    private static PhoneRow Called(int job, CareSettings care, UnixTime start, UnixTime end) =>
        IntentGate.Release(IntentGate.Take(null, Request(job, care), start), Release(job, end))!;

    private static PhoneRequest Request(int job, CareSettings care) => new(Phone, Try(job), care, Zone, Zone);

    private static PhoneRelease Release(int job, UnixTime end, bool giveBack = false) => new(Phone, Try(job), end, giveBack, end);

    private static TryId Try(int job) => new(new JobId(job), 1);
}
