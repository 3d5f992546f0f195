using Dialer.Calls;
using Dialer.Channels;
using Dialer.Grains.Calls;
using Dialer.Numbers;
using Dialer.Silo.Telephony.Sip;
using Dialer.Tests.Contract;

namespace Dialer.Tests.Sip;

/// <summary>Who calls, as callee and network see it (P39, RFC 3323, RFC 3325), and how the number is written.</summary>
public class SipIdentityTests
{
    [Fact]
    public async Task CallerIdAndPrefix_StandInTheInvite_P39()
    {
        var invite = await InviteAsync(t => t with { CallerId = "74951112233", NumberPrefix = "+" });
        Assert.StartsWith("sip:+79161234567@127.0.0.1", invite.RequestUri, StringComparison.Ordinal);
        Assert.Equal("sip:74951112233@127.0.0.1", invite.From!.Uri);
        Assert.Null(invite.First(SipHeader.PAssertedIdentity));
        Assert.Null(invite.First("Privacy"));
    }

    [Fact]
    public async Task HiddenCallerId_IsAnonymousToTheCallee_AndAssertedToTheNetwork_Rfc3323_Rfc3325()
    {
        var invite = await InviteAsync(t => t with { CallerId = "74951112233", IsPrivate = true });
        Assert.Equal("sip:anonymous@anonymous.invalid", invite.From!.Uri);
        Assert.Equal(("<sip:74951112233@127.0.0.1>", "id"), (invite.First(SipHeader.PAssertedIdentity), invite.First("Privacy")));
    }

    [Fact]
    public async Task AssertedIdentity_MayBeAnotherThanTheCallerId_Rfc3325()
    {
        var invite = await InviteAsync(t => t with { CallerId = "74951112233", AssertedIdentity = "sip:main@example.com" });
        Assert.Equal("<sip:main@example.com>", invite.First(SipHeader.PAssertedIdentity));
    }

    private static async Task<SipMessage> InviteAsync(Func<SipTrunk, SipTrunk> change)
    {
        using var far = new FarEnd { Usual = new Habit(486, TimeSpan.Zero) };
        var sink = new RecordingSink();
        await using var side = new SipSide(far.Address, sink, change);
        var id = new TryId(new JobId(1), 1);
        await side.Driver.DialAsync(
            new DialCommand(id, new CampaignId(1), new PhoneNumber(79_161_234_567), TimeSpan.FromSeconds(5), TimeSpan.FromSeconds(5), Scenario.None),
            TestContext.Current.CancellationToken);
        await sink.EndedAsync(id, "busy");
        return Assert.Single(far.Invites);
    }
}
