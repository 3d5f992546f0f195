using Dialer.Silo.Telephony.Sip;
using Dialer.Tests.Contract;

namespace Dialer.Tests.Sip;

/// <summary>Trunks that want us registered (P39, RFC 3261 §10).</summary>
public class SipRegistrationTests
{
    private static readonly DigestCredentials Right = new("operator", "secret");

    [Fact]
    public async Task TrunkIsRegisteredAt_WithDigest_AndLeftAtTheEnd_P39()
    {
        using var far = new FarEnd { Wants = Right };
        await using (var side = new SipSide(far.Address, new RecordingSink(), t => t with { Registers = true, Credentials = Right }))
        {
            var health = await side.Driver.ProbeAsync(TestContext.Current.CancellationToken);
            Assert.True(health.IsUp, health.Evidence);
            var (contact, expires) = Assert.Single(far.Registrations);
            Assert.StartsWith("<sip:dialer-", contact, StringComparison.Ordinal);
            Assert.Equal(600, expires);
        }

        Assert.Contains(far.Registrations, r => r.Expires == 0);
    }

    [Fact]
    public async Task RegistrarBehindAProxyThatAsksToo_GetsBothAnswers_P39()
    {
        using var far = new FarEnd { Wants = Right, ProxyWants = Right };
        await using var side = new SipSide(far.Address, new RecordingSink(), t => t with { Registers = true, Credentials = Right });
        var health = await side.Driver.ProbeAsync(TestContext.Current.CancellationToken);
        Assert.True(health.IsUp, health.Evidence);
        Assert.Single(far.Registrations);
    }

    [Fact]
    public async Task WrongPassword_IsToldAsTheTrunksHealth_P42()
    {
        using var far = new FarEnd { Wants = Right };
        await using var side = new SipSide(far.Address, new RecordingSink(), t => t with { Registers = true, Credentials = new DigestCredentials("operator", "wrong") });
        var health = await side.Driver.ProbeAsync(TestContext.Current.CancellationToken);
        Assert.False(health.IsUp);
        Assert.StartsWith("REGISTER was refused: 401", health.Evidence, StringComparison.Ordinal);
        Assert.Empty(far.Registrations);
    }

    [Theory]
    [InlineData(6_000_000)]
    [InlineData(2_000_000_000)]
    public async Task RegistrarThatGrantsForMonths_IsLeftAtTheEnd_P39(int granted)
    {
        using var far = new FarEnd { GrantedSeconds = granted };
        await using (var side = new SipSide(far.Address, new RecordingSink(), t => t with { Registers = true }))
        {
            var health = await side.Driver.ProbeAsync(TestContext.Current.CancellationToken);
            Assert.True(health.IsUp, health.Evidence);
        }

        Assert.Equal([0, 600], far.Registrations.Select(r => r.Expires).Order());
    }

    [Fact]
    public async Task ReasonOfARefusal_IsToldInOneLine_AndNotAtLength_P42()
    {
        using var far = new FarEnd { RefusalReason = "No\u2028forged: line\u0085\u202e" + new string('x', 5_000) };
        await using var side = new SipSide(far.Address, new RecordingSink(), t => t with { Registers = true });
        var health = await side.Driver.ProbeAsync(TestContext.Current.CancellationToken);
        Assert.Equal($"REGISTER was refused: 403 Noforged: line{new string('x', 186)}", health.Evidence);
    }
}
