using Dialer.Calls;
using Dialer.Channels;
using Dialer.Numbers;

namespace Dialer.Silo.Telephony.Simulated;

/// <summary>
/// What a simulated callee will do (P44): how the call ends, whether the phone rings, how long until the answer or the refusal
/// (<paramref name="Delay"/>), and how long the talk lasts if it is answered. Times are whole milliseconds.
/// </summary>
public readonly record struct CallScript(CallEnding Ending, bool Rings, TimeSpan Delay, TimeSpan Talk)
{
    // A network that refuses a call does so sooner than a person who lets it ring.
    private const double RefusalShareOfRing = 0.1;

    // Keeps the draws about a number apart from the draws about a try.
    private const long NumberDraws = 0x6E75_6D62_6572;

    public bool IsAnswered => CallEndingFacts.Of(Ending).Class == CallClass.Answered;

    /// <summary>
    /// Draws the script of one call: the same settings, try and number give the same script in any process. Whether the number
    /// exists belongs to the number (a wrong one stays wrong at every try); everything else is drawn anew for each try.
    /// </summary>
    public static CallScript Draw(SimulatedSettings settings, TryId id, PhoneNumber phone)
    {
        ArgumentNullException.ThrowIfNull(settings);
        var draw = new StableDraw(settings.Seed, id.Job.Value, id.Number);
        var ending = DrawEnding(settings, phone, draw.Next());
        var ring = Between(settings.RingSeconds, draw.Next());
        var talk = Between(settings.TalkSeconds, draw.Next());
        return Of(ending, ring, talk);
    }

    /// <summary>The script of a call with this ending: the network refuses without a ring, a person is rung first.</summary>
    public static CallScript Of(CallEnding ending, TimeSpan ring, TimeSpan talk)
    {
        var rings = ending is CallEnding.CalleeHungUp or CallEnding.NoAnswer or CallEnding.Rejected;
        var delay = rings ? ring : ring * RefusalShareOfRing;
        return new(ending, rings && ring > TimeSpan.Zero, Whole(delay), ending == CallEnding.CalleeHungUp ? Whole(talk) : TimeSpan.Zero);
    }

    /// <summary>What is left of the script under the dialer's own limits: it stops ringing, or ends the talk, by itself.</summary>
    public CallScript Within(TimeSpan ringLimit, TimeSpan maxTalk) =>
        Delay > ringLimit ? new(CallEnding.RingLimit, Rings, ringLimit, TimeSpan.Zero)
        : Talk > maxTalk ? this with { Ending = CallEnding.TalkLimit, Talk = maxTalk }
        : this;

    /// <summary>The same script played <paramref name="speed"/> times as fast.</summary>
    public CallScript At(double speed) => speed == 1 ? this : this with { Delay = Whole(Delay / speed), Talk = Whole(Talk / speed) };

    private static CallEnding DrawEnding(SimulatedSettings settings, PhoneNumber phone, double drawn)
    {
        var others = settings.Answer + settings.Busy + settings.NoAnswer + settings.Reject + settings.Error;
        if (settings.Nonexistent > 0)
        {
            var number = new StableDraw(settings.Seed, NumberDraws, phone.Value);
            if (others <= 0 || number.Next() * (others + settings.Nonexistent) < settings.Nonexistent)
            {
                return CallEnding.Nonexistent;
            }
        }

        ReadOnlySpan<(CallEnding Ending, double Weight)> weights =
        [
            (CallEnding.CalleeHungUp, settings.Answer), (CallEnding.Busy, settings.Busy), (CallEnding.NoAnswer, settings.NoAnswer),
            (CallEnding.Rejected, settings.Reject), (CallEnding.Error, settings.Error),
        ];
        var left = drawn * others;
        var last = CallEnding.None;
        foreach (var (ending, weight) in weights)
        {
            if (weight <= 0)
            {
                continue;
            }

            last = ending;
            if (left < weight)
            {
                return ending;
            }

            left -= weight;
        }

        // rounding may leave a crumb after the last positive weight
        return last != CallEnding.None ? last : throw new ArgumentException("All weights of the simulated carrier are zero.", nameof(settings));
    }

    private static TimeSpan Between(SecondsRange range, double drawn) => TimeSpan.FromSeconds(range.Min + (drawn * (range.Max - range.Min)));

    private static TimeSpan Whole(TimeSpan time) => new(time.Ticks - (time.Ticks % TimeSpan.TicksPerMillisecond));
}
