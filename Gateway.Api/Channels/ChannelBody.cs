using Dialer.Channels;

namespace Dialer.Gateway.Channels;

/// <summary>A channel as it is sent (P39, P44).</summary>
internal sealed partial record ChannelBody
{
    public required string Name { get; init; }

    public required ChannelKind Kind { get; init; }

    /// <summary>Simultaneous calls over all campaigns.</summary>
    public int Lines { get; init; } = 10;

    /// <summary>Starts in any second over all campaigns; 0 = no limit.</summary>
    public int CallsPerSecond { get; init; }

    /// <summary>5–300.</summary>
    public int RingTimeoutSeconds { get; init; } = 40;

    /// <summary>1–14400.</summary>
    public int MaxCallSeconds { get; init; } = 600;

    public SimulatedBody? Simulated { get; init; }

    public SipBody? Sip { get; init; }

    /// <summary>What an answered call is connected to; null = nothing.</summary>
    public ScenarioBody? Scenario { get; init; }

    /// <summary>How the carrier rounds talks up (P46).</summary>
    public BillingBody Billing { get; init; } = new();

    /// <param name="isForPatch">To lay a patch over it: it stands for the secrets too.</param>
    public static ChannelBody Of(ChannelSettings settings, bool isForPatch = false) => new()
    {
        Name = settings.Name,
        Kind = settings.Kind,
        Lines = settings.Lines,
        CallsPerSecond = settings.CallsPerSecond,
        RingTimeoutSeconds = settings.RingTimeoutSeconds,
        MaxCallSeconds = settings.MaxCallSeconds,
        Simulated = settings.Kind == ChannelKind.Simulated ? SimulatedBody.Of(settings.Simulated ?? new SimulatedSettings()) : null,
        Sip = settings.Sip is { } sip ? SipBody.Of(sip, settings.Breaker) : null,
        Scenario = ScenarioBody.Of(settings.Scenario, isForPatch),
        Billing = new BillingBody { First = settings.Billing.First, Step = settings.Billing.Step },
    };

    /// <summary>
    /// A ledger is appended to by whoever runs the dialer: over the API it is a plain name in the data directory's folder of ledgers, never
    /// a path on the host. What was set by the program itself stays.
    /// </summary>
    public Refusal? RefuseLedger(ChannelSettings? former = null) =>
        Simulated?.Ledger is not { } file || file == former?.Simulated?.Ledger || LedgerName.IsMatch(file)
            ? null
            : new Refusal(
                "invalid_setting",
                "simulated.ledger is a file name of up to 100 letters, digits, '.', '_' and '-' that begins with a letter or a digit; the file lies in the folder ledgers of the data directory.",
                Field: "simulated.ledger");

    [System.Text.RegularExpressions.GeneratedRegex(@"^[A-Za-z0-9][A-Za-z0-9._-]{0,99}\z", System.Text.RegularExpressions.RegexOptions.CultureInvariant)]
    private static partial System.Text.RegularExpressions.Regex LedgerName { get; }

    /// <param name="former">What was: secrets that are not sent stay.</param>
    public ChannelSettings ToSettings(ChannelSettings? former = null) => new()
    {
        Name = Name,
        Kind = Kind,
        Lines = Lines,
        CallsPerSecond = CallsPerSecond,
        RingTimeoutSeconds = RingTimeoutSeconds,
        MaxCallSeconds = MaxCallSeconds,
        Simulated = Kind == ChannelKind.Simulated ? (Simulated ?? new SimulatedBody()).ToSettings() : null,
        Sip = Sip?.ToSettings(former?.Sip),
        Breaker = Sip?.Breaker != Switch.Off,
        Scenario = Scenario?.ToScenario(former?.Scenario) ?? Dialer.Channels.Scenario.None,
        FormerLongestSeconds = former?.FormerLongestSeconds ?? 0,
        Billing = (Sip?.Billing ?? Billing).ToStep(),
    };
}

/// <summary>Seconds that each answered call costs at least, and those that come on top at a time; each 1–3600 (P46).</summary>
internal sealed record BillingBody
{
    public int First { get; init; } = 1;

    public int Step { get; init; } = 1;

    public BillingStep ToStep() => new(First, Step);
}

internal enum Switch
{
    On,
    Off,
}

/// <summary>A SIP trunk (P39).</summary>
internal sealed record SipBody
{
    public required string Host { get; init; }

    /// <summary>0 = found by DNS, else the usual one.</summary>
    public int Port { get; init; }

