using Dialer.Accounts;
using Dialer.Campaigns;
using Dialer.Notifications;
using Dialer.Silo.Hosting;
using Dialer.Silo.Notifications;
using Dialer.Silo.Storage;
using Dialer.Silo.Storage.Notifications;
using MimeKit;

namespace Dialer.Tests.Mail;

/// <summary>P17: four events are told, each once, whatever happens on the way to a real mail server.</summary>
public class MailTests(Rigs rigs)
{
    private const string To = "operator@example.com";

    [Theory, BothEngines]
    public async Task EachOfTheFourEvents_IsToldOnce_AndNothingElseIs_P17(StorageEngine engine)
    {
        using var sink = new SmtpSink();
        await using var rig = await rigs.MailAsync(engine, Options(sink));
        var stage = await rig.StageAsync(c => Told(c, "Лето 1"));
        await stage.AddAsync(3);
        await stage.StartAsync();
        await stage.PauseAsync();
        await stage.PauseAsync();
        await stage.EditAsync(c => c with { MaxSimultaneousCalls = 2 });
        await stage.ResumeAsync();
        await stage.Campaign.SetCauseAsync(new PauseCause(PauseCodes.ChannelDown, "away", rig.Now, "503"), holds: true);
        await stage.Campaign.SetCauseAsync(new PauseCause(PauseCodes.StorageFailing, "one more", rig.Now), holds: true);
        await stage.ResumeAsync();
        await BuyAsync(rig, 0);
        await stage.UntilAsync(p => p.Status == CampaignStatus.Paused, "its minutes are used up");
        await BuyAsync(rig, null);
        await stage.UntilAsync(p => p.PauseCauses.Count == 0, "bought");
        await stage.ResumeAsync();
        await stage.Campaign.StopNowAsync("test");
        await stage.FinishAsync();
        await stage.Campaign.DeleteAsync("test");

        var deleted = await (await rig.StageAsync(c => Told(c, "Лето 2"))).StartAsync();
        await deleted.Campaign.DeleteAsync("test");
        await (await rig.StageAsync(c => Told(c, "draft"))).Campaign.DeleteAsync("test");
        var byItself = await (await rig.StageAsync(c => Told(c, "by itself") with { FinishAt = rig.Now + TimeSpan.FromSeconds(2) })).StartAsync();
        await byItself.UntilAsync(p => p.Status == CampaignStatus.Finished, "it finishes by itself");
        var silent = await (await rig.StageAsync()).StartAsync();
        await silent.PauseAsync();

        await Until.TrueAsync(async () => sink.Mails.Count >= 6 && (await StateAsync(rig)).Waiting == 0, "all are sent");
        Assert.Equal(
            [
                "Обзвон „Лето 1“ приостановлен: вручную",
                "Обзвон „Лето 1“ приостановлен: нет связи с транком",
                "Обзвон „Лето 1“ приостановлен: закончились минуты телефонии",
                "Обзвон „Лето 1“ приостановлен: вручную",
                "Обзвон „Лето 1“ завершён",
                "Обзвон „Лето 2“ завершён",
            ],
            sink.Mails.Select(m => m.Message.Subject));
        Assert.All(sink.Mails, m => Assert.Equal(("dialer@example.com", To), (m.From, Assert.Single(m.To))));
        Assert.Equal(6, sink.Mails.Select(m => m.Message.MessageId).Distinct().Count());
    }

    [Theory, BothEngines]
    public async Task ServerThatIsAway_AndAProcessThatDies_LoseNothing_AndDoubleNothing_P17(StorageEngine engine)
    {
        using var sink = new SmtpSink(isUp: false);
        await using var rig = await rigs.MailAsync(engine, Options(sink));
        var stage = await (await rig.StageAsync(c => Told(c, "n"))).StartAsync();
        await stage.PauseAsync();
        var waiting = await Until.GetAsync(() => StateAsync(rig), s => s.LastError is not null, "the error is told");
        Assert.Equal((1, 0), (waiting.Waiting, waiting.GivenUp.Count));
        Assert.Contains("cannot be reached", waiting.LastError, StringComparison.Ordinal);

        // between the transition and the mail the process dies; a second one dies while it sends
        await rig.RestartAsync();
        var outbox = rig.Get<MailOutbox>();
        await Until.TrueAsync(
            async () => (await outbox.ReadDueAsync(UnixTime.Never, 10)).Single() is var mail && await outbox.ClaimAsync(mail, rig.Now, rig.Now + TimeSpan.FromMinutes(3)),
            "claimed by one that dies");
        sink.Start();
        rig.Clock.Forward(TimeSpan.FromMinutes(4));
        await Until.TrueAsync(() => sink.Mails.Count == 1, "it arrives");
        await Until.TrueAsync(async () => (await StateAsync(rig)) is { Waiting: 0, LastError: null }, "and is noted");
        rig.Clock.Forward(TimeSpan.FromHours(1));
        await stage.Again().ResumeAsync();
        await stage.Again().PauseAsync();
        await Until.TrueAsync(() => sink.Mails.Count == 2, "the next one");
        Assert.Equal(2, sink.Mails.Select(m => m.Message.MessageId).Distinct().Count());
    }

