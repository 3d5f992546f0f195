using Dialer.Calls;
using Dialer.Channels;
using Dialer.Numbers;

namespace Dialer.Grains.Calls;

/// <summary>
/// Places the calls of one channel on one silo. The contract that every driver passes (one suite):
/// exactly one <see cref="CallEnded"/> per accepted dial, always (the driver watches over ring timeout + longest call + grace);
/// <see cref="CallEvent.Seq"/> strictly rises and nothing comes after the end; a refused dial makes no event; the same try id
/// twice is one call; hanging up in any state, an unknown id included, succeeds; after our hang-up no answer is told unless
/// the end follows; no event is posted from inside a dial; no call outlives the driver's disposal, which tells each end before
/// it returns (a call whose end the far side does not confirm ends <see cref="CallClass.Unknown"/>).
/// A call is off the list before its end is told, and answered on the list before its answer is.
/// </summary>
public interface ICallDriver : IAsyncDisposable
{
    /// <summary>
    /// Takes the call or refuses it, at once; never waits for the callee (a driver just made may wait a second or two for its
    /// first contact with the trunk). A try that is live is accepted again and stays one call; one that is over is refused.
    /// No link to the trunk is no refusal: the call is accepted and ends technically, channel-class (P42).
    /// </summary>
    ValueTask<DialAdmission> DialAsync(DialCommand command, CancellationToken cancel);

    /// <summary>
    /// What another process must know of this one to end a call that it leaves ringing, in one line; the same for all calls that leave
    /// now. Stored before a call leaves. Empty = nothing; null = not known yet, so that nothing may leave.
    /// </summary>
    ValueTask<string?> LineAsync(CancellationToken cancel) => ValueTask.FromResult<string?>("");

    /// <summary>Ends a call of this driver as its state demands (CANCEL or BYE). False if there is no such call here.</summary>
    ValueTask<bool> HangUpAsync(TryId id, HangUpReason why, CancellationToken cancel);

    /// <summary>
    /// Ends a call that a lost silo left behind (P30). Over = the far side confirmed the end or knows no such call, and will not
    /// take it any more. Answers within a few seconds.
    /// </summary>
    ValueTask<OrphanResult> EndOrphanAsync(OrphanCall call, CancellationToken cancel);

    /// <summary>The calls of this driver that have not ended.</summary>
    IReadOnlyList<LiveCall> List();

    /// <summary>Asks the trunk whether it is there (P42), with a limit of its own of a few seconds.</summary>
    ValueTask<TrunkHealth> ProbeAsync(CancellationToken cancel);

    /// <summary>
    /// Asks a bot whether it is there (P41), with a limit of its own of a few seconds. Drivers that connect to no bot say yes.
    /// </summary>
    ValueTask<TrunkHealth> ProbeBotAsync(string uri, CancellationToken cancel) => ValueTask.FromResult(new TrunkHealth(true));
}

/// <summary>What is to be dialed. The try id is chosen by the caller: it is the key of idempotence.</summary>
/// <param name="DecidedAt">When its intent was decided, on this silo's clock: a stop-now after it holds it back (P61).</param>
/// <param name="Line">
/// What <see cref="ICallDriver.LineAsync"/> told and is stored: the call may leave only to where others would end it. Null = it is not kept.
/// </param>
public sealed record DialCommand(
    TryId Id, CampaignId Campaign, PhoneNumber To, TimeSpan RingLimit, TimeSpan MaxTalk, Scenario Scenario, UnixTime DecidedAt = default, string? Line = null);

/// <summary>Whether the driver took the call. Refused: nothing left and no event will come.</summary>
public readonly record struct DialAdmission(bool IsAccepted, string? Refusal = null)
{
    public static readonly DialAdmission Accepted = new(true);

    public static DialAdmission Refused(string why) => new(false, why);
}

/// <summary>Why we end a call ourselves.</summary>
public enum HangUpReason
{
    None = 0,

    /// <summary>Stop now (P61).</summary>
    Stop = 1,

    /// <summary>The process ends.</summary>
    Shutdown = 2,

    /// <summary>The bot said so.</summary>
    Bot = 3,

    /// <summary>No live row stands behind this call.</summary>
    Orphan = 4,

    /// <summary>The bot is not there: nobody shall listen to silence (P41).</summary>
    BotFailed = 5,
}

/// <summary>A live call left behind by a lost silo, as its row tells.</summary>
/// <param name="Leg">What the driver stored when it was answered; null = it was not, or needs nothing.</param>
/// <param name="Line">
/// What <see cref="ICallDriver.LineAsync"/> had told of the lost silo, and before while calls may ring: a line each. Null = nothing was stored,
/// so that no call had left.
/// </param>
public sealed record OrphanCall(TryId Id, PhoneNumber To, UnixTime StartedAt, UnixTime AnsweredAt, byte[]? Leg, string? Line = null);

/// <summary>What is known of an orphan after asking the far side.</summary>
public enum OrphanResult
{
    None = 0,

    /// <summary>Certainly over.</summary>
    Over = 1,

    /// <summary>Not confirmed: it may still be up.</summary>
    MayBeUp = 2,
}

/// <summary>A call of a driver that has not ended.</summary>
public readonly record struct LiveCall(TryId Id, CampaignId Campaign, PhoneNumber To, bool IsAnswered, UnixTime StartedAt);

/// <summary>What a probe found.</summary>
public readonly record struct TrunkHealth(bool IsUp, string? Evidence = null);

/// <summary>Where drivers put the facts of calls. Must not block: the driver's own loop calls it.</summary>
public interface ICallEventSink
{
    void Post(CallEvent callEvent);
}

/// <summary>Makes the driver for a channel's settings: one per <see cref="ChannelKind"/>, registered by the silo.</summary>
public interface ICallDriverFactory
{
    ChannelKind Kind { get; }

    /// <summary>Begins to reach the trunk and does not wait for it.</summary>
    /// <exception cref="ArgumentException">The settings cannot be used; the message tells what is wrong and how to mend it.</exception>
    ICallDriver Create(ChannelId channel, ChannelSettings settings, ICallEventSink sink);
}
