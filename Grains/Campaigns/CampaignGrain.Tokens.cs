using Dialer.Campaigns;
using Dialer.Channels;
using Dialer.Domain.Calls;
using Dialer.Domain.Campaigns;

namespace Dialer.Grains.Campaigns;

/// <summary>The channel's bundle in hand: tokens to start calls, and the report that goes with each request.</summary>
internal sealed partial class CampaignGrain
{
    /// <summary>A report goes out at least this often while there is something to tell.</summary>
    private static readonly TimeSpan ReportEvery = TimeSpan.FromSeconds(1);

    private int tokens;
    private long bundleId;
    private long bundleEpoch;
    private long bundleEndTicks;
    private UnixTime bundleAt;
    private UnixTime bundleUntil;
    private long retryAtTicks;
    private long reportedTicks;
    private OutcomeDigest digest;
    private ChannelHealthView? channelHealth;
    private ChannelOutage outage;
    private UnixTime lastChannelError;

    /// <summary>What this outcome says of the trunk goes with the next report (P42).</summary>
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
        if (tokens == 0 || clock.GetTimestamp() >= bundleEndTicks)
        {
            return false;
        }

        tokens--;
        return true;
    }

    private void DropBundle() => tokens = 0;

    /// <summary>True when there is at least one token that still holds.</summary>
    private async Task<bool> HasTokensAsync(int want)
    {
        // the channel hears of a call without its bot before another is dialed (P41)
        if (tokens > 0 && clock.GetTimestamp() < bundleEndTicks && !HasBotFailures)
        {
            return true;
        }

        var wait = clock.GetElapsedTime(clock.GetTimestamp(), retryAtTicks);
        if (wait > TimeSpan.Zero)
        {
            LookAgainAfter(wait);
            return false;
        }

        await AcquireAsync(want);
        return tokens > 0;
    }

    private async Task AcquireAsync(int want)
    {
        // what is left of the former bundle is thrown away by asking: it counts as settled
        tokens = 0;
        var asking = clock.GetTimestamp();
        var askingAt = clock.Now();
        var epoch = row!.Epoch;
        var sent = digest;
        var sentBots = TakeBotResults();
        digest = default;
        Bundle bundle;
        try
        {
            bundle = await GrainFactory.GetGrain<IChannelGrain>(row.Settings.Channel.Value).AcquireAsync(new BundleRequest
            {
                Campaign = Id,
                Want = want,
                Live = permits.InUse,
                SettledBundle = bundleId,
                Outcomes = sent,
                Epoch = epoch,
                Scenario = row.Settings.Scenario,
                Bots = sentBots,
            });
        }
        catch
        {
            digest = sent.Then(digest);
            ReturnBotResults(sentBots);
            retryAtTicks = After(asking, Again);
            throw;
        }

        reportedTicks = asking;
        bundleId = bundle.Id;
        bundleEpoch = bundle.Epoch;
        // conditions that changed meanwhile may have changed the bot, and the tokens were given for the former one (P15, P41)
        tokens = row!.Epoch == epoch ? bundle.Count : 0;
        bundleEndTicks = After(asking, bundle.Expiry);
        bundleAt = askingAt;
        bundleUntil = askingAt + bundle.Expiry;
        Learn(bundle, want);
        await PauseForBotAsync(bundle.Bot, epoch);
    }

    private void Learn(Bundle bundle, int want)
    {
        channelHealth = bundle.Health;
        outage = outage.Seen(bundle.Health.Breaker, want > 0 && bundle.Count == 0, clock.Now());
        pulse.Told(row!.Settings.Channel, bundle.Health.Breaker, bundle.Settings.Breaker, bundleAt);
        if (terms is not null && !ReferenceEquals(bundle.Settings, channelSettings) && bundle.Settings != channelSettings)
        {
            channelSettings = bundle.Settings;
            terms = terms with { Channel = bundle.Settings };
        }

        if (want == 0 || bundle.Count > 0)
        {
            return;
        }

        var wait = bundle.RetryAfter > TimeSpan.Zero ? bundle.RetryAfter : Again;
        retryAtTicks = After(clock.GetTimestamp(), wait);
        Idle(bundle.Limit ?? IdleCodes.ChannelLines, clock.Now() + wait);
        LookAgainAfter(wait);
    }

    /// <summary>Armed anew by each pass that has to wait: a kick in between has set the timer back to its own period.</summary>
    private void LookAgainAfter(TimeSpan wait)
    {
        if (wait < Poll)
        {
            dispatch?.Change(wait + TimeSpan.FromMilliseconds(1), Poll);
        }
    }

    /// <summary>Tells outcomes that no request for tokens carries: the breaker must hear of errors when nothing is due.</summary>
    private async Task ReportAsync()
    {
        var isUrgent = digest.TrailingErrors > 0 || HasBotFailures;
        if ((digest.Total > 0 || botResults.Count > 0) && !isLeaving && clock.GetElapsedTime(reportedTicks) > (isUrgent ? TimeSpan.Zero : ReportEvery))
        {
            await AcquireAsync(0);
        }
    }

    private long After(long ticks, TimeSpan wait) => ticks + (long)(wait.TotalSeconds * clock.TimestampFrequency);
}