    [Fact]
    public async Task AnswersOfTheServer_451IsTriedAgain_550IsGivenUpVisibly_OthersGetTheirs_P17()
    {
        using var sink = new SmtpSink();
        var busy = 2;
        sink.Answer = line => line switch
        {
            "RCPT TO:<late@example.com>" when Interlocked.Decrement(ref busy) >= 0 => "451 4.3.0 come again",
            "RCPT TO:<gone@example.com>" => "550 5.1.1 no such user",
            _ => null,
        };
        await using var rig = await rigs.MailAsync(StorageEngine.Sqlite, Options(sink));
        var stage = await (await rig.StageAsync(c => Told(c, "n") with { NotifyEmail = "late@example.com, gone@example.com,here@example.com" })).StartAsync();
        await stage.PauseAsync();
        await Until.TrueAsync(async () => sink.Mails.Count == 2 && (await StateAsync(rig)).Waiting == 0, "two arrive, one is given up");
        Assert.Equal(["here@example.com", "late@example.com"], sink.Mails.SelectMany(m => m.To));
        var state = await StateAsync(rig);
        var given = Assert.Single(state.GivenUp);
        Assert.Equal((stage.Id, MailKind.PausedByPerson, "gone@example.com", "550 5.1.1 no such user"), (given.Campaign, given.Kind, given.To, given.Error));
    }

    [Fact]
    public async Task ServerThatRefusesForWeeks_LosesNothing_P17()
    {
        using var sink = new SmtpSink { Answer = line => line.StartsWith("MAIL", StringComparison.Ordinal) ? "550 5.7.1 this sender is not allowed" : null };
        await using var rig = await rigs.MailAsync(StorageEngine.Sqlite, Options(sink));
        await (await (await rig.StageAsync(c => Told(c, "n"))).StartAsync()).PauseAsync();
        await Until.TrueAsync(async () => (await StateAsync(rig)).LastError is not null, "refused");
        Assert.Equal(1, (await StateAsync(rig)).Waiting);
        rig.Clock.Forward(TimeSpan.FromDays(20));
        sink.Answer = _ => null;
        await Until.TrueAsync(() => sink.Mails.Count == 1, "it arrives when the server takes it");
        Assert.Empty((await StateAsync(rig)).GivenUp);
    }

