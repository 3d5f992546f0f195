using Dialer.Channels;

namespace Dialer.Domain.Channels;

/// <summary>
/// The bots that the campaigns of one channel use (P15, P41), each with its health, who asked for it last and when it was probed.
/// Times are on one monotonic clock. A new board knows nothing: it has every bot probed before the first call.
/// </summary>
public sealed class BotBoard
{
    /// <summary>A bot is in use, and so probed, this long after a campaign asked for it.</summary>
    public static readonly TimeSpan UseLifetime = TimeSpan.FromSeconds(60);

    /// <summary>What a probe found says nothing after this long.</summary>
    public static readonly TimeSpan ProbeLifetime = TimeSpan.FromSeconds(90);

    /// <summary>A bot that nobody used for this long is forgotten.</summary>
    public static readonly TimeSpan Memory = TimeSpan.FromHours(24);

    private readonly Dictionary<BotId, Seat> seats = [];

    /// <summary>A campaign uses this bot: it is probed from here on, and at once if nothing fresh is known of it.</summary>
    public void Use(BotId bot, TimeSpan now)
    {
        var seat = SeatOf(bot);
        // nobody watched it between: a probe that was lost then is the last that is known, and says nothing good
        var isLeftLost = now - seat.UsedAt >= UseLifetime && seat.Health.ProbesLost > 0;
        // probes in vain tell nothing: what holds on through them is no older than what a probe finds
        var isStale = seat.Health.State == BotState.Up && now - seat.AnsweredAt > ProbeLifetime;
        seat.UsedAt = now;
        if (!seat.IsProbing && (isLeftLost || isStale || now - seat.ProbedAt > ProbeLifetime))
        {
            seat.Health = seat.Health.Unwatched();
        }
    }

    public BotHealth Of(BotId bot) => SeatOf(bot).Health;

    /// <summary>What calls found. A campaign that reports uses the bot, even if it wants no more calls.</summary>
    public void Report(BotReport report, TimeSpan now)
    {
        Use(report.Bot, now);
        var seat = SeatOf(report.Bot);
        seat.Health = seat.Health.Report(report.Results);
    }

    /// <summary>Bots to be probed now. Each is taken to be under way until <see cref="Probed"/> tells what was found.</summary>
    public IReadOnlyList<BotId> TakeDue(TimeSpan now)
    {
        foreach (var gone in seats.Where(s => now - s.Value.UsedAt > Memory).Select(s => s.Key).ToList())
        {
            seats.Remove(gone);
        }

        var due = seats
            .Where(s => !s.Value.IsProbing && now - s.Value.UsedAt < UseLifetime && now - s.Value.ProbedAt >= s.Value.Health.ProbeInterval)
            .Select(s => s.Key)
            .ToList();
        due.ForEach(bot => Begin(bot, now));
        return due;
    }

    /// <summary>Takes one probe out of turn. False: one is under way.</summary>
    public bool TakeOne(BotId bot, TimeSpan now)
    {
        var isFree = !SeatOf(bot).IsProbing;
        if (isFree)
        {
            Begin(bot, now);
        }

        return isFree;
    }

    /// <summary>The probe is under way: asking again soon is worth it.</summary>
    public bool IsProbing(BotId bot) => SeatOf(bot).IsProbing;

    public void Probed(BotId bot, bool isUp, string? evidence)
    {
        var seat = SeatOf(bot);
        seat.IsProbing = false;
        seat.AnsweredAt = isUp ? seat.ProbedAt : seat.AnsweredAt;
        seat.Health = seat.Health.Probed(isUp, evidence);
    }

    /// <summary>
    /// The probe was lost while the trunk does not answer either: that is no fault of the bot's, and must not pause what comes back with
    /// the trunk (P42). With the trunk out, the bot is not known until it answers; while calls still go out, what was known holds
    /// on, for <see cref="ProbeLifetime"/> from the last answer.
    /// </summary>
    public void ProbedInVain(BotId bot, bool isTrunkOut)
    {
        var seat = SeatOf(bot);
        seat.IsProbing = false;
        seat.Health = isTrunkOut ? seat.Health.Unwatched() : seat.Health;
    }

    /// <summary>Somebody resumes a campaign of this bot.</summary>
    public void Anew(BotId bot) => SeatOf(bot).Health = SeatOf(bot).Health.Anew();

    private void Begin(BotId bot, TimeSpan now)
    {
        var seat = SeatOf(bot);
        seat.IsProbing = true;
        seat.ProbedAt = now;
    }

    private Seat SeatOf(BotId bot)
    {
        if (!seats.TryGetValue(bot, out var seat))
        {
            seats[bot] = seat = new Seat();
        }

        return seat;
    }

    private sealed class Seat
    {
        public BotHealth Health { get; set; } = new();

        public TimeSpan UsedAt { get; set; } = TimeSpan.MinValue / 2;

        public TimeSpan ProbedAt { get; set; } = TimeSpan.MinValue / 2;

        /// <summary>When the last probe that was answered began.</summary>
        public TimeSpan AnsweredAt { get; set; } = TimeSpan.MinValue / 2;

        public bool IsProbing { get; set; }
    }
}
