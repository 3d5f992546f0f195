namespace Dialer;

/// <summary>Settings of the gateway, under <c>Dialer:Gateway:</c>.</summary>
public sealed class GatewayOptions
{
    /// <summary>The largest body of <c>addPhones</c>, in bytes; 0 = no limit. The number of items has none.</summary>
    public long MaxAddPhonesBytes { get; set; } = 256L << 20;

    /// <summary>
    /// Where bots reach the gateway, an absolute http(s) URL: calls give their bots an address below it (P41). Not set: in one process the
    /// address it listens on; on clusters no address is given.
    /// </summary>
    public string? PublicUrl { get; set; }

    /// <summary>Requests a second of each key, twice as many at once; 0 = no limit.</summary>
    public int RequestsPerSecond { get; set; } = 100;

    /// <summary>Requests a second of each campaign's token on the Calls API; 0 = no limit, as clients expect of it.</summary>
    public int CallsRequestsPerSecond { get; set; }
}
