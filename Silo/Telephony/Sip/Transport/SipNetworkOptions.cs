using System.Net;

namespace Dialer.Silo.Telephony.Sip;

/// <summary>Where the user agent listens and how others reach it.</summary>
internal sealed record SipNetworkOptions
{
    /// <summary>Local address; null = all, and each trunk is told the one that leads to it.</summary>
    public IPAddress? Address { get; init; }

    /// <summary>Port for UDP and TCP; 0 = any free one.</summary>
    public int Port { get; init; }

    /// <summary>Host that is written into Via, Contact and session descriptions when a router stands before this machine.</summary>
    public string? Advertised { get; init; }

    /// <summary>Connections that others may hold to us.</summary>
    public int MaxConnections { get; init; } = 200;

    /// <summary>What connections may take their time for.</summary>
    public StreamLimits Streams { get; init; } = new();

    /// <summary>Threads that legs live on; 0 = one a processor.</summary>
    public int Loops { get; init; }
}
