using Dialer.Calls;
using Dialer.Campaigns;
using Dialer.Channels;
using Dialer.Domain.Campaigns;
using Dialer.Domain.Calls;

namespace Dialer.Tests.Simulation;

/// <summary>The channel's bundle in hand, and the report that goes with each request.</summary>
internal sealed partial class SimCampaign
{
    private const long ReportEveryMs = 1000;

    private int tokens;
    private long bundleId;
    private long bundleEpoch;
    private long bundleEndMs;
    private UnixTime bundleAt;
    private UnixTime bundleUntil;
    private BreakerState breaker;
    private long retryAtMs;
    private long reportedMs;
    private OutcomeDigest digest;
    private ChannelOutage outage;
    private UnixTime lastChannelError;

    private void Digest(PermitFreed freed)
    {
        if (freed.IsChannelClass)
        {
            digest = digest.Then(OutcomeDigest.Error(freed.Evidence));
            lastChannelError = UnixTime.Max(lastChannelError, freed.EndedAt);
        }
        else if (OutcomeClasses.ShowsChannelUp(freed.Class, freed.AnsweredAt, lastChannelError))
        {
            digest = digest.Then(OutcomeDigest.Good);
        }
    }

    private bool TakeToken()
    {
        if (tokens == 0 || world.Schedule.NowMs >= bundleEndMs)
        {
            return false;
        }

        tokens--;
        return true;
    }

    private void DropBundle() => tokens = 0;

    private async Task<bool> HasTokensAsync(int want)
    {
        if (tokens > 0 && world.Schedule.NowMs < bundleEndMs && !HasBotFailures)
        {
            return true;
        }

        if (world.Schedule.NowMs < retryAtMs)
        {
            soon = new UnixTime(retryAtMs);
            return false;
        }

        await AcquireAsync(want);
        return tokens > 0;
    }

    private async Task AcquireAsync(int want)
    {
        tokens = 0;
        var asking = world.Schedule.NowMs;
        var epoch = row!.Epoch;
        var sent = digest;
        var sentBots = TakeBotResults();
        digest = default;
        Bundle bundle;
        try
        {
            var request = new BundleRequest
            {
                Campaign = id,
                Want = want,
                Live = permits.InUse,
                SettledBundle = bundleId,
                Outcomes = sent,
                Epoch = epoch,
                Scenario = row.Settings.Scenario,
                Bots = sentBots,
            };
            bundle = await world.Cluster.CallChannelAsync(silo, row.Settings.Channel, c => c.AcquireAsync(request));
        }
        catch
        {
            digest = sent.Then(digest);
            ReturnBotResults(sentBots);
            retryAtMs = asking + 1000;
            throw;
        }

        reportedMs = asking;
        bundleId = bundle.Id;
        bundleEpoch = bundle.Epoch;
        tokens = row!.Epoch == epoch ? bundle.Count : 0;
        bundleEndMs = asking + (long)bundle.Expiry.TotalMilliseconds;
        bundleAt = new UnixTime(asking);
        bundleUntil = new UnixTime(bundleEndMs);
        breaker = bundle.Health.Breaker;
        Learn(bundle, want);
        await PauseForBotAsync(bundle.Bot, epoch);
    }

    private void Learn(Bundle bundle, int want)
    {
        outage = outage.Seen(bundle.Health.Breaker, want > 0 && bundle.Count == 0, Now);
        silo.Pulse.Told(row!.Settings.Channel, bundle.Health.Breaker, bundle.Settings.Breaker, bundleAt);
        if (terms is not null && bundle.Settings != channelSettings)
        {
            channelSettings = bundle.Settings;
            terms = terms with { Channel = bundle.Settings };
        }

        if (want == 0 || bundle.Count > 0)
        {
            return;
        }

        var wait = bundle.RetryAfter > TimeSpan.Zero ? bundle.RetryAfter : Again;
        retryAtMs = world.Schedule.NowMs + (long)wait.TotalMilliseconds;
        Idle(bundle.Limit ?? IdleCodes.ChannelLines, Now + wait);
        soon = Now + wait;
    }

    private async Task ReportAsync()
    {
        var isUrgent = digest.TrailingErrors > 0 || HasBotFailures;
        if ((digest.Total > 0 || botResults.Count > 0) && !isLeaving && world.Schedule.NowMs - reportedMs > (isUrgent ? 0 : ReportEveryMs))
        {
            await AcquireAsync(0);
        }
    }
}
