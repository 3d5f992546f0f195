using Dialer.Domain.Notifications;
using Dialer.Silo.Hosting;
using Dialer.Silo.Recovery;
using Dialer.Silo.Storage.Notifications;
using Microsoft.Extensions.Logging;

namespace Dialer.Silo.Notifications;

/// <summary>
/// Hands waiting mails to the mail server (P17): one silo of the installation, over one connection for a burst. Each is claimed first, so
/// that of two silos that both believe to be the one only one sends it; a claim whose silo died runs out.
/// </summary>
internal sealed partial class MailSender(
    MailOutbox outbox,
    MailComposer composer,
    SiloRoster roster,
    DialerOptions options,
    TimeProvider clock,
    ILogger<MailSender> logger) : SiloLoop(clock, TimeSpan.FromSeconds(1))
{
    /// <summary>One attempt takes no longer.</summary>
    private static readonly TimeSpan AttemptLimit = TimeSpan.FromSeconds(90);

    /// <summary>A claim holds longer than an attempt takes.</summary>
    private static readonly TimeSpan Lease = TimeSpan.FromMinutes(3);

    /// <summary>Mails that are done are kept for a month.</summary>
    private static readonly TimeSpan Keep = TimeSpan.FromDays(30);

    private static readonly TimeSpan PruneEvery = TimeSpan.FromHours(1);

    private const int Chunk = 20;

    /// <summary>Taken by the server, and the store did not hear of it: to be noted, not to be sent again.</summary>
    private readonly HashSet<MailKey> unnoted = [];

    private UnixTime prunedAt;
    private bool isSaidUnconfigured;
    private bool isFailing;

    protected override async Task PassAsync(CancellationToken cancel)
    {
        if (!roster.IsFirst)
        {
            return;
        }

        if (!options.Mail.IsConfigured)
        {
            await SayUnconfiguredAsync();
            return;
        }

        await using var session = new MailSession(options.Mail);
        while (!cancel.IsCancellationRequested && await outbox.ReadDueAsync(Clock.Now(), Chunk) is { Count: > 0 } due)
        {
            foreach (var mail in due)
            {
                if (cancel.IsCancellationRequested || !await SendAsync(session, mail, cancel))
                {
                    return;
                }
            }
        }

        isFailing = false;
        if (Clock.Now() - prunedAt >= PruneEvery)
        {
            prunedAt = Clock.Now();
            await outbox.PruneAsync(prunedAt - Keep);
        }
    }

    protected override void LogFailed(Exception cause)
    {
        // once for an outage, not each second of it
        if (!isFailing)
        {
            LogPassFailed(cause);
        }

        isFailing = true;
    }

    /// <summary>False: the server is not to be had, and the others wait for the next pass.</summary>
    private async Task<bool> SendAsync(MailSession session, MailRow mail, CancellationToken cancel)
    {
        var now = Clock.Now();
        if (!await outbox.ClaimAsync(mail, now, now + Lease))
        {
            return true;
        }

        if (!unnoted.Contains(mail.Key))
        {
            try
            {
                using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancel);
                limit.CancelAfter(AttemptLimit);
                await session.SendAsync(composer.Compose(mail), limit.Token);
            }
            catch (Exception) when (cancel.IsCancellationRequested)
            {
                // whoever starts next need not wait until the claim runs out
                await outbox.RetryAsync(mail.Key, now, now, "the dialer stopped meanwhile");
                return false;
            }
            catch (Exception e)
            {
                return await FailedAsync(mail, MailFault.Of(e));
            }

            unnoted.Add(mail.Key);
        }

        await outbox.SentAsync(mail.Key, Clock.Now());
        unnoted.Remove(mail.Key);
        LogSent(mail.Key.Campaign, mail.Kind);
        return true;
    }

    private async Task<bool> FailedAsync(MailRow mail, MailFault fault)
    {
        var now = Clock.Now();
        if (fault.IsFinal)
        {
            await outbox.GiveUpAsync(mail.Key, now, fault.Text);
            LogGivenUp(mail.Key.Campaign, mail.Kind, fault.Text);
        }
        else
        {
            var pause = MailRules.PauseAfter(mail.Tries + 1);
            await outbox.RetryAsync(mail.Key, now, now + pause, fault.Text);
            LogRetry(mail.Key.Campaign, mail.Kind, pause, fault.Text);
        }

        return !fault.IsOfServer;
    }

    private async Task SayUnconfiguredAsync()
    {
        if (!isSaidUnconfigured && (await outbox.ReadDueAsync(Clock.Now(), 1)).Count > 0)
        {
            isSaidUnconfigured = true;
            LogUnconfigured();
        }
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "Campaign {Campaign}: mail {Kind} was taken by the mail server")]
    private partial void LogSent(CampaignId campaign, Dialer.Notifications.MailKind kind);

    [LoggerMessage(Level = LogLevel.Warning, Message = "Campaign {Campaign}: mail {Kind} is tried again in {Pause}: {Fault}")]
    private partial void LogRetry(CampaignId campaign, Dialer.Notifications.MailKind kind, TimeSpan pause, string fault);

    [LoggerMessage(Level = LogLevel.Error, Message = "Campaign {Campaign}: mail {Kind} is given up: {Fault}")]
    private partial void LogGivenUp(CampaignId campaign, Dialer.Notifications.MailKind kind, string fault);

    [LoggerMessage(Level = LogLevel.Warning, Message = "Mails wait, because no mail server is set up: give Dialer:Mail:Host and Dialer:Mail:From")]
    private partial void LogUnconfigured();

    [LoggerMessage(Level = LogLevel.Warning, Message = "The waiting mails could not be looked at; tried again each second")]
    private partial void LogPassFailed(Exception cause);
}
