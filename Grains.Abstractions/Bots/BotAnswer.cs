using Dialer.Calls;

namespace Dialer.Bots;

/// <summary>What became of something that a bot said about a call.</summary>
/// <param name="IsTaken">It is stored, and counts for the call's result.</param>
/// <param name="Why">Why it was not taken: <see cref="UnknownCall"/> or <see cref="CallOver"/>. Null when it was.</param>
/// <param name="RedialAccepted">
/// Of a reply with a redial: how many attempts it brings (P26); 0 = none, it was dropped or is not the call's first. While the call is up: as
/// things stand now; the end decides. Null = there was no redial in it.
/// </param>
[GenerateSerializer, Immutable, Alias("dialer.BotAnswer")]
public sealed record BotAnswer(
    [property: Id(0)] bool IsTaken,
    [property: Id(1)] string? Why = null,
    [property: Id(2)] int? RedialAccepted = null)
{
    /// <summary>There is no such call (404 outside).</summary>
    public const string UnknownCall = "unknown_call";

    /// <summary>The call ended more than <see cref="OpenAfterEnd"/> ago (410 outside).</summary>
    public const string CallOver = "call_over";

    /// <summary>So long after its end a call takes what its bot says (P41).</summary>
    public static readonly TimeSpan OpenAfterEnd = TimeSpan.FromMinutes(5);

    /// <summary>No call lasts longer: so long one whose end nobody saw may have gone on (P29).</summary>
    private static readonly TimeSpan LongestCall = TimeSpan.FromSeconds(14_400 + 300 + 60);

    /// <summary>Whether a call that is over takes what its bot says. Of one whose end nobody saw the bot may tell until it is certainly over.</summary>
    public static bool IsOpen(CallClass end, UnixTime startedAt, UnixTime endedAt, UnixTime now) =>
        now <= (end == CallClass.Unknown ? startedAt + LongestCall : endedAt) + OpenAfterEnd;

    public static BotAnswer NotTaken(string why) => new(false, why);
}
