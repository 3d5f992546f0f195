using Dialer.Silo.Telephony.Sip;
using static Dialer.Tests.Sip.DnsRecord;

namespace Dialer.Tests.Sip;

/// <summary>RFC 2782: priority, then weight.</summary>
public sealed class SrvOrderResolverTests : IDisposable
{
    private readonly ResolverRig rig = new();

    public void Dispose() => rig.Dispose();

    [Fact]
    public async Task Priority_ComesBeforeWeight()
    {
        rig.Dns.With(
            Srv("_sip._udp.trunk.example", 20, 65_535, 5072, "pbx.example"),
            Srv("_sip._udp.trunk.example", 10, 0, 5071, "pbx.example"),
            Srv("_sip._udp.trunk.example", 300, 100, 5073, "gone.example"),
            Srv("_sip._udp.trunk.example", 301, 100, 5074, "pbx.example"),
            Host("pbx.example", "192.0.2.1"));
        Assert.Equal("UDP 192.0.2.1:5071, UDP 192.0.2.1:5072, UDP 192.0.2.1:5074", await rig.TargetsAsync("sip:trunk.example"));
        Assert.Single(rig.Dns.Asked, "A pbx.example");
    }

    [Fact]
    public async Task Weight_IsTheShareOfBeingFirst()
    {
        rig.Dns.With(
            Srv("_sip._udp.trunk.example", 1, 10, 5071, "pbx.example"),
            Srv("_sip._udp.trunk.example", 1, 30, 5072, "pbx.example"),
            Srv("_sip._udp.trunk.example", 1, 60, 5073, "pbx.example"),
            Srv("_sip._udp.trunk.example", 1, 0, 5074, "pbx.example"),
            Srv("_sip._udp.trunk.example", 2, 65_535, 5075, "pbx.example"))
            .WithAdditional(Host("pbx.example", "192.0.2.1"));
        var firsts = new Dictionary<int, int>();
        for (var draw = 0; draw < 400; draw++)
        {
            var ports = (await rig.ResolveAsync("sip:trunk.example", SipTransport.Udp)).List.Select(t => t.Address.Port).ToList();
            Assert.Equal([5071, 5072, 5073, 5074, 5075], ports.Order());
            Assert.Equal(5075, ports[4]);
            firsts[ports[0]] = firsts.GetValueOrDefault(ports[0]) + 1;
        }

        Assert.InRange(firsts.GetValueOrDefault(5071), 15, 75);
        Assert.InRange(firsts.GetValueOrDefault(5072), 80, 160);
        Assert.InRange(firsts.GetValueOrDefault(5073), 190, 290);
        Assert.InRange(firsts.GetValueOrDefault(5074), 0, 20);
    }
}
