using System.Globalization;
using Dialer.Grains.Accounts;
using Dialer.Silo.Hosting;
using MimeKit;
using MimeKit.Text;

namespace Dialer.Silo.Notifications;

/// <summary>Makes the message of a mail: the same each time, so that one sent twice after a crash is recognised by its Message-Id (P17).</summary>
internal sealed class MailComposer(DialerOptions options, OrganisationBoard organisation, InstallationFacts installation)
{
    private MailOptions Mail => options.Mail;

    public MimeMessage Compose(MailRow mail)
    {
        var link = Mail.PublicUrl is { } url ? $"{url.TrimEnd('/')}/campaigns/{mail.Key.Campaign}" : null;
        var pages = PagesOf(Enum.TryParse<MailLanguage>(mail.Language, ignoreCase: true, out var own) ? own : Mail.LanguageFor(organisation.Current.Country));
        var id = string.Create(CultureInfo.InvariantCulture, $"{mail.Key.Campaign.Value}.{mail.Key.Epoch}.{mail.Key.Number}.{installation.Current.Domain.Split('.')[0]}");
        return Message(
            mail.To,
            id,
            mail.CreatedAt,
            string.Join(" / ", pages.Select(p => p.Subject(mail.Kind, mail.Facts))),
            string.Join("\n\n", pages.Select(p => p.Plain(mail.Kind, mail.Facts, link))),
            string.Join("<hr>\n", pages.Select(p => p.Html(mail.Kind, mail.Facts, link))));
    }

    public MimeMessage Test(string to, UnixTime now)
    {
        var texts = TextsOf(Mail.LanguageFor(organisation.Current.Country));
        return Message(
            to,
            $"test.{Guid.NewGuid():n}",
            now,
            string.Join(" / ", texts.Select(t => t["SubjectTest"])),
            string.Join("\n\n", texts.Select(t => t["WhatTest"])) + "\n",
            string.Concat(texts.Select(t => $"<p>{t["WhatTest"]}</p>\n")));
    }

    private MimeMessage Message(string to, string id, UnixTime at, string subject, string plain, string html)
    {
        var message = new MimeMessage { Subject = MailPage.Line(subject), Date = at.ToDateTimeOffset(), MessageId = $"{id}@{Mail.From!.Split('@')[^1]}" };
        message.From.Add(new MailboxAddress((string?)null, Mail.From));
        message.To.Add(new MailboxAddress((string?)null, to));
        // nobody's holiday reply (RFC 3834)
        message.Headers.Add(HeaderId.AutoSubmitted, "auto-generated");
        message.Body = new MultipartAlternative
        {
            new TextPart(TextFormat.Plain) { Text = plain },
            new TextPart(TextFormat.Html) { Text = $"<!doctype html>\n<html><body style=\"font-family:sans-serif;color:#222\">\n{html}</body></html>\n" },
        };
        return message;
    }

    private static IReadOnlyList<MailPage> PagesOf(MailLanguage language) => [.. TextsOf(language).Select(t => new MailPage(t))];

    private static IReadOnlyList<MailTexts> TextsOf(MailLanguage language) => language switch
    {
        MailLanguage.Ru => [MailTexts.Russian],
        MailLanguage.En => [MailTexts.English],
        _ => [MailTexts.Russian, MailTexts.English],
    };
}
