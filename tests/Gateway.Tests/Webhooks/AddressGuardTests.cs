using System.Net;
using Dialer.Silo.Http;

namespace Dialer.Tests.Webhooks;

/// <summary>What others may make us send to: the public internet, in whatever way an address is written.</summary>
public class AddressGuardTests
{
    [Theory]
    [InlineData("8.8.8.8", true)]
    [InlineData("172.32.0.1", true)]
    [InlineData("100.128.0.1", true)]
    [InlineData("2a00:1450:4001:81b::200e", true)]
    [InlineData("64:ff9b::808:808", true)]
    [InlineData("0.0.0.0", false)]
    [InlineData("10.255.0.1", false)]
    [InlineData("100.64.0.1", false)]
    [InlineData("127.8.8.8", false)]
    [InlineData("169.254.169.254", false)]
    [InlineData("172.16.0.1", false)]
    [InlineData("172.31.255.255", false)]
    [InlineData("192.168.1.1", false)]
    [InlineData("198.19.0.1", false)]
    [InlineData("224.0.0.1", false)]
    [InlineData("255.255.255.255", false)]
    [InlineData("::", false)]
    [InlineData("::1", false)]
    [InlineData("::127.0.0.1", false)]
    [InlineData("::ffff:127.0.0.1", false)]
    [InlineData("::ffff:8.8.8.8", true)]
    [InlineData("64:ff9b::7f00:1", false)]
    [InlineData("2002:7f00:1::", false)]
    [InlineData("2001:0:1::", false)]
    [InlineData("2001:db8::1", false)]
    [InlineData("fc00::1", false)]
    [InlineData("fd12::1", false)]
    [InlineData("fe80::1", false)]
    [InlineData("ff02::1", false)]
    public void Addresses_ArePublicOrNot(string address, bool isPublic)
    {
        Assert.Equal(isPublic, AddressGuard.IsPublic(IPAddress.Parse(address)));
        Assert.Equal(isPublic, AddressGuard.Of(null).Allows("host", IPAddress.Parse(address)));
        Assert.True(AddressGuard.Of("true").Allows("host", IPAddress.Parse(address)));
    }

    [Fact]
    public void Allowed_AreWhatIsNamed_AndNoMore()
    {
        var guard = AddressGuard.Of("crm.local, 10.1.0.0/16,fd00::7");
        Assert.True(guard.Allows("x", IPAddress.Parse("10.1.2.3")));
        Assert.True(guard.Allows("x", IPAddress.Parse("::ffff:10.1.2.3")));
        Assert.False(guard.Allows("x", IPAddress.Parse("10.2.0.1")));
        Assert.True(guard.Allows("x", IPAddress.Parse("fd00::7")));
        Assert.False(guard.Allows("x", IPAddress.Parse("fd00::8")));
        Assert.True(guard.Allows("CRM.local", IPAddress.Parse("192.168.0.1")));
        Assert.False(guard.Allows("crm.local.evil", IPAddress.Parse("192.168.0.1")));
        Assert.Throws<FormatException>(() => AddressGuard.Of("10.1.0.0/99"));
        Assert.Throws<FormatException>(() => AddressGuard.Of("a b"));
    }

    [Fact]
    public async Task Handler_LooksAtTheAddress_NotAtTheName()
    {
        // the name resolves, and only its address tells where it leads
        using var client = new HttpClient(GuardedHttp.NewHandler(AddressGuard.Of("10.0.0.0/8")));
        var refused = await Assert.ThrowsAsync<HttpRequestException>(() => client.GetAsync(new Uri("http://localhost:9/")));
        Assert.IsType<AddressRefusedException>(refused.InnerException);
    }
}
