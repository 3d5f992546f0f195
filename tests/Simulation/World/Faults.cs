namespace Dialer.Tests.Simulation;

/// <summary>
/// What goes wrong in a world, each as a chance per mille of the occasion. Swarm style: every seed switches about half of them
/// off, so that rare combinations get a world of their own.
/// </summary>
internal sealed record Faults
{
    public static readonly Faults None = new();

    /// <summary>A process ends at a step between persist and act.</summary>
    public int CrashAtStep { get; init; }

    /// <summary>A process ends at an instant of the plan (per plan slot).</summary>
    public int CrashPlanned { get; init; }

    /// <summary>A process stands still and goes on (per plan slot).</summary>
    public int Freeze { get; init; }

    /// <summary>A second activation of a campaign beside the first (per plan slot).</summary>
    public int TwinCampaign { get; init; }

    /// <summary>A second activation of the channel beside the first (per plan slot).</summary>
    public int TwinChannel { get; init; }

    /// <summary>A second activation of a subscriber for one message.</summary>
    public int TwinSubscriber { get; init; }

    public int LostHint { get; init; }

    public int DoubledHint { get; init; }

    public int LateHint { get; init; }

    public int LostReminder { get; init; }

    public int EarlyReminder { get; init; }

    public int LateReminder { get; init; }

    /// <summary>A request or its answer is lost on the way.</summary>
    public int LostCall { get; init; }

    /// <summary>A commit happened but its caller is told that it is not known.</summary>
    public int UnknownButDone { get; init; }

    public int UnknownAndNotDone { get; init; }

    public int ReadFails { get; init; }

    /// <summary>What was read is seconds old when it arrives.</summary>
    public int SlowRead { get; init; }

    /// <summary>A commit takes seconds.</summary>
    public int SlowCommit { get; init; }

    public int LateCallEvent { get; init; }

    public int RepeatedCallEvent { get; init; }

    /// <summary>An answer that is told after the end.</summary>
    public int ReorderedCallEvent { get; init; }

    public int DriverRefuses { get; init; }

    /// <summary>The carrier does not confirm the end of an orphan.</summary>
    public int OrphanUnconfirmed { get; init; }

    /// <summary>The trunk is away for a while (per plan slot).</summary>
    public int TrunkAway { get; init; }

    /// <summary>The bots are away for a while: calls meet silence, and probes may be lost (per plan slot).</summary>
    public int BotsAway { get; init; }

    /// <summary>It takes seconds to know and to store where the trunk is, when a call is about to leave.</summary>
    public int SlowLine { get; init; }

    public static Faults Draw(Dice dice)
    {
        if (dice.Chance(80))
        {
            return None;
        }

        int Maybe(int perMille) => dice.Chance(500) ? perMille : 0;
        return new Faults
        {
            CrashAtStep = Maybe(12),
            CrashPlanned = Maybe(150),
            Freeze = Maybe(150),
            TwinCampaign = Maybe(150),
            TwinChannel = Maybe(100),
            TwinSubscriber = Maybe(40),
            LostHint = Maybe(100),
            DoubledHint = Maybe(100),
            LateHint = Maybe(100),
            LostReminder = Maybe(200),
            EarlyReminder = Maybe(100),
            LateReminder = Maybe(100),
            LostCall = Maybe(20),
            UnknownButDone = Maybe(20),
            UnknownAndNotDone = Maybe(20),
            ReadFails = Maybe(10),
            SlowRead = Maybe(30),
            SlowCommit = Maybe(40),
            LateCallEvent = Maybe(60),
            RepeatedCallEvent = Maybe(60),
            ReorderedCallEvent = Maybe(60),
            DriverRefuses = Maybe(20),
            OrphanUnconfirmed = Maybe(400),
            TrunkAway = Maybe(150),
            BotsAway = Maybe(300),
            SlowLine = Maybe(60),
        };
    }
}

/// <summary>What in the world counts as "it went wrong", as opposed to a bug: the shells live with these.</summary>
internal class OutageException(string what) : Exception(what);

/// <summary>A call between grains whose answer never came.</summary>
internal sealed class NoAnswerException() : OutageException("no answer");

/// <summary>Another activation holds the epoch by now.</summary>
internal sealed class TakenOverException() : OutageException("taken over");
