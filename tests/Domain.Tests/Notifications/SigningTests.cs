using System.Text;
using Dialer.Signing;

namespace Dialer.Tests.Notifications;

/// <summary>Signatures as Standard Webhooks 1.0 publishes them.</summary>
public class SigningTests
{
    private const string Id = "msg_p5jXN8AQM9LWM0D4loKWxJek";

    private static readonly Secret Published = new("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw");

    private static readonly DateTimeOffset At = DateTimeOffset.FromUnixTimeSeconds(1_614_265_330);

    private static readonly byte[] Body = Encoding.UTF8.GetBytes("{\"test\": 2432232314}");

    [Fact]
    public void PublishedVector_IsReproduced_P51() =>
        Assert.Equal("v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=", StandardWebhooks.Sign(Published, Id, At, Body));

    [Fact]
    public void Signature_IsOfIdTimeAndBody()
    {
        var header = StandardWebhooks.Sign(Published, Id, At, Body);
        Assert.True(StandardWebhooks.IsSignedBy(Published, Id, At, Body, header));
        Assert.True(StandardWebhooks.IsSignedBy(Published, Id, At, Body, "v1,AAAA v1a,x " + header));
        Assert.False(StandardWebhooks.IsSignedBy(Published, Id + "x", At, Body, header));
        Assert.False(StandardWebhooks.IsSignedBy(Published, Id, At.AddSeconds(1), Body, header));
        Assert.False(StandardWebhooks.IsSignedBy(Published, Id, At, Body.AsSpan(1), header));
        Assert.False(StandardWebhooks.IsSignedBy(StandardWebhooks.NewSecret(), Id, At, Body, header));
    }

    [Fact]
    public void NewSecrets_CanSign_AndAreNotShown()
    {
        var (one, other) = (StandardWebhooks.NewSecret(), StandardWebhooks.NewSecret());
        Assert.NotEqual(one, other);
        Assert.True(StandardWebhooks.IsSecret(one.Value));
        Assert.DoesNotContain(one.Value, one.ToString(), StringComparison.Ordinal);
        Assert.False(StandardWebhooks.IsSecret("whsec_"));
        Assert.False(StandardWebhooks.IsSecret("whsec_not base64"));
        Assert.Throws<ArgumentException>(() => StandardWebhooks.Sign(new Secret("plain"), Id, At, Body));
    }
}