    public TrunkTransport Transport { get; init; }

    public string? Username { get; init; }

    /// <summary>Only sent, never shown; left out = as it was.</summary>
    public string? Password { get; init; }

    /// <summary>Only shown.</summary>
    public bool? HasPassword { get; init; }

    public string? CallerId { get; init; }

    public bool Register { get; init; }

    public string? OutboundProxy { get; init; }

    /// <summary>Beginnings of numbers that may be called: <c>7,375</c>; null = the organisation's country without premium numbers.</summary>
    public string? DestinationPrefixes { get; init; }

    /// <summary>Off: single failures alone are waited for, the channel is never taken out (P42).</summary>
    public Switch Breaker { get; init; }

    /// <summary>Only sent: the same as <c>billing</c> of the channel, which shows it.</summary>
    public BillingBody? Billing { get; init; }

    public string? AssertedIdentity { get; init; }

    public bool HideCallerId { get; init; }

    public string NumberPrefix { get; init; } = "";

    public int FirstResponseSeconds { get; init; } = 6;

    public string? CaFile { get; init; }

    public string? CertificateFile { get; init; }

    public string? KeyFile { get; init; }

    public int SessionExpiresSeconds { get; init; } = 1_800;

    public bool ReliableProvisional { get; init; } = true;

    /// <summary>What responses mean where they mean something else than usual (P40): <c>603=technical,480=busy</c>.</summary>
    public string? Outcomes { get; init; }

    /// <summary>Keeps each call's SIP messages for some days.</summary>
    public bool Trace { get; init; }

    /// <summary>Asks the trunk by OPTIONS whether it is there.</summary>
    public bool Probe { get; init; } = true;

    public static SipBody Of(SipSettings sip, bool hasBreaker) => new()
    {
        Host = sip.Host,
        Port = sip.Port,
        Transport = sip.Transport,
        Username = sip.Username,
        HasPassword = sip.Password is not null,
        CallerId = sip.CallerId,
        Register = sip.Register,
        OutboundProxy = sip.OutboundProxy,
        DestinationPrefixes = sip.DestinationPrefixes,
        Breaker = hasBreaker ? Switch.On : Switch.Off,
        AssertedIdentity = sip.AssertedIdentity,
        HideCallerId = sip.HideCallerId,
        NumberPrefix = sip.NumberPrefix,
        FirstResponseSeconds = sip.FirstResponseSeconds,
        CaFile = sip.CaFile,
        CertificateFile = sip.CertificateFile,
        KeyFile = sip.KeyFile,
        SessionExpiresSeconds = sip.SessionExpiresSeconds,
        ReliableProvisional = sip.ReliableProvisional,
        Outcomes = sip.Outcomes,
        Trace = sip.Trace,
        Probe = sip.Probe,
    };

    // a password goes to the host that it was given for: with another one it has to be given again
    public SipSettings ToSettings(SipSettings? former) => new()
    {
        Host = Host,
        Port = Port,
        Transport = Transport,
        Username = Username,
        Password = Password is { } given ? new Secret(given)
            : former is not null && (former.Host, former.Username) == (Host, Username) ? former.Password
            : null,
        CallerId = CallerId,
        Register = Register,
        OutboundProxy = OutboundProxy,
        DestinationPrefixes = DestinationPrefixes,
        AssertedIdentity = AssertedIdentity,
        HideCallerId = HideCallerId,
        NumberPrefix = NumberPrefix,
        FirstResponseSeconds = FirstResponseSeconds,
        CaFile = CaFile,
        CertificateFile = CertificateFile,
        KeyFile = KeyFile,
        SessionExpiresSeconds = SessionExpiresSeconds,
        ReliableProvisional = ReliableProvisional,
        Outcomes = Outcomes,
        Trace = Trace,
        Probe = Probe,
    };
}

/// <summary>Seconds that a simulated duration is drawn from.</summary>
internal sealed record SecondsBody(double Min, double Max);

/// <summary>The simulated carrier (P44): weights of outcomes, and how long they take.</summary>
internal sealed record SimulatedBody
{
    public double Answer { get; init; } = 0.6;

    public double Busy { get; init; } = 0.15;

    public double NoAnswer { get; init; } = 0.2;

    public double Reject { get; init; }

    public double Nonexistent { get; init; } = 0.03;

    public double Error { get; init; } = 0.02;

    public SecondsBody RingSeconds { get; init; } = new(1, 5);