    [Fact]
    public async Task BothLanguages_CyrillicSubject_AndANameThatWouldEndAHeader_P17()
    {
        using var sink = new SmtpSink();
        await using var rig = await rigs.MailAsync(StorageEngine.Sqlite, Options(sink, o => (o.Language, o.PublicUrl) = (MailLanguage.Both, "https://dialer.example.com/")));
        // a name with the end of a line in it is refused where it is given
        await Assert.ThrowsAnyAsync<Exception>(() => rig.StageAsync(c => Told(c, "Лето\r\nBcc: evil@example.com")));
        const string name = "Акция <b>«Лето»</b> Bcc: evil@example.com X";
        var stage = await (await rig.StageAsync(c => Told(c, name))).StartAsync();
        await stage.AddAsync(4);
        await stage.Campaign.SetCauseAsync(new PauseCause(PauseCodes.ChannelDown, "away", new UnixTime(1_785_000_000_000), "no answer <OPTIONS>"), holds: true);
        await Until.TrueAsync(() => sink.Mails.Count == 1, "it arrives");
        var mail = sink.Mails[0];
        const string line = "Акция <b>«Лето»</b> Bcc: evil@example.com X";
        Assert.Equal($"Обзвон „{line}“ приостановлен: нет связи с транком / Campaign \"{line}\" is paused: no link to the trunk", mail.Message.Subject);
        Assert.Empty(mail.Message.Bcc);
        Assert.Equal([To], mail.To);
        Assert.Equal("auto-generated", mail.Message.Headers[HeaderId.AutoSubmitted]);
        Assert.All(mail.Raw[..mail.Raw.IndexOf("\r\n\r\n", StringComparison.Ordinal)], c => Assert.True(char.IsAscii(c)));
        var plain = mail.Message.TextBody;
        Assert.Contains("Причина: Канал не отвечал 15 минут в часы обзвона. Ни одной попытки не потрачено. (no answer <OPTIONS>), с 25.07.2026 20:20 (Europe/Moscow)", plain, StringComparison.Ordinal);
        Assert.Contains("Cause: The channel did not answer for 15 minutes within calling hours. No attempt was spent. (no answer <OPTIONS>), since 2026-07-25 20:20 (Europe/Moscow)", plain, StringComparison.Ordinal);
        Assert.Contains("Всего номеров: 4", plain, StringComparison.Ordinal);
        Assert.Contains($"https://dialer.example.com/campaigns/{stage.Id}", plain, StringComparison.Ordinal);
        var html = mail.Message.HtmlBody;
        Assert.Contains("&lt;b&gt;", html, StringComparison.Ordinal);
        Assert.DoesNotContain("<b>«", html, StringComparison.Ordinal);
        Assert.Contains("no answer &lt;OPTIONS&gt;", html, StringComparison.Ordinal);

        // of its own (P17), beside the installation's
        await stage.EditAsync(c => c with { NotifyLanguage = "en", Name = "Summer" });
        await stage.FinishAsync();
        await Until.TrueAsync(() => sink.Mails.Count == 2, "the second arrives");
        Assert.Equal("Campaign \"Summer\" is finished", sink.Mails[1].Message.Subject);
        Assert.Contains("By: test", sink.Mails[1].Message.TextBody, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Burst_GoesOverOneConnection_EncryptedAndLoggedIn()
    {
        using var certificates = new MailCertificates();
        using var sink = new SmtpSink { Certificate = certificates.Server, Login = ("user", "geheim") };
        await using var rig = await rigs.MailAsync(StorageEngine.Sqlite, Options(sink, o =>
        {
            (o.Host, o.Security, o.Username, o.Password, o.CaFile) = ("localhost", MailSecurity.StartTls, "user", "geheim", certificates.AuthorityFile);
        }));
        sink.Stop();
        var stages = await Task.WhenAll(Enumerable.Range(0, 5).Select(async i => await (await rig.StageAsync(c => Told(c, $"{i}"))).StartAsync()));
        await Task.WhenAll(stages.Select(s => s.PauseAsync()));
        await Until.TrueAsync(async () => (await rig.Get<MailOutbox>().ReadDueAsync(UnixTime.Never, 10)).All(m => m.Tries > 0), "each was tried");
        var before = sink.Connections;
        sink.Start();
        rig.Clock.Forward(TimeSpan.FromMinutes(1));
        await Until.TrueAsync(() => sink.Mails.Count == 5, "all arrive");
        Assert.All(sink.Mails, m => Assert.True(m.IsEncrypted));
        Assert.InRange(sink.Connections - before, 1, 2);
    }

    [Theory, BothEngines]
    public async Task WithoutAServer_MailsWait_AndLeaveWhenThereIsOne_P17(StorageEngine engine)
    {
        using var sink = new SmtpSink();
        var options = Options(sink);
        options.Host = null;
        await using var rig = await rigs.MailAsync(engine, options);
        await (await (await rig.StageAsync(c => Told(c, "n"))).StartAsync()).PauseAsync();
        Assert.Equal(1, (await StateAsync(rig)).Waiting);
        Assert.False(await rig.Grains.GetGrain<IMailGrain>(1).IsConfiguredAsync());
        Assert.Equal("mail_not_configured", (await rig.Grains.GetGrain<IMailGrain>(1).TestAsync(To)).Refusal.Code);
        await rig.RestartAsync(() =>
        {
            options.Host = "127.0.0.1";
            return Task.CompletedTask;
        });
        await Until.TrueAsync(() => sink.Mails.Count == 1, "it leaves");
    }

    [Theory, BothEngines]
    public async Task StopInTheMiddleOfAMail_LeavesIt_ToWhoeverStartsNext_P17(StorageEngine engine)
    {
        using var sink = new SmtpSink();
        using var isGoing = new ManualResetEventSlim();
        var asked = 0;
        sink.Answer = line =>
        {
            if (line == "DATA." && Interlocked.Increment(ref asked) == 1)
            {
                // the first one never hears whether it was taken
                isGoing.Wait(TimeSpan.FromMinutes(1));
                return "451 4.3.0 too late";
            }

            return null;
        };
        await using var rig = await rigs.MailAsync(engine, Options(sink));
        await (await (await rig.StageAsync(c => Told(c, "n"))).StartAsync()).PauseAsync();
        await Until.TrueAsync(() => Volatile.Read(ref asked) == 1, "it is on its way");
        await rig.StopAndStartAsync();
        await Until.TrueAsync(() => sink.Mails.Count == 1, "it leaves, long before its claim would have run out");
        isGoing.Set();
    }

    internal static MailOptions Options(SmtpSink sink, Action<MailOptions>? change = null)
    {
        var options = new MailOptions { Host = "127.0.0.1", Port = sink.Port, Security = MailSecurity.None, From = "dialer@example.com" };
        change?.Invoke(options);
        Assert.Null(options.Fault());
        return options;
    }

    private static CampaignSettings Told(CampaignSettings settings, string name) => settings with { Name = name, NotifyEmail = To };

    private static Task<MailboxState> StateAsync(Rig rig) => rig.Get<IMailOutbox>().ReadStateAsync();

    private static async Task BuyAsync(Rig rig, long? seconds)
    {
        var account = rig.Grains.GetGrain<IAccountGrain>(1);
        Assert.True((await account.PutPackagesAsync(new PackageLimits(seconds, null), (await account.GetPackagesAsync()).Version)).IsDone);
    }
}
