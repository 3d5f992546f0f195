using System.Globalization;
using Dialer.Channels;

namespace Dialer.Domain.Channels;

/// <summary>
/// Health of one bot (P41): it is down after 3 answered calls in a row without it, more than 3 such calls of the last 100 (or fewer),
/// or 3 lost probes in a row; before the first good probe it is not known. A bot that failed calls stays down until somebody resumes
/// and it answers a probe (<see cref="Anew"/>): a bot may answer probes and fail calls.
/// </summary>
public sealed record BotHealth
{
    public const int FailuresInRow = 3;

    /// <summary>More failures than these among the last <see cref="BotDigest.Longest"/> answered calls are too many.</summary>
    public const int MostFailures = 3;

    public const int ProbesToLose = 3;

    /// <summary>Between probes of a bot that is in use and up, and answered the last one.</summary>
    public static readonly TimeSpan ProbeUp = TimeSpan.FromSeconds(30);

    /// <summary>Between probes of a bot that is down, not known, or lost the last one.</summary>
    public static readonly TimeSpan ProbeElse = TimeSpan.FromSeconds(5);

    /// <summary>The last answered calls while it was not down.</summary>
    public BotDigest Calls { get; init; }

    /// <summary>A probe was answered since it is watched, and since it went down.</summary>
    public bool IsProbed { get; init; }

    /// <summary>Lost probes in a row.</summary>
    public int ProbesLost { get; init; }

    /// <summary>It is down by the results of calls, not only by lost probes.</summary>
    public bool FailedCalls { get; init; }

    /// <summary>What was seen, for people; null unless it is down.</summary>
    public string? Evidence { get; init; }

    public BotState State => Evidence is not null ? BotState.Down : IsProbed ? BotState.Up : BotState.Unknown;

    /// <summary>The last probe was answered.</summary>
    public bool Answers => IsProbed && ProbesLost == 0;

    /// <summary>When the bot should be probed next, counted from the last probe.</summary>
    public TimeSpan ProbeInterval => State == BotState.Up && ProbesLost == 0 ? ProbeUp : ProbeElse;

    /// <summary>Takes answered calls in order. What comes while it is down by calls changes nothing.</summary>
    public BotHealth Report(BotDigest results) => results.OneByOne().Aggregate(this, (health, call) => health.Take(call));

    public BotHealth Probed(bool isUp, string? evidence)
    {
        if (isUp)
        {
            // lost probes were all that spoke against it
            return this with { IsProbed = true, ProbesLost = 0, Evidence = FailedCalls ? Evidence : null };
        }

        var lost = this with { ProbesLost = ProbesLost + 1 };
        return lost.ProbesLost < ProbesToLose || lost.State == BotState.Down
            ? lost
            : lost with
            {
                IsProbed = false,
                Evidence = string.Create(CultureInfo.InvariantCulture, $"{lost.ProbesLost} probes in a row were lost ({evidence ?? "no answer"})"),
            };
    }

    /// <summary>Somebody resumes: what was seen before counts no more, if the bot is down and has answered a probe since.</summary>
    public BotHealth Anew() => State == BotState.Down && Answers ? new BotHealth { IsProbed = IsProbed } : this;

    /// <summary>Nobody used and so nobody probed it for a while: a probe comes first again. Failed calls are not forgotten.</summary>
    public BotHealth Unwatched() => this with { IsProbed = false, ProbesLost = 0, Evidence = FailedCalls ? Evidence : null };

    private BotHealth Take(BotDigest call)
    {
        if (FailedCalls)
        {
            return this;
        }

        var calls = Calls.Then(call);
        var evidence = calls.TrailingFailures >= FailuresInRow
            ? string.Create(CultureInfo.InvariantCulture, $"{calls.TrailingFailures} answered calls in a row found no bot")
            : calls.FailureCount > MostFailures
                ? string.Create(CultureInfo.InvariantCulture, $"{calls.FailureCount} of the last {calls.Count} answered calls found no bot")
                : null;
        return evidence is null
            ? this with { Calls = calls }
            : this with { Calls = calls, FailedCalls = true, IsProbed = false, Evidence = evidence };
    }
}
