using Dialer.Accounts;
using Dialer.Calendars;
using Dialer.Calls;
using Dialer.Campaigns;
using Dialer.Channels;
using Dialer.Grains.Campaigns;
using Dialer.Grains.Channels;
using Dialer.Numbers;

namespace Dialer.Tests.Simulation;

/// <summary>What a seed makes of the world before it begins: campaigns, channel, people, zones, care, faults.</summary>
internal sealed class Plan
{
    /// <summary>Days that matter: plain ones, weekends, and the nights on which clocks change in Europe and in America.</summary>
    private static readonly DateTimeOffset[] Starts =
    [
        new(2026, 3, 3, 6, 0, 0, TimeSpan.Zero), new(2026, 3, 7, 1, 0, 0, TimeSpan.Zero), new(2026, 3, 8, 4, 0, 0, TimeSpan.Zero),
        new(2026, 3, 28, 20, 0, 0, TimeSpan.Zero), new(2026, 10, 24, 20, 0, 0, TimeSpan.Zero), new(2026, 11, 1, 3, 0, 0, TimeSpan.Zero),
        new(2026, 12, 31, 12, 0, 0, TimeSpan.Zero),
    ];

    private static readonly string[] Zones =
    [
        "Europe/Moscow", "Asia/Novosibirsk", "Europe/Berlin", "America/New_York", "+03:00", "", "Asia/Yekaterinburg|Europe/Moscow", "Europe/Berlin|Europe/London",
    ];

    private static readonly Scenario[] Bots =
    [
        new() { SipBotUri = "sip:one@bots" }, new() { SipBotUri = "sip:one@bots" }, new() { SipBotUri = "sip:two@bots" }, new() { HttpBotUrl = "http://bots" }, Scenario.None,
    ];

    public required UnixTime StartsAt { get; init; }

    public required TimeSpan CalmAfter { get; init; }

    public required CareSettings Care { get; init; }

    public required Faults Faults { get; init; }

    public required ChannelSettings Channel { get; init; }

    public required IReadOnlyDictionary<PhoneNumber, Callee> Callees { get; init; }

    public required IReadOnlyList<PlannedCampaign> Campaigns { get; init; }

    public required int Silos { get; init; }

    public required int BotFailsPerMille { get; init; }

    public required int BotSpeaksPerMille { get; init; }

    /// <summary>Answered calls are connected to bots, of the channel's or of a campaign's own (P15).</summary>
    public required bool HasBots { get; init; }

    /// <summary>A channel's scenario, or what a campaign says instead.</summary>
    public Scenario DrawScenario(Dice dice) => !HasBots ? Scenario.None : dice.One(Bots);

    public CampaignId IdOf(int campaign) => new(1 + campaign);

    public ChannelId ChannelId { get; } = new(1);

    public static Plan Draw(Dice dice)
    {
        var phones = Enumerable.Range(0, dice.Between(1, 12)).Select(i => new PhoneNumber(79_000_000_000 + i)).ToList();
        var misery = dice.One(0, 0, 0, 1, 2);
        return new Plan
        {
            StartsAt = UnixTime.From(dice.One(Starts)),
            CalmAfter = TimeSpan.FromMinutes(dice.One(30, 120, 600, 2000)),
            Care = DrawCare(dice),
            Faults = Faults.Draw(dice),
            Channel = DrawChannel(dice),
            Callees = phones.ToDictionary(p => p, _ => DrawCallee(dice, misery)),
            Campaigns = [.. Enumerable.Range(0, dice.Between(1, 3)).Select(i => DrawCampaign(dice, i, phones))],
            Silos = dice.Between(1, 3),
            BotFailsPerMille = dice.One(0, 0, 100, 500),
            BotSpeaksPerMille = dice.One(0, 200, 600),
            HasBots = dice.Chance(600),
        };
    }

    public static IReadOnlyList<PlannedJob> DrawJobs(Dice dice, IReadOnlyList<PhoneNumber> phones, int count) =>
        [.. Enumerable.Range(0, count).Select(_ => new PlannedJob(
            dice.One(phones),
            dice.Chance(700) ? Zones[0] : dice.One(Zones),
            dice.Chance(200) ? DrawPolicy(dice) : null,
            dice.Chance(800) ? LaneKey.DefaultPriority : (byte)dice.Between(1, 5),
            dice.Chance(200) ? TimeSpan.FromMinutes(dice.Between(0, 600)) : TimeSpan.Zero,
            dice.Chance(150) ? TimeSpan.FromMinutes(dice.Between(1, 2_000)) : TimeSpan.Zero))];

    public static WeeklyHours DrawWindows(Dice dice) => dice.Between(0, 3) switch
    {
        0 => WeeklyHours.Always,
        1 => WeeklyHours.Default,
        2 => WeeklyHours.EachDay(new MinuteRange((short)dice.Between(0, 700), (short)dice.Between(701, 1440)), _ => true),
        _ => WeeklyHours.EachDay(new MinuteRange(30, (short)dice.Between(120, 1440)), day => day >= 4),
    };

