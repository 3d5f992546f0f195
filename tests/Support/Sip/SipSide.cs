using System.Net;
using System.Text;
using Dialer.Grains.Calls;
using Dialer.Silo.Telephony.Sip;
using Microsoft.Extensions.Logging.Abstractions;

namespace Dialer.Tests.Sip;

/// <summary>The SIP side of one process on loopback: its network, and a driver for one trunk.</summary>
internal sealed class SipSide : IAsyncDisposable
{
    private readonly SipNetwork network;

    /// <param name="far">Where the trunk listens.</param>
    /// <param name="sink">Takes the events.</param>
    /// <param name="change">What is other than usual.</param>
    /// <param name="resolver">Where names are asked; null = no name is known.</param>
    /// <param name="options">The network; null = on loopback, any port.</param>
    public SipSide(
        IPEndPoint far, ICallEventSink sink, Func<SipTrunk, SipTrunk>? change = null, SipResolverOptions? resolver = null, SipNetworkOptions? options = null)
    {
        network = new SipNetwork(
            options ?? new SipNetworkOptions { Address = IPAddress.Loopback }, TimeProvider.System, NullLogger<SipNetwork>.Instance);
        var trunk = new SipTrunk
        {
            Host = far.Address.ToString(),
            Port = far.Port,
            Domain = "dialer.test",
            Key = Encoding.ASCII.GetBytes("a key of the test"),
        };
        Driver = new SipCallDriver(
            change?.Invoke(trunk) ?? trunk,
            network,
            new SipResolver(resolver ?? new SipResolverOptions { NameServers = [] }),
            sink,
            NullLogger<SipCallDriver>.Instance);
    }

    public SipCallDriver Driver { get; }

    /// <summary>Ends without a word, as if the process had been killed.</summary>
    public async Task KillAsync()
    {
        await Driver.AbandonAsync();
        await network.DisposeAsync();
    }

    public async ValueTask DisposeAsync()
    {
        await Driver.DisposeAsync();
        await network.DisposeAsync();
    }
}
