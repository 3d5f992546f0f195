using System.Net;
using Dialer.Access;
using Dialer.Silo.Hosting;
using Dialer.Silo.Storage;

namespace Dialer.Tests.Management;

/// <summary>E-mail as administrators see it (P17).</summary>
public class MailTests(Rigs rigs)
{
    [Fact]
    public async Task TestMail_TellsWhatTheServerSaid_AndTroubleIsVisible_P17()
    {
        using var sink = new SmtpSink();
        var storage = await rigs.Engines.NewAsync(StorageEngine.Sqlite);
        await using var rig = await GatewayRig.StartAsync(storage, new DialerOptions
        {
            ShutdownSeconds = 0,
            DataDirectory = storage.DataDirectory,
            Gateway = new GatewayOptions { RequestsPerSecond = 0 },
            Mail = new MailOptions { Host = "127.0.0.1", Port = sink.Port, Security = MailSecurity.None, From = "dialer@example.com" },
        });
        using var admin = await rig.ClientAsync(AccessRole.Admin);
        var sent = await admin.PostAsync("/api/v1/organisation/test-mail", """{"to":"me@example.com"}""").JsonAsync();
        Assert.Equal(($"127.0.0.1:{sink.Port}", "2.0.0 taken as 1234"), ((string?)sent["server"], (string?)sent["said"]));
        Assert.Equal("Проверка почты обзвона", Assert.Single(sink.Mails).Message.Subject);
        sink.Answer = line => line.StartsWith("RCPT", StringComparison.Ordinal) ? "550 5.1.1 no such user" : null;
        var refused = await admin.PostAsync("/api/v1/organisation/test-mail", """{"to":"gone@example.com"}""").ProblemAsync(HttpStatusCode.UnprocessableEntity, "mail_failed");
        Assert.Contains("550 5.1.1 no such user", (string?)refused["detail"], StringComparison.Ordinal);
        await admin.PostAsync("/api/v1/organisation/test-mail", """{"to":"me@example.com\r\nBcc: x@example.com"}""").ProblemAsync(HttpStatusCode.UnprocessableEntity, "invalid_setting");
        sink.Stop();
        await admin.PostAsync("/api/v1/organisation/test-mail", """{"to":"me@example.com"}""").ProblemAsync(HttpStatusCode.UnprocessableEntity, "mail_failed");

        // a mail that waits is seen, and late after ten minutes
        var campaign = await rig.CampaignAsync(c => c with { NotifyEmail = "me@example.com" });
        var shown = await admin.PostAsync($"/api/v1/campaigns/{campaign.Id}/start", null).JsonAsync();
        Assert.Equal(("me@example.com", null), ((string?)shown["settings"]!["notifications"]!["email"], (string?)shown["settings"]!["notifications"]!["warning"]));
        await admin.PostAsync($"/api/v1/campaigns/{campaign.Id}/pause", null).JsonAsync();
        var waiting = await Until.GetAsync(() => admin.GetAsync("/api/v1/organisation/mail").JsonAsync(), m => m["lastError"] is not null, "its error is seen");
        Assert.Equal((true, 1, false), ((bool)waiting["configured"]!, (int)waiting["waiting"]!, (bool)waiting["isLate"]!));
        rig.Clock.Forward(TimeSpan.FromMinutes(11));
        Assert.True((bool)(await admin.GetAsync("/api/v1/organisation/mail").JsonAsync())["isLate"]!);
        sink.Answer = _ => null;
        sink.Start();
        await Until.TrueAsync(() => sink.Mails.Count == 2, "it arrives");
    }

    [Fact]
    public async Task WithoutAMailServer_ACampaignMayAskForMail_AndIsWarned_P17()
    {
        var rig = await rigs.GetAsync();
        using var admin = await rig.ClientAsync(AccessRole.Admin);
        await admin.PostAsync("/api/v1/organisation/test-mail", """{"to":"me@example.com"}""").ProblemAsync(HttpStatusCode.Conflict, "mail_not_configured");
        Assert.False((bool)(await admin.GetAsync("/api/v1/organisation/mail").JsonAsync())["configured"]!);
        var channel = await rig.ChannelAsync();
        string Body(string notifications) => $$"""{"name":"n","channelId":"{{channel}}","timeZone":"Europe/Moscow","notifications":{{notifications}}}""";
        var made = await admin.PostAsync("/api/v1/campaigns", Body("""{"email":"a@b.example, c@d.example","language":"en"}""")).JsonAsync(HttpStatusCode.Created);
        Assert.Equal("en", (string?)made["settings"]!["notifications"]!["language"]);
        Assert.Contains("Dialer:Mail", (string?)made["settings"]!["notifications"]!["warning"], StringComparison.Ordinal);
        var refused = await admin.PostAsync("/api/v1/campaigns", Body("""{"email":"a@b.example;c","language":"de"}""")).ProblemAsync(HttpStatusCode.UnprocessableEntity, "invalid_setting");
        Assert.Equal(["/notifications/email", "/notifications/language"], refused["errors"]!.AsArray().Select(e => (string?)e!["pointer"]));
    }
}
