using Dialer.Calls;
using Dialer.Campaigns;
using Orleans.Concurrency;

namespace Dialer.Channels;

/// <summary>
/// One channel: its lines and rate over all campaigns, its health and breaker, fair shares. Asked for bundles of tokens,
/// never once per call. Key: channel id.
/// </summary>
[Alias("dialer.IChannelGrain")]
public interface IChannelGrain : IGrainWithIntegerKey
{
    /// <summary>Creates the channel, or answers what is wrong with the settings.</summary>
    [Alias("Create")]
    Task<Answer<ChannelView>> CreateAsync(ChannelSettings settings);

    /// <summary>Replaces the settings; lines and rate take effect at once (P61).</summary>
    [Alias("Edit")]
    Task<Answer<ChannelView>> EditAsync(ChannelSettings settings, int expectedVersion);

    /// <summary>Deletes it (P45); refused while a started campaign uses it, unless forced.</summary>
    [Alias("Delete")]
    Task<Answer<ChannelView>> DeleteAsync(bool force);

    /// <summary>Null when there is no such channel.</summary>
    [Alias("Get"), AlwaysInterleave]
    Task<ChannelView?> GetAsync();

    /// <summary>Grants tokens to start calls, and takes the campaign's report.</summary>
    [Alias("Acquire"), AlwaysInterleave]
    Task<Bundle> AcquireAsync(BundleRequest request);

    /// <summary>Asks the trunk now whether it is there; null when there is no such channel.</summary>
    [Alias("Probe"), AlwaysInterleave]
    Task<ChannelHealthView?> ProbeAsync();

    /// <summary>
    /// How the bot of a campaign stands (P13, P41); null when its calls are connected to none. <paramref name="scenario"/> is the
    /// campaign's own, null = the channel's. <paramref name="anew"/>: a person starts or resumes, so a bot that is not known to be up
    /// is probed now, and one that was down and answers is judged anew; else the last probe tells, and the next is under way.
    /// </summary>
    [Alias("CheckBot"), AlwaysInterleave]
    Task<BotHealthView?> CheckBotAsync(Scenario? scenario, bool anew);

    /// <summary>The trunk has no funds: every running campaign of it pauses (P46).</summary>
    [Alias("NoFunds"), AlwaysInterleave]
    Task NoFundsAsync(PauseCause cause);

    /// <summary>Hangs up every call of this channel and pauses its campaigns (P61).</summary>
    [Alias("StopNow")]
    Task<int> StopNowAsync();
}

/// <summary>A campaign asks for tokens and reports in the same breath.</summary>
[GenerateSerializer, Immutable, Alias("dialer.BundleRequest")]
public sealed record BundleRequest
{
    [Id(0)] public required CampaignId Campaign { get; init; }

    /// <summary>Tokens wanted; 0 = only a report.</summary>
    [Id(1)] public required int Want { get; init; }

    /// <summary>Permits in use, those of admissions in flight included.</summary>
    [Id(2)] public required int Live { get; init; }

    /// <summary>The last bundle of which every token is used (and in <see cref="Live"/> or over) or thrown away.</summary>
    [Id(3)] public required long SettledBundle { get; init; }

    /// <summary>What became of calls since the last report that arrived.</summary>
    [Id(4)] public OutcomeDigest Outcomes { get; init; }

    /// <summary>The epoch that the campaign's activation holds: of two activations only the later one is heard.</summary>
    [Id(5)] public long Epoch { get; init; }

    /// <summary>The campaign's own scenario in force (P15); null = the channel's.</summary>
    [Id(6)] public Scenario? Scenario { get; init; }

    /// <summary>What answered calls found of their bots since the last report that arrived (P41).</summary>
    [Id(7)] public IReadOnlyList<BotReport> Bots { get; init; } = [];
}

/// <summary>
/// Outcomes of calls in order, folded so that digests can be joined: enough for "n channel-class errors in a row" (P42).
/// </summary>
[GenerateSerializer, Immutable, Alias("dialer.OutcomeDigest")]
public readonly record struct OutcomeDigest(
    [property: Id(0)] int Total,
    [property: Id(1)] int LeadingErrors,
    [property: Id(2)] int TrailingErrors,
    [property: Id(3)] string? Evidence = null)
{
    public static OutcomeDigest Error(string? evidence) => new(1, 1, 1, evidence);

    /// <summary>A call that shows that the trunk works.</summary>
    public static readonly OutcomeDigest Good = new(1, 0, 0);

    public OutcomeDigest Then(OutcomeDigest next) =>
        Total == 0 ? next
        : next.Total == 0 ? this
        : new(
            Total + next.Total,
            LeadingErrors == Total ? Total + next.LeadingErrors : LeadingErrors,
            next.TrailingErrors == next.Total ? TrailingErrors + next.Total : next.TrailingErrors,
            next.Evidence ?? Evidence);
}

/// <summary>Tokens to start calls. They expire on the asker's own monotonic clock, counted from before it asked.</summary>
[GenerateSerializer, Immutable, Alias("dialer.Bundle")]
public sealed record Bundle
{
    /// <summary>Rises with each grant of the channel's activation.</summary>
    [Id(0)] public required long Id { get; init; }

    [Id(1)] public required int Count { get; init; }

    /// <summary>How long the tokens hold.</summary>
    [Id(2)] public required TimeSpan Expiry { get; init; }

    /// <summary>The channel's epoch; each intent is checked against it.</summary>
    [Id(3)] public required long Epoch { get; init; }

    /// <summary>Why fewer were granted than wanted: <c>channel_down</c>, <c>scenario_down</c>, <c>channel_lines</c>, <c>channel_rate</c>, <c>channel_deleted</c>; null = all were.</summary>
    [Id(4)] public string? Limit { get; init; }

    /// <summary>When it is worth asking again.</summary>
    [Id(5)] public TimeSpan RetryAfter { get; init; }

    [Id(6)] public required ChannelSettings Settings { get; init; }
    [Id(7)] public required ChannelHealthView Health { get; init; }

    /// <summary>The bot of the asking campaign (P41); null when it has none, or while the channel is down (P42).</summary>
    [Id(8)] public BotHealthView? Bot { get; init; }
}