    public SecondsBody TalkSeconds { get; init; } = new(5, 30);

    public int Seed { get; init; }

    /// <summary>Loopback address of a carrier that runs as its own process.</summary>
    public string? Endpoint { get; init; }

    /// <summary>File of the carrier's own books: a plain name in the folder <c>ledgers</c> of the data directory.</summary>
    public string? Ledger { get; init; }

    public static SimulatedBody Of(SimulatedSettings settings) => new()
    {
        Answer = settings.Answer,
        Busy = settings.Busy,
        NoAnswer = settings.NoAnswer,
        Reject = settings.Reject,
        Nonexistent = settings.Nonexistent,
        Error = settings.Error,
        RingSeconds = new SecondsBody(settings.RingSeconds.Min, settings.RingSeconds.Max),
        TalkSeconds = new SecondsBody(settings.TalkSeconds.Min, settings.TalkSeconds.Max),
        Seed = settings.Seed,
        Endpoint = settings.Endpoint,
        Ledger = settings.Ledger,
    };

    public SimulatedSettings ToSettings() => new()
    {
        Answer = Answer,
        Busy = Busy,
        NoAnswer = NoAnswer,
        Reject = Reject,
        Nonexistent = Nonexistent,
        Error = Error,
        RingSeconds = new SecondsRange(RingSeconds.Min, RingSeconds.Max),
        TalkSeconds = new SecondsRange(TalkSeconds.Min, TalkSeconds.Max),
        Seed = Seed,
        Endpoint = Endpoint,
        Ledger = Ledger,
    };
}

/// <summary>What an answered call is connected to (P41).</summary>
internal sealed record ScenarioBody
{
    public SipBotBody? SipBot { get; init; }

    public HttpBotBody? HttpBot { get; init; }

    public static ScenarioBody? Of(Scenario? scenario, bool isForPatch = false) => scenario is null || scenario.IsNone ? null : new ScenarioBody
    {
        SipBot = scenario.SipBotUri is { } uri ? new SipBotBody { Uri = uri, Handover = scenario.Handover == BotHandover.LateOffer ? Handover.LateOffer : Handover.ReInvite } : null,
        HttpBot = scenario.HttpBotUrl is { } url ? HttpBotBody.Of(url, scenario.HttpBotSecret, isForPatch) : null,
    };

    public Scenario ToScenario(Scenario? former = null) => new()
    {
        SipBotUri = SipBot?.Uri,
        Handover = SipBot?.Handover == Handover.LateOffer ? BotHandover.LateOffer : BotHandover.ReInvite,
        HttpBotUrl = HttpBot?.Url,
        HttpBotSecret = HttpBot?.ToSecret(former?.HttpBotSecret),
    };
}

/// <summary>How an answered call is handed to a SIP bot.</summary>
internal enum Handover
{
    ReInvite,
    LateOffer,
}

/// <summary>As the process contract writes it: <c>late-offer</c>, <c>re-invite</c>.</summary>
internal sealed class HandoverJson() : System.Text.Json.Serialization.JsonStringEnumConverter<Handover>(
    System.Text.Json.JsonNamingPolicy.KebabCaseLower, allowIntegerValues: false);

/// <summary>A SIP voice bot.</summary>
internal sealed record SipBotBody
{
    public required string Uri { get; init; }

    [System.Text.Json.Serialization.JsonConverter(typeof(HandoverJson))]
    public Handover Handover { get; init; }
}

/// <summary>An HTTP bot.</summary>
internal sealed record HttpBotBody
{
    /// <summary>Stands for a secret that is not shown, while a patch is laid over it: what is left of it after that says whether it stays.</summary>
    private const string Kept = "\u0001kept\u0001";

    /// <summary>Absolute, https or http.</summary>
    public required string Url { get; init; }

    /// <summary>Signs requests to the bot: <c>whsec_…</c> with base64, or any text of 16 to 256 characters. Only sent, never shown; left out = as it was, null = none.</summary>
    public string? Secret { get; init; }

    /// <summary>Only shown.</summary>
    public bool? HasSecret { get; init; }

    public static HttpBotBody Of(string url, Secret? secret, bool isForPatch) => new()
    {
        Url = url,
        Secret = isForPatch && secret is not null ? Kept : null,
        HasSecret = secret is not null,
    };

    public Secret? ToSecret(Secret? former) => Secret switch
    {
        null => null,
        Kept => former,
        _ => new Secret(Secret),
    };
}
