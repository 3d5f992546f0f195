using Dialer.Accounts;
using Dialer.Campaigns;
using Dialer.Channels;
using Dialer.Domain.Accounts;

namespace Dialer.Tests.Accounts;

/// <summary>P46: rounding by the billing step, what live calls count for, and when a package is used up.</summary>
public class PackageMeterTests
{
    private static readonly UnixTime Now = new(1_800_000_000_000);

    [Theory]
    [InlineData(1, 1, 0, 0)]
    [InlineData(1, 1, 1, 1)]
    [InlineData(1, 1, 1000, 1)]
    [InlineData(1, 1, 1001, 2)]
    [InlineData(1, 1, 59_999, 60)]
    [InlineData(60, 60, 1, 60)]
    [InlineData(60, 60, 60_000, 60)]
    [InlineData(60, 60, 60_001, 120)]
    [InlineData(60, 1, 60_001, 61)]
    [InlineData(60, 1, 61_000, 61)]
    [InlineData(30, 6, 29_000, 30)]
    [InlineData(30, 6, 30_001, 36)]
    [InlineData(30, 6, 36_000, 36)]
    [InlineData(30, 6, 36_001, 42)]
    [InlineData(1, 60, 1_001, 61)]
    [InlineData(3600, 3600, 3_600_001, 7200)]
    public void Talk_IsRoundedUpByTheBillingStep_P46(int first, int step, long talkMs, long billed) =>
        Assert.Equal(billed, new BillingStep(first, step).Bill(TimeSpan.FromMilliseconds(talkMs)));

    [Fact]
    public void LiveCalls_CountTheirTalkSoFar_ButAtLeastTheFirstStepOfEach_P46()
    {
        var reading = new PackageReading(100, 40,
        [
            new LiveTalk(3, TimeSpan.FromSeconds(50.9), BillingStep.Default, HasBot: false),
            new LiveTalk(2, TimeSpan.FromSeconds(10), new BillingStep(60, 60), HasBot: true),
            // its clock is behind
            new LiveTalk(1, TimeSpan.FromSeconds(-3), BillingStep.Default, HasBot: true),
        ]);
        Assert.Equal(new PackageUse(100 + 50 + 120 + 1, 40 + 10), PackageMeter.Measure(reading));
    }

    [Fact]
    public void Package_IsWhatIsLeftFromThePurchaseOn_P46()
    {
        var bought = PackageMeter.Buy(30, used: 1000, Now);
        Assert.Equal(30, PackageMeter.Left(bought, 1000));
        Assert.Equal(-5, PackageMeter.Left(bought, 1035));
        Assert.Null(PackageMeter.Left(PackageMeter.Buy(null, 1000, Now), 1000));
        Assert.Equal(["telephonySeconds", "speechSeconds"], PackageMeter.Check(new PackageLimits(-1, PackageLimits.MaxSeconds + 1)).Select(r => r.Field));
        Assert.Empty(PackageMeter.Check(new PackageLimits(0, null)));
    }

    [Fact]
    public void UsedUpPackage_IsTheCause_WithWhatWasBoughtAndUsed_AndStaysAsItWasTold_P12_P46()
    {
        var telephony = PackageMeter.Buy(30, 1000, Now);
        var speech = PackageMeter.Buy(600, 0, Now);
        PackageVerdict Judge(long talk, long spoken, PackageVerdict former, UnixTime now) =>
            PackageMeter.Judge(telephony, speech, new PackageUse(talk, spoken), former, now);

        Assert.True(Judge(1029, 599, PackageVerdict.None, Now).IsNone);
        var later = Now + TimeSpan.FromMinutes(5);
        var out1 = Judge(1031, 599, PackageVerdict.None, later);
        Assert.Null(out1.Speech);
        Assert.Equal((PauseCodes.TelephonyMinutes, later, "bought 30 s, used 31 s"), (out1.Telephony!.Code, out1.Telephony.Since, out1.Telephony.Evidence));
        Assert.Contains("30 s bought at 2027-01-15 08:00 UTC, 31 s used by 2027-01-15 08:05 UTC", out1.Telephony.Text, StringComparison.Ordinal);

        var both = Judge(1040, 725, out1, later + TimeSpan.FromSeconds(9));
        Assert.Same(out1.Telephony, both.Telephony);
        Assert.Equal("bought 10 min, used 12 min 5 s", both.Speech!.Evidence);

        // bought again and used up again: another story
        telephony = PackageMeter.Buy(10, 1040, later + TimeSpan.FromMinutes(1));
        Assert.Equal("bought 10 s, used 10 s", Judge(1050, 0, both, later + TimeSpan.FromMinutes(2)).Telephony!.Evidence);
        telephony = null;
        Assert.Null(Judge(long.MaxValue / 2, 0, both, later).Telephony);
    }
}
