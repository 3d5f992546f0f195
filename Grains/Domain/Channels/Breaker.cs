using Dialer.Channels;

namespace Dialer.Domain.Channels;

/// <summary>
/// The breaker of a channel (P42): opens after 5 channel-class errors in a row or 3 lost probes; while it is open nothing is
/// dialed; a good probe lets a few calls try; a good call closes it.
/// </summary>
public sealed record Breaker
{
    public const int ErrorsToOpen = 5;
    public const int ProbesToOpen = 3;

    /// <summary>Calls that may try a channel whose probe has come back.</summary>
    public const int TrialCalls = 2;

    /// <summary>Open this long within calling hours pauses the campaigns (P12).</summary>
    public static readonly TimeSpan OpenLimit = TimeSpan.FromMinutes(15);

    /// <summary>Between probes of a channel that is open.</summary>
    public static readonly TimeSpan ProbeOpen = TimeSpan.FromSeconds(5);

    /// <summary>Between probes of a channel that is in use and closed.</summary>
    public static readonly TimeSpan ProbeClosed = TimeSpan.FromSeconds(30);

    /// <summary>Trial calls without any result for this long: probe again.</summary>
    public static readonly TimeSpan TrialLimit = TimeSpan.FromMinutes(2);

    public BreakerState State { get; init; }

    /// <summary>Since when it is not closed.</summary>
    public UnixTime Since { get; init; }

    public string? Evidence { get; init; }

    public int ErrorsInRow { get; init; }

    public int ProbesLost { get; init; }

    /// <summary>When the trial began.</summary>
    public UnixTime TrialSince { get; init; }

    public Breaker Report(OutcomeDigest digest, UnixTime now)
    {
        if (digest.Total == 0)
        {
            return this;
        }

        var isAllErrors = digest.LeadingErrors == digest.Total;
        return State switch
        {
            BreakerState.Closed when ErrorsInRow + digest.LeadingErrors >= ErrorsToOpen || digest.TrailingErrors >= ErrorsToOpen =>
                Open(digest.Evidence, now),
            BreakerState.Closed => this with
            {
                ErrorsInRow = isAllErrors ? ErrorsInRow + digest.Total : digest.TrailingErrors,
                ProbesLost = isAllErrors ? ProbesLost : 0,
            },
            BreakerState.HalfOpen when digest.TrailingErrors > 0 => this with { State = BreakerState.Open, Evidence = digest.Evidence ?? Evidence },
            BreakerState.HalfOpen => new Breaker(),
            _ => this,
        };
    }

    public Breaker Probed(bool isUp, string? evidence, UnixTime now) => (State, isUp) switch
    {
        (BreakerState.Closed, true) => this with { ProbesLost = 0 },
        (BreakerState.Closed, false) when ProbesLost + 1 >= ProbesToOpen => Open(evidence, now),
        (BreakerState.Closed, false) => this with { ProbesLost = ProbesLost + 1 },
        (BreakerState.Open, true) => this with { State = BreakerState.HalfOpen, TrialSince = now },
        (BreakerState.HalfOpen, false) => this with { State = BreakerState.Open, Evidence = evidence ?? Evidence },
        _ => this,
    };

    /// <summary>When the trunk should be probed next, counted from the last probe.</summary>
    public TimeSpan ProbeInterval => State == BreakerState.Closed && ProbesLost == 0 ? ProbeClosed : ProbeOpen;

    private static Breaker Open(string? evidence, UnixTime now) => new() { State = BreakerState.Open, Since = now, Evidence = evidence };
}
