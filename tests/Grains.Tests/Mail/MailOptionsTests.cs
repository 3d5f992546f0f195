using Dialer.Silo.Hosting;

namespace Dialer.Tests.Mail;

/// <summary>Settings of the mail server: each fault is named with its mend.</summary>
public class MailOptionsTests
{
    public static TheoryData<string?, MailOptions> Settings => new()
    {
        { null, new MailOptions() },
        { null, new MailOptions { Host = "mail.example.com", From = "a@b.example" } },
        { null, new MailOptions { Host = "127.0.0.1", From = "a@b.example", Username = "u", Password = "p", Security = MailSecurity.None } },
        { "Dialer:Mail:Host", new MailOptions { From = "a@b.example" } },
        { "Dialer:Mail:Host", new MailOptions { Host = "mail example", From = "a@b.example" } },
        { "Dialer:Mail:From", new MailOptions { Host = "mail.example.com" } },
        { "Dialer:Mail:From", new MailOptions { Host = "mail.example.com", From = "Dialer <a@b.example>" } },
        { "Dialer:Mail:Port", new MailOptions { Host = "mail.example.com", From = "a@b.example", Port = 70_000 } },
        { "Dialer:Mail:Username", new MailOptions { Host = "mail.example.com", From = "a@b.example", Password = "p" } },
        { "Dialer:Mail:PasswordFile", new MailOptions { Host = "mail.example.com", From = "a@b.example", Username = "u" } },
        { "Dialer:Mail:PasswordFile", new MailOptions { Host = "mail.example.com", From = "a@b.example", Username = "u", PasswordFile = "/nowhere/pw" } },
        { "keep one", new MailOptions { Host = "mail.example.com", From = "a@b.example", Username = "u", Password = "p", PasswordFile = "/nowhere/pw" } },
        { "unencrypted", new MailOptions { Host = "mail.example.com", From = "a@b.example", Username = "u", Password = "p", Security = MailSecurity.None } },
        { "Dialer:Mail:PublicUrl", new MailOptions { Host = "mail.example.com", From = "a@b.example", PublicUrl = "dialer.example.com" } },
        { "Dialer:Mail:CaFile", new MailOptions { Host = "mail.example.com", From = "a@b.example", CaFile = "/nowhere/ca" } },
    };

    [Theory, MemberData(nameof(Settings))]
    public void Fault_IsNamed(string? named, MailOptions options)
    {
        var fault = options.Fault();
        Assert.Equal(named is null, fault is null);
        Assert.Contains(named ?? "", fault ?? "", StringComparison.Ordinal);
        Assert.DoesNotContain("=p", fault ?? "", StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("RU", null, MailLanguage.Ru)]
    [InlineData("KZ", null, MailLanguage.Ru)]
    [InlineData("BY", null, MailLanguage.Ru)]
    [InlineData("DE", null, MailLanguage.En)]
    [InlineData("RU", MailLanguage.Both, MailLanguage.Both)]
    public void Language_FollowsTheCountry_UnlessItIsSet(string country, MailLanguage? set, MailLanguage language) =>
        Assert.Equal(language, new MailOptions { Language = set }.LanguageFor(country));

    [Theory]
    [InlineData(MailSecurity.Auto, 0, 587)]
    [InlineData(MailSecurity.Tls, 0, 465)]
    [InlineData(MailSecurity.None, 0, 25)]
    [InlineData(MailSecurity.Tls, 2525, 2525)]
    public void Port_IsTheUsualOne_UnlessItIsSet(MailSecurity security, int set, int port) =>
        Assert.Equal(port, new MailOptions { Security = security, Port = set }.PortInUse);
}
