using Dialer.Domain.Accounts;
using Dialer.Channels;
using Dialer.Silo.Http;
using Dialer.Silo.Storage;
using Microsoft.Extensions.Configuration;

namespace Dialer.Silo.Hosting;

/// <summary>A setting that cannot be used: the message says what, where and how to mend it.</summary>
public sealed class ConfigurationRefusedException : Exception
{
    public ConfigurationRefusedException()
    {
    }

    public ConfigurationRefusedException(string message)
        : base(message)
    {
    }

    public ConfigurationRefusedException(string message, Exception inner)
        : base(message, inner)
    {
    }
}

/// <summary>Reads the settings under <c>Dialer:</c>; unknown and invalid ones stop the start.</summary>
public static class DialerConfiguration
{
    /// <exception cref="ConfigurationRefusedException">A setting is unknown or invalid.</exception>
    public static DialerOptions Read(IConfiguration configuration)
    {
        ArgumentNullException.ThrowIfNull(configuration);
        var section = configuration.GetSection(DialerOptions.Section);
        CheckNames(section, typeof(DialerOptions), DialerOptions.Section);
        var options = Bind(section);
        Demand(!string.IsNullOrWhiteSpace(options.DataDirectory), "Dialer:DataDirectory is empty; name a directory.");
        Demand(options.ShutdownSeconds is >= 0 and <= 600, "Dialer:ShutdownSeconds is 0 to 600.");
        Demand(options.Sip.Address is null || System.Net.IPAddress.TryParse(options.Sip.Address, out _), "Dialer:Sip:Address is no IP address; leave it out to listen on all.");
        Demand(options.Sip.Port is >= 0 and <= 65_535, "Dialer:Sip:Port is 0 (any free one) to 65535.");
        Demand(options.Sip.Advertised is null || TrunkAddress.IsHost(options.Sip.Advertised), "Dialer:Sip:Advertised is an address or a host name.");
        Demand(options.Gateway.MaxAddPhonesBytes >= 0, "Dialer:Gateway:MaxAddPhonesBytes is a number of bytes, or 0 for no limit.");
        Demand(options.Gateway is { RequestsPerSecond: >= 0, CallsRequestsPerSecond: >= 0 }, "Dialer:Gateway:RequestsPerSecond and CallsRequestsPerSecond are numbers of requests, or 0 for no limit.");
        Demand(
            GatewayOptions.TryReadNetworks(options.Gateway.TrustedProxies, out _),
            "Dialer:Gateway:TrustedProxies are addresses or networks separated by commas, for example 10.1.0.7, 10.2.0.0/16.");
        Demand(options.Gateway.Oidc.Fault() is null, options.Gateway.Oidc.Fault() ?? "");
        Demand(options.Events.RetentionDays is >= 1 and <= 365, "Dialer:Events:RetentionDays is 1 to 365.");
        Demand(options.Events.HeartbeatSeconds is >= 1 and <= 300, "Dialer:Events:HeartbeatSeconds is 1 to 300.");
        Demand(options.Events.StreamsPerKey is >= 1 and <= 1000, "Dialer:Events:StreamsPerKey is 1 to 1000.");
        Demand(options.Webhooks.Concurrency is >= 1 and <= 64, "Dialer:Webhooks:Concurrency is 1 to 64.");
        Demand(options.Webhooks.TimeoutSeconds is >= 1 and <= 60, "Dialer:Webhooks:TimeoutSeconds is 1 to 60.");
        Demand(options.Webhooks.MaxPending is >= 100 and <= 10_000_000, "Dialer:Webhooks:MaxPending is 100 to 10000000.");
        Demand(options.Webhooks.RetryScale is > 0 and <= 1, "Dialer:Webhooks:RetryScale is above 0, at most 1.");
        CheckAllowPrivate(options.Webhooks.AllowPrivate);
        Demand(
            options.Gateway.PublicUrl is null || IsPublicUrl(options.Gateway.PublicUrl),
            "Dialer:Gateway:PublicUrl is an absolute http or https URL without query, for example https://dialer.example.org.");
        Demand(options.Mail.Fault() is null, options.Mail.Fault() ?? "");
        var faults = OrganisationRules.Check(options.ToOrganisation());
        Demand(faults.Count == 0, faults.Count == 0 ? "" : $"Dialer:{faults[0].Field}: {faults[0].Text}");
        Demand(
            options.Storage == StorageEngine.Sqlite || !string.IsNullOrWhiteSpace(configuration.GetConnectionString("Dialer")),
            "Dialer:Storage is PostgreSql but ConnectionStrings:Dialer is not set; give for example ConnectionStrings__Dialer=\"Host=127.0.0.1;Database=dialer;Username=dialer\".");
        if (options.Storage == StorageEngine.PostgreSql)
        {
            StartRefusals.CheckConnectionString(configuration.GetConnectionString("Dialer")!);
        }

        Demand(
            !options.Cluster || options.Storage == StorageEngine.PostgreSql,
            "Dialer:Cluster needs Dialer:Storage=PostgreSql: SQLite is for one process.");
        return options;
    }

    public static StorageOptions Storage(DialerOptions options, IConfiguration configuration)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(configuration);
        return new StorageOptions
        {
            Engine = options.Storage,
            DataDirectory = Path.GetFullPath(options.DataDirectory),
            ConnectionString = configuration.GetConnectionString("Dialer"),
        };
    }

    private static bool IsPublicUrl(string text) =>
        Uri.TryCreate(text, UriKind.Absolute, out var url)
        && (url.Scheme == Uri.UriSchemeHttp || url.Scheme == Uri.UriSchemeHttps)
        && url is { Query: "", Fragment: "", UserInfo: "" }
        && !text.Any(c => char.IsControl(c) || char.IsWhiteSpace(c) || c > '~');

    private static DialerOptions Bind(IConfigurationSection section)
    {
        try
        {
            return section.Get<DialerOptions>(b => b.ErrorOnUnknownConfiguration = false) ?? new DialerOptions();
        }
        catch (InvalidOperationException e)
        {
            throw new ConfigurationRefusedException($"{e.Message} {e.InnerException?.Message}".Trim(), e);
        }
    }

    private static void CheckNames(IConfigurationSection section, Type type, string path)
    {
        var known = type.GetProperties().ToDictionary(p => p.Name, StringComparer.OrdinalIgnoreCase);
        foreach (var child in section.GetChildren())
        {
            if (!known.TryGetValue(child.Key, out var property))
            {
                throw new ConfigurationRefusedException($"{path}:{child.Key} is not a setting; known are {string.Join(", ", known.Keys.Order())}.");
            }

            if (property.PropertyType.Name.EndsWith("Options", StringComparison.Ordinal))
            {
                CheckNames(child, property.PropertyType, $"{path}:{property.Name}");
            }
        }
    }

    private static void CheckAllowPrivate(string? allowed)
    {
        try
        {
            _ = AddressGuard.Of(allowed);
        }
        catch (FormatException e)
        {
            throw new ConfigurationRefusedException($"Dialer:Webhooks:AllowPrivate: {e.Message} Write true, or hosts, addresses and networks separated by commas.", e);
        }
    }

    private static void Demand(bool holds, string text)
    {
        if (!holds)
        {
            throw new ConfigurationRefusedException(text);
        }
    }
}
