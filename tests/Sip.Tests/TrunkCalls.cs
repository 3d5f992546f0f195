using System.Net;
using Dialer.Calls;
using Dialer.Grains.Calls;
using Dialer.Numbers;
using Dialer.Silo.Telephony.Sip;
using Dialer.Tests.Contract;

namespace Dialer.Tests.Sip;

/// <summary>Calls over one trunk and what became of them.</summary>
internal sealed class TrunkCalls : IAsyncDisposable
{
    private readonly SipSide side;
    private int dialed;

    /// <param name="far">Where the trunk listens.</param>
    /// <param name="change">What is other than usual.</param>
    /// <param name="resolver">Where names are asked.</param>
    /// <param name="options">The network.</param>
    public TrunkCalls(IPEndPoint far, Func<SipTrunk, SipTrunk>? change = null, SipResolverOptions? resolver = null, SipNetworkOptions? options = null)
    {
        side = new SipSide(far, Sink, t => (change ?? (c => c))(t with { Credentials = new DigestCredentials("dialer", "secret") }), resolver, options);
    }

    public RecordingSink Sink { get; } = new();

    public SipCallDriver Driver => side.Driver;

    /// <summary>Dials and does not wait.</summary>
    public async Task<TryId> DialAsync(long phone, TimeSpan? ring = null, TimeSpan? talk = null)
    {
        var id = new TryId(new JobId(Interlocked.Increment(ref dialed)), 1);
        var command = new DialCommand(
            id, new CampaignId(1), new PhoneNumber(phone), ring ?? TimeSpan.FromSeconds(15), talk ?? TimeSpan.FromSeconds(2), Channels.Scenario.None);
        Assert.True((await Driver.DialAsync(command, TestContext.Current.CancellationToken)).IsAccepted);
        return id;
    }

    /// <summary>One call until its end.</summary>
    public async Task<CallEnded> CallAsync(long phone, TimeSpan? ring = null, TimeSpan? talk = null)
    {
        var id = await DialAsync(phone, ring, talk);
        return await Sink.EndedAsync(id, $"the call to {phone}");
    }

    /// <summary>All at once; their ends in the same order.</summary>
    public async Task<IReadOnlyList<CallEnded>> CallAllAsync(IReadOnlyList<long> phones, TimeSpan? ring = null, TimeSpan? talk = null)
    {
        var ids = new List<TryId>();
        foreach (var phone in phones)
        {
            ids.Add(await DialAsync(phone, ring, talk));
        }

        foreach (var id in ids)
        {
            await Sink.EndedAsync(id, "all calls");
        }

        Sink.CheckLaws();
        return [.. ids.Select(id => Assert.IsType<CallEnded>(Sink.Of(id)[^1]))];
    }

    public ValueTask DisposeAsync() => side.DisposeAsync();
}
