namespace Dialer.Channels;

/// <summary>What carries the calls of a channel.</summary>
public enum ChannelKind : byte
{
    None = 0,

    /// <summary>The simulated carrier (P44): nobody is called.</summary>
    Simulated = 1,

    /// <summary>A SIP trunk (P39).</summary>
    Sip = 2,
}

/// <summary>How calls leave (P39, P44) and what an answered one is connected to (P15, P41).</summary>
[GenerateSerializer, Immutable, Alias("dialer.ChannelSettings")]
public sealed record ChannelSettings
{
    [Id(0)] public required string Name { get; init; }

    [Id(1)] public required ChannelKind Kind { get; init; }

    /// <summary>Simultaneous calls over all campaigns; at least 1.</summary>
    [Id(2)] public int Lines { get; init; } = 10;

    /// <summary>Starts in any rolling second over all campaigns; 0 = no limit.</summary>
    [Id(3)] public int CallsPerSecond { get; init; }

    /// <summary>How long a phone may ring, 5–300 s.</summary>
    [Id(4)] public int RingTimeoutSeconds { get; init; } = 40;

    /// <summary>How long a call may last, 1–14400 s.</summary>
    [Id(5)] public int MaxCallSeconds { get; init; } = 600;

    [Id(6)] public SimulatedSettings? Simulated { get; init; }

    [Id(7)] public Scenario Scenario { get; init; } = Scenario.None;

    /// <summary>Off: P8 alone rules failures; the channel is never taken out (P42).</summary>
    [Id(8)] public bool Breaker { get; init; } = true;

    /// <summary>
    /// Kept by the channel itself: an earlier, longer limit under which calls are still up, in seconds after their start; 0 = none.
    /// </summary>
    [Id(9)] public int FormerLongestSeconds { get; init; }

    [Id(10)] public SipSettings? Sip { get; init; }

    /// <summary>How the carrier rounds talks up (P46).</summary>
    [Id(11)] public BillingStep Billing { get; init; } = BillingStep.Default;

    public TimeSpan RingTimeout => TimeSpan.FromSeconds(RingTimeoutSeconds);

    public TimeSpan MaxCall => TimeSpan.FromSeconds(MaxCallSeconds);

    /// <summary>After this long since its start nobody's phone rings any more for a call that was not answered (P29).</summary>
    public TimeSpan LongestRinging => RingTimeout + TimeSpan.FromSeconds(60);

    /// <summary>After this long since its start a call is certainly over (P30).</summary>
    public TimeSpan LongestCall => TimeSpan.FromSeconds(Math.Max(FormerLongestSeconds, OwnLongestSeconds));

    /// <summary>Whether calls of the one can be ended and asked for over the other.</summary>
    public bool IsSameTrunk(ChannelSettings other) => other is not null
        && Kind == other.Kind
        && Simulated?.Endpoint == other.Simulated?.Endpoint
        && (Sip?.Host, Sip?.Port, Sip?.Transport, Sip?.OutboundProxy) == (other.Sip?.Host, other.Sip?.Port, other.Sip?.Transport, other.Sip?.OutboundProxy);

    /// <summary>These settings, with the longest call of the former ones remembered: calls made under them are still up.</summary>
    public ChannelSettings Outlasting(ChannelSettings former)
    {
        ArgumentNullException.ThrowIfNull(former);
        var longest = (int)former.LongestCall.TotalSeconds;
        return longest > OwnLongestSeconds ? this with { FormerLongestSeconds = longest } : this;
    }

    private int OwnLongestSeconds => RingTimeoutSeconds + MaxCallSeconds + 60;
}

/// <summary>What an answered call is connected to (P41). Nothing set = <c>none</c>.</summary>
[GenerateSerializer, Immutable, Alias("dialer.Scenario")]
public sealed record Scenario
{
    public static readonly Scenario None = new();

    /// <summary>URI of a SIP voice bot.</summary>
    [Id(0)] public string? SipBotUri { get; init; }

    /// <summary>URL of an HTTP bot.</summary>
    [Id(1)] public string? HttpBotUrl { get; init; }

    /// <summary>How a call is handed to the SIP bot.</summary>
    [Id(2)] public BotHandover Handover { get; init; }

    /// <summary>Signs what the HTTP bot is sent; null = it is sent unsigned.</summary>
    [Id(3)] public Secret? HttpBotSecret { get; init; }

    public bool IsNone => SipBotUri is null && HttpBotUrl is null;
}

/// <summary>How an answered call is handed to a SIP bot (third-party call control, RFC 3725).</summary>
public enum BotHandover : byte
{
    /// <summary>The callee is called with a silent session, and moved to the bot's when it has answered (flow IV): works with every trunk.</summary>
    ReInvite = 0,

    /// <summary>The callee is asked for its session, which the bot answers (flow I): one message less, but the trunk must call without a session.</summary>
    LateOffer = 1,
}
