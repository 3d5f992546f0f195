using System.Net;
using System.Net.Sockets;
using Dialer.Calls;
using Dialer.Channels;
using Dialer.Grains.Calls;
using Dialer.Silo.Telephony.Simulated;
using Dialer.Silo.Telephony.Simulated.Link;
using Dialer.Tests.Contract;
using Microsoft.Extensions.Logging.Abstractions;

namespace Dialer.Tests.Simulated;

/// <summary>A carrier as a process of its own: several dialers, its switch, and what it refuses (P44).</summary>
public sealed class CarrierServerTests
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task TwoDialers_EachHearsOfItsOwnCalls()
    {
        await using var rig = new LinkRig();
        var elsewhere = new RecordingSink();
        await using var other = rig.NewDriver(elsewhere);
        var mine = await rig.DialAsync(rig.Callee());
        var theirs = new TryId(new JobId(500), 1);
        await other.DialAsync(new DialCommand(theirs, new CampaignId(1), rig.Callee(), LinkRig.Limit, LinkRig.Limit, Scenario.None), Cancel);
        await rig.Events.RingingAsync(mine, "my call rings");
        await elsewhere.RingingAsync(theirs, "their call rings");
        Assert.Equal(2, rig.Carrier.Tally.Live);
        rig.Clock.Advance(LinkRig.Ring + LinkRig.Talk);
        await rig.Events.EndedAsync(mine, "my call ends");
        await elsewhere.EndedAsync(theirs, "their call ends");
        Assert.Empty(rig.Events.Of(theirs));
        Assert.Empty(elsewhere.Of(mine));
    }

    [Fact]
    public async Task DialerIsKilled_ItsCallsGoOnAndTheNextOneCanEndThem()
    {
        await using var rig = new LinkRig();
        var phone = rig.Callee();
        var doomed = new RecordingSink();
        var first = (SimulatedCallDriver)rig.NewDriver(doomed);
        var id = new TryId(new JobId(600), 1);
        await first.DialAsync(new DialCommand(id, new CampaignId(1), phone, LinkRig.Limit, LinkRig.Limit, Scenario.None), Cancel);
        await doomed.RingingAsync(id, "the phone rings");
        await first.AbandonAsync();
        rig.Clock.Advance(LinkRig.Ring);

        using var admin = await CarrierAdmin.ConnectAsync(rig.Wire.Target, Cancel);
        var live = Assert.Single(await admin.ListAsync(Cancel));
        Assert.Equal((id, phone, true), (live.Id, live.Phone, live.IsAnswered));

        var orphan = new OrphanCall(id, phone, live.StartedAt, UnixTime.None, null);
        Assert.Equal(OrphanResult.Over, await rig.Driver.EndOrphanAsync(orphan, Cancel));
        Assert.Empty(await admin.ListAsync(Cancel));
        Assert.Empty(doomed.Of(id).OfType<CallEnded>());
    }

    [Fact]
    public async Task Switch_TrunkDiesAndComesBack()
    {
        await using var rig = new LinkRig();
        var (ringing, _) = await rig.DialUntilRingingAsync();
        using var admin = await CarrierAdmin.ConnectAsync(rig.Wire.Target, Cancel);
        await admin.SetTrunkAsync(isUp: false, Cancel);
        Assert.True((await rig.Events.EndedAsync(ringing, "the trunk died")).IsChannelClass);
        Assert.False((await rig.Driver.ProbeAsync(Cancel)).IsUp);
        Assert.True((await rig.Events.EndedAsync(await rig.DialAsync(rig.Callee()), "dialed into a dead trunk")).IsChannelClass);
        await admin.SetTrunkAsync(isUp: true, Cancel);
        Assert.True((await rig.Driver.ProbeAsync(Cancel)).IsUp);
        await rig.DialUntilRingingAsync();
    }

    [Theory]
    [InlineData("")]
    [InlineData("hello")]
    [InlineData("dial")]
    [InlineData("dial 1-1 79991234567 1000")]
    [InlineData("dial 1-1 79991234567 1000 1000 1000")]
    [InlineData("dial x-1 79991234567 1000 1000")]
    [InlineData("dial 1-99999999999 79991234567 1000 1000")]
    [InlineData("dial 1-1 +79991234567 1000 -5")]
    [InlineData("hangup 1")]
    [InlineData("query 1-1 2-2")]
    [InlineData("ping")]
    [InlineData("terms 0 0 0 0 0 0 1 1 1 1 0")]
    [InlineData("terms 1 0 0 0 0 0 5 1 1 1 0")]
    public async Task BadLine_IsRefusedWithoutItsNumberAndHarmsNobodyElse(string line)
    {
        await using var rig = new LinkRig();
        var (id, _) = await rig.DialUntilRingingAsync();
        using var client = new TcpClient();
        await client.ConnectAsync(rig.Wire.Target, Cancel);
        using var raw = new RawLine(client);
        Assert.Equal("carrier 1", await raw.HearAsync());
        await raw.SayAsync(line);
        var answer = await raw.HearAsync();
        Assert.StartsWith("error bad line:", answer, StringComparison.Ordinal);
        Assert.DoesNotContain("7999", answer, StringComparison.Ordinal);
        Assert.Null(await raw.HearAsync());
        Assert.Equal(1, rig.Carrier.Tally.Received);
        rig.Clock.Advance(LinkRig.Ring);
        await rig.Events.AnsweredAsync(id, "beside a bad dialer");
    }

    [Fact]
    public async Task EndlessLine_IsCutOff()
    {
        await using var rig = new LinkRig();
        using var client = new TcpClient();
        await client.ConnectAsync(rig.Wire.Target, Cancel);
        using var raw = new RawLine(client);
        Assert.Equal("carrier 1", await raw.HearAsync());
        await raw.SayAsync(new string('x', 5000));
        string? heard;
        do
        {
            heard = await raw.HearAsync();
        }
        while (heard is not null);

        await rig.DialUntilRingingAsync();
    }

    [Fact]
    public async Task SomethingElseListens_ProbeSaysThatItIsNoCarrier()
    {
        using var stranger = new TcpListener(IPAddress.Loopback, 0);
        stranger.Start();
        var greeted = Task.Run(async () =>
        {
            using var client = await stranger.AcceptTcpClientAsync(Cancel);
            await client.GetStream().WriteAsync("220 mail ready\r\n"u8.ToArray(), Cancel);
            _ = await client.GetStream().ReadAsync(new byte[64], Cancel);
        }, Cancel);
        await using var driver = new SimulatedCallDriverFactory(TimeProvider.System, NullLoggerFactory.Instance).Create(
            new ChannelId(1),
            new ChannelSettings
            {
                Name = "stranger",
                Kind = ChannelKind.Simulated,
                Simulated = new SimulatedSettings { Endpoint = stranger.LocalEndpoint.ToString() },
            },
            new RecordingSink());
        var health = await driver.ProbeAsync(Cancel);
        Assert.False(health.IsUp);
        Assert.Contains("does not speak the carrier protocol", health.Evidence, StringComparison.Ordinal);
        await greeted;
    }

    [Theory]
    [InlineData("0.0.0.0")]
    [InlineData("192.0.2.1")]
    [InlineData("::")]
    public void AddressOfOthers_IsRefusedInClearWords(string address)
    {
        var refusal = Assert.Throws<ArgumentException>(() => CarrierServer.Start(new Carrier(), new IPEndPoint(IPAddress.Parse(address), 0)));
        Assert.Contains("loopback", refusal.Message, StringComparison.Ordinal);
    }
}
