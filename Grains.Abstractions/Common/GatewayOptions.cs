namespace Dialer;

/// <summary>Settings of the gateway, under <c>Dialer:Gateway:</c>.</summary>
public sealed class GatewayOptions
{
    /// <summary>The largest body of <c>addPhones</c>, in bytes; 0 = no limit. The number of items has none.</summary>
    public long MaxAddPhonesBytes { get; set; } = 256L << 20;
}
