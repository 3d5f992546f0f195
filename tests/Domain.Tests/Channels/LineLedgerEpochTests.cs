using Dialer.Domain.Channels;

namespace Dialer.Tests.Channels;

/// <summary>I1, I5: two activations of one campaign report to one channel. Found by the simulation.</summary>
public class LineLedgerEpochTests
{
    private static readonly CampaignId Campaign = new(1);

    [Fact]
    public void ReportOfAnActivationThatWasTakenOver_ChangesNothing_I5()
    {
        var ledger = new LineLedger();
        Assert.True(ledger.Report(Campaign, 2, 0, 1, TimeSpan.Zero, epoch: 5));
        ledger.Grant(Campaign, 1, 1, TimeSpan.Zero);
        Assert.False(ledger.Report(Campaign, 0, 1, 3, TimeSpan.Zero, epoch: 4));
        Assert.Equal((2, 1), (ledger.Live, ledger.Outstanding));
    }

    [Fact]
    public void ReportOfTheNextActivation_IsHeard_I5()
    {
        var ledger = new LineLedger();
        Assert.True(ledger.Report(Campaign, 2, 0, 1, TimeSpan.Zero, epoch: 4));
        Assert.True(ledger.Report(Campaign, 1, 0, 1, TimeSpan.Zero, epoch: 5));
        Assert.Equal(1, ledger.Live);
    }
}
