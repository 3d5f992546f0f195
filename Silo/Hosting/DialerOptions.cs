using Dialer.Accounts;
using Dialer.Events;
using Dialer.Silo.Storage;
using Dialer.Webhooks;

namespace Dialer.Silo.Hosting;

/// <summary>Settings under <c>Dialer:</c> in appsettings.json, the environment (<c>Dialer__…</c>) or on the command line.</summary>
public sealed class DialerOptions
{
    public const string Section = "Dialer";

    /// <summary><c>Sqlite</c> (default) or <c>PostgreSql</c> with <c>ConnectionStrings:Dialer</c>.</summary>
    public StorageEngine Storage { get; set; }

    /// <summary>Directory for everything that is kept on this machine.</summary>
    public string DataDirectory { get; set; } = "./data";

    /// <summary>Several silos and gateways on one PostgreSQL; off = everything in this process.</summary>
    public bool Cluster { get; set; }

    /// <summary>ISO country: outer hours and number format where nothing more is known (P39, P60).</summary>
    public string Country { get; set; } = "RU";

    /// <summary>IANA zone of the organisation; campaigns without a zone of their own take it. Never the host's.</summary>
    public string? TimeZone { get; set; }

    /// <summary>
    /// File with a table of number ranges and their zones (P4): <c>PREFIX ZONE</c> or <c>FROM-TO ZONE</c> a line; later lines
    /// override earlier ones, so an operator's own come last. Null = zones are found by the number's plan alone.
    /// </summary>
    public string? NumberRanges { get; set; }

    public CareOptions Care { get; set; } = new();

    /// <summary>Days after which the data of a deleted campaign is erased (P57).</summary>
    public int RetentionDays { get; set; } = 30;

    /// <summary>How long talks may go on, in seconds, when the process is asked to end (SIGTERM); then they are hung up. 0–600.</summary>
    public int ShutdownSeconds { get; set; } = 20;

    public SipOptions Sip { get; set; } = new();

    public MailOptions Mail { get; set; } = new();

    public GatewayOptions Gateway { get; set; } = new();

    public EventOptions Events { get; set; } = new();

    public WebhookOptions Webhooks { get; set; } = new();

    /// <summary>The organisation's settings until they are written through the API.</summary>
    public OrganisationSettings ToOrganisation() => new()
    {
        Country = Country,
        TimeZone = TimeZone,
        Care = Care.ToSettings(),
        RetentionDays = RetentionDays,
    };
}

/// <summary>Where this process is reached by SIP; for machines with one address nothing need be set.</summary>
public sealed class SipOptions
{
    /// <summary>Local address to listen on; null = all.</summary>
    public string? Address { get; set; }

    /// <summary>Port for UDP and TCP; 0 = any free one.</summary>
    public int Port { get; set; }

    /// <summary>Address or name that trunks are told when a router stands between (NAT).</summary>
    public string? Advertised { get; set; }
}

/// <summary>Care for the people called (P22, P58, P60, P12): on for SIP channels; for simulated ones only if asked for.</summary>
public sealed class CareOptions
{
    /// <summary>Keep the same care on simulated channels: for tests and rehearsals.</summary>
    public bool OnSimulated { get; set; }

    public int GapMinutes { get; set; } = 5;

    public int CallsPerDay { get; set; } = 10;

    public int CallsPerWeek { get; set; }

    public int CallsPerMonth { get; set; }

    public int CallsPerRollingHours { get; set; }

    public int RollingHours { get; set; } = 24;

    public bool OuterHours { get; set; } = true;

    public bool SuspiciousOutcomes { get; set; } = true;

    public CareSettings ToSettings() => new()
    {
        GapMinutes = GapMinutes,
        CallsPerDay = CallsPerDay,
        CallsPerWeek = CallsPerWeek,
        CallsPerMonth = CallsPerMonth,
        CallsPerRollingHours = CallsPerRollingHours,
        RollingHours = RollingHours,
        OuterHours = OuterHours,
        SuspiciousOutcomes = SuspiciousOutcomes,
    };
}