    public static AttemptPolicy DrawAttempts(Dice dice)
    {
        var initial = dice.Between(1, 3);
        return new AttemptPolicy
        {
            Initial = initial,
            Maximum = dice.Between(initial, 6),
            PauseMinutes = dice.One(1, 2, 10, 30),
            RedialIfShorterThanSeconds = dice.One(0, 0, 5),
        };
    }

    public Redial DrawRedial(Dice dice, UnixTime now) => new()
    {
        StartAt = dice.Chance(300) ? now + TimeSpan.FromMinutes(dice.Between(0, 200)) : UnixTime.None,
        Policy = dice.Chance(500) ? DrawPolicy(dice) : new CallPolicy(),
        Priority = (byte)dice.Between(0, 5),
        NotAfter = dice.Chance(150) ? now + TimeSpan.FromMinutes(dice.Between(1, 2_000)) : UnixTime.None,
    };

    /// <summary>The first rows, and the processes that find them.</summary>
    public void Found(DialerWorld world)
    {
        var channel = Channel with { Scenario = DrawScenario(world.Dice) };
        world.Store.Channels[ChannelId] = new ChannelRow { Id = ChannelId, Settings = channel, Epoch = 1 };
        world.Books.ChannelWritten(world.Store.Channels[ChannelId]);
        for (var i = 0; i < Campaigns.Count; i++)
        {
            var row = new CampaignRow
            {
                Id = IdOf(i),
                Token = "",
                Settings = Campaigns[i].Settings with { Scenario = world.Dice.Chance(400) ? DrawScenario(world.Dice) : null },
                Status = CampaignStatus.Scheduled,
                Epoch = 1,
                CreatedAt = StartsAt,
                StartsAt = Campaigns[i].StartAfter is { } after ? StartsAt + after : UnixTime.None,
            };
            world.Store.Insert(row);
            world.Books.CampaignWritten(null, row);
            world.Store.AddJobs(row.Id, Campaigns[i].Jobs);
        }

        for (var i = 0; i < Silos; i++)
        {
            world.Cluster.Start();
        }
    }

    private static PlannedCampaign DrawCampaign(Dice dice, int number, IReadOnlyList<PhoneNumber> phones) => new(
        new CampaignSettings
        {
            Name = $"campaign {number}",
            Channel = new ChannelId(1),
            MaxSimultaneousCalls = dice.Between(1, 4),
            CallingWindows = DrawWindows(dice),
            UseSubscriberLocalTime = dice.Chance(700),
            TimeZone = dice.One("Europe/Moscow", "Europe/Berlin", "America/New_York"),
            AmbiguousZone = dice.One(Enum.GetValues<AmbiguousZonePolicy>()),
            Attempts = DrawAttempts(dice),
            OuterHoursException = dice.Chance(200) ? "agreed" : null,
        },
        dice.Chance(700) ? null : TimeSpan.FromMinutes(dice.Between(1, 90)),
        DrawJobs(dice, phones, dice.Between(1, 12)));

    private static ChannelSettings DrawChannel(Dice dice) => new()
    {
        Name = "trunk",
        Kind = ChannelKind.Sip,
        Lines = dice.Between(1, 6),
        CallsPerSecond = dice.One(0, 1, 2, 4),
        RingTimeoutSeconds = dice.One(5, 20, 40),
        MaxCallSeconds = dice.One(20, 60, 200),
        Breaker = dice.Chance(700),
    };

    private static Callee DrawCallee(Dice dice, int misery) => new()
    {
        Answers = dice.Between(5, 60),
        Technical = misery switch { 0 => 3, 1 => 60, _ => dice.One(0, 300) },
        IsNonexistent = dice.Chance(60),
    };

    private static CallPolicy DrawPolicy(Dice dice) => new()
    {
        AllowedDays = dice.Chance(300) ? (byte)dice.Between(1, 127) : null,
        DefaultTime = dice.Chance(300) ? [new MinuteRange((short)dice.Between(0, 700), (short)dice.Between(701, 1440))] : null,
        RetryMinutes = dice.Chance(400) ? dice.One(1, 5, 20) : null,
        MaxAttempts = dice.Chance(400) ? dice.Between(1, 7) : null,
    };

    private static CareSettings DrawCare(Dice dice) => dice.Chance(200) ? CareSettings.Off : new CareSettings
    {
        GapMinutes = dice.One(0, 5),
        CallsPerDay = dice.One(0, 2, 10),
        CallsPerRollingHours = dice.One(0, 0, 3),
        RollingHours = dice.One(1, 24),
        OuterHours = dice.Chance(600),
        SuspiciousOutcomes = dice.Chance(500),
    };
}

internal sealed record PlannedCampaign(CampaignSettings Settings, TimeSpan? StartAfter, IReadOnlyList<PlannedJob> Jobs);
