namespace Dialer.Tests.Sip.Search;

/// <summary>One call's fate, all of it from a seed: what the wire does, what the far end does, when the caller hangs up. Times in ms.</summary>
internal sealed record SearchPlan
{
    public required int Seed { get; init; }

    /// <summary>Share of datagrams that are lost, and of those that come twice, until the wire is well.</summary>
    public double Loss { get; init; }

    public double Twice { get; init; }

    /// <summary>Longest time on the wire until it is well: far longer than the pauses between repeats, so that everything is reordered.</summary>
    public int LongestDelay { get; init; } = 20;

    public long HealthyAt { get; init; }

    /// <summary>Nothing passes from here on, in either direction; never by default.</summary>
    public long DeadAt { get; init; } = long.MaxValue;

    /// <summary>Until when the leg is told that nothing can be sent, from <see cref="CutFrom"/> on.</summary>
    public long CutUntil { get; init; }

    public long CutFrom { get; init; }

    public bool SaysTrying { get; init; } = true;

    /// <summary>When it says 180, after the INVITE came.</summary>
    public IReadOnlyList<long> RingsAfter { get; init; } = [];

    /// <summary>Its first 180 asks for PRACK (RFC 3262).</summary>
    public bool IsReliable { get; init; }

    /// <summary>How many INVITEs it answers with 401 or 407 first.</summary>
    public int Challenges { get; init; }

    /// <summary>0 = it rings for ever.</summary>
    public int Final { get; init; } = 200;

    public long FinalAfter { get; init; } = 2_000;

    /// <summary>A second phone answers too, this long after the first; null = there is but one.</summary>
    public long? SecondAfter { get; init; }

    /// <summary>Somebody picks up in the moment the CANCEL comes.</summary>
    public bool AnswersCancel { get; init; }

    /// <summary>How many BYEs it answers with 407 first.</summary>
    public int ByeChallenges { get; init; }

    /// <summary>What it says to BYE; 0 = nothing, though it hangs up.</summary>
    public int ByeStatus { get; init; } = 200;

    /// <summary>Requests of its own, after its 200 was acknowledged: method and when.</summary>
    public IReadOnlyList<(string Method, long After)> Asks { get; init; } = [];

    public bool HasCredentials { get; init; } = true;

    /// <summary>When the caller hangs up; the same time twice means it does so twice.</summary>
    public IReadOnlyList<long> HangUps { get; init; } = [];

    public long RingLimit { get; init; } = 40_000;

    public long MaxTalk { get; init; } = 30_000;

    /// <summary>The leg's timers are served also when nothing is due.</summary>
    public bool TicksOften { get; init; }

    public static SearchPlan Of(int seed)
    {
        var random = new Random(seed);
        var isDead = random.Next(8) == 0;
        var challenges = random.Next(4) == 0 ? random.Next(1, 5) : 0;
        var cutFrom = random.Next(12) == 0 ? random.Next(2) == 0 ? 0 : random.Next(40_000) : -1;
        return new SearchPlan
        {
            Seed = seed,
            CutFrom = cutFrom,
            CutUntil = cutFrom < 0 ? 0 : cutFrom + random.Next(1, 40_000),
            Loss = random.Next(4) == 0 ? 0 : random.NextDouble() * 0.4,
            Twice = random.Next(2) == 0 ? 0 : random.NextDouble() * 0.3,
            LongestDelay = random.Next(3) switch { 0 => 20, 1 => 600, _ => 6_000 },
            HealthyAt = cutFrom >= 0 ? 80_000 + random.Next(40_000) : random.Next(3) == 0 ? 0 : random.Next(150_000),
            DeadAt = isDead ? random.Next(80_000) : long.MaxValue,
            SaysTrying = random.Next(4) != 0,
            RingsAfter = [.. Enumerable.Range(0, random.Next(4)).Select(_ => (long)random.Next(10_000)).Order()],
            IsReliable = random.Next(4) == 0,
            Challenges = challenges,
            Final = random.Next(10) switch { 0 => 0, 1 => 486, 2 => 404, 3 => 503, 4 => 603, 5 => 302, _ => 200 },
            FinalAfter = random.Next(3) switch { 0 => 0, 1 => random.Next(10_000), _ => random.Next(70_000) },
            // late enough to meet a leg that is over, or about to be forgotten
            SecondAfter = random.Next(3) == 0 ? random.Next(2) == 0 ? random.Next(30_000, 50_000) : random.Next(2_000) : null,
            AnswersCancel = random.Next(4) == 0,
            ByeChallenges = random.Next(5) == 0 ? Math.Max(0, Math.Min(3 - challenges, random.Next(1, 3))) : 0,
            ByeStatus = random.Next(6) switch { 0 => 481, 1 => 0, _ => 200 },
            Asks = Questions(random),
            HasCredentials = random.Next(8) != 0,
            HangUps = Orders(random),
            RingLimit = random.Next(2) == 0 ? 40_000 : random.Next(1_000, 20_000),
            MaxTalk = random.Next(2) == 0 ? 120_000 : random.Next(1_000, 20_000),
            TicksOften = random.Next(2) == 0,
        };
    }

    private static List<(string Method, long After)> Questions(Random random)
    {
        string[] methods = ["BYE", "BYE", "INVITE", "UPDATE", "OPTIONS", "INFO"];
        return [.. Enumerable.Range(0, random.Next(4)).Select(_ => (methods[random.Next(methods.Length)], (long)random.Next(random.Next(2) == 0 ? 300 : 20_000)))];
    }

    private static List<long> Orders(Random random)
    {
        if (random.Next(2) == 0)
        {
            return [];
        }

        long first = random.Next(random.Next(2) == 0 ? 3_000 : 60_000);
        return random.Next(3) == 0 ? [first, first + random.Next(500)] : [first];
    }
}
