using System.Globalization;
using System.Net;
using System.Text;
using Dialer.Campaigns;
using Dialer.Notifications;
using NodaTime;

namespace Dialer.Silo.Notifications;

/// <summary>What a mail says in one language (P17): what happened, why, the figures, what to do next.</summary>
internal sealed class MailPage(MailTexts texts)
{
    private const int LongestNameInSubject = 60;

    public string Subject(MailKind kind, MailFacts facts)
    {
        var name = Line(facts.Name);
        name = name.Length <= LongestNameInSubject ? name : name[..(LongestNameInSubject - 1)] + "…";
        return kind == MailKind.FinishedByPerson
            ? texts.Of("SubjectFinished", name)
            : texts.Of("SubjectPaused", name, facts.Causes.Count == 0 ? texts["Short_person"] : Text("Short_", facts.Causes[0]) ?? texts["Short_other"]);
    }

    public string Plain(MailKind kind, MailFacts facts, string? link)
    {
        var text = new StringBuilder().AppendLine(What(kind)).AppendLine();
        foreach (var (label, value) in Rows(kind, facts))
        {
            text.Append(CultureInfo.InvariantCulture, $"{label}: {value}").AppendLine();
        }

        text.AppendLine().Append(CultureInfo.InvariantCulture, $"{texts["Next"]}:").AppendLine();
        foreach (var step in Steps(kind, facts))
        {
            text.Append(CultureInfo.InvariantCulture, $"- {step}").AppendLine();
        }

        if (link is not null)
        {
            text.AppendLine().Append(CultureInfo.InvariantCulture, $"{texts["Open"]}: {link}").AppendLine();
        }

        return text.AppendLine().Append("-- ").AppendLine().AppendLine(texts["Footer"]).ToString();
    }

    public string Html(MailKind kind, MailFacts facts, string? link)
    {
        var page = new StringBuilder();
        page.Append(CultureInfo.InvariantCulture, $"<p style=\"font-size:16px\">{Safe(What(kind))}</p>\n<table style=\"border-collapse:collapse\">\n");
        foreach (var (label, value) in Rows(kind, facts))
        {
            page.Append(
                CultureInfo.InvariantCulture,
                $"<tr><td style=\"padding:3px 16px 3px 0;color:#666;vertical-align:top\">{Safe(label)}</td><td style=\"padding:3px 0\">{Safe(value)}</td></tr>\n");
        }

        page.Append(CultureInfo.InvariantCulture, $"</table>\n<p style=\"margin-bottom:4px\"><b>{Safe(texts["Next"])}</b></p>\n<ul style=\"margin-top:0\">\n");
        foreach (var step in Steps(kind, facts))
        {
            page.Append(CultureInfo.InvariantCulture, $"<li>{Safe(step)}</li>\n");
        }

        page.Append("</ul>\n");
        if (link is not null)
        {
            page.Append(CultureInfo.InvariantCulture, $"<p><a href=\"{Safe(link)}\">{Safe(texts["Open"])}</a></p>\n");
        }

        return page.Append(CultureInfo.InvariantCulture, $"<p style=\"color:#888;font-size:12px\">{Safe(texts["Footer"])}</p>\n").ToString();
    }

    /// <summary>One line: whatever a name holds, it ends no header and begins no other one.</summary>
    public static string Line(string text) => string.Join(
        ' ', new string([.. text.Select(c => char.IsControl(c) || c is '\u2028' or '\u2029' ? ' ' : c)]).Split(' ', StringSplitOptions.RemoveEmptyEntries));

    private string What(MailKind kind) => texts[$"What{(int)kind}"];

    private IEnumerable<(string Label, string Value)> Rows(MailKind kind, MailFacts facts)
    {
        yield return (texts["Campaign"], Line(facts.Name));
        yield return (texts["When"], Instant(facts.At, facts.TimeZone));
        if (kind is MailKind.PausedByPerson or MailKind.FinishedByPerson && facts.Actor is { } actor)
        {
            yield return (texts["Who"], Line(actor));
        }

        foreach (var cause in facts.Causes.Where(c => c.Code != PauseCodes.Person))
        {
            var seen = cause.Evidence is { Length: > 0 } evidence ? $" ({Line(evidence)})" : "";
            yield return (texts["Cause"], $"{Text("Cause_", cause) ?? Line(cause.Text)}{seen}, {texts.Of("Since", Instant(cause.Since, facts.TimeZone))}");
        }

        yield return (texts["Total"], texts.Number(facts.Total));
        yield return (texts["Processed"], texts.Number(facts.Processed));
        yield return (texts["Answered"], texts.Number(facts.Answered));
    }

    private IEnumerable<string> Steps(MailKind kind, MailFacts facts) => kind == MailKind.FinishedByPerson
        ? [texts["Do_finished"]]
        : facts.Causes.Count == 0 ? [texts["Do_person"]]
        : facts.Causes.Select(c => Text("Do_", c) ?? texts["Do_other"]).Distinct();

    private string? Text(string prefix, PauseCause cause) => texts.Find(prefix + (cause.IsTrunkFunds ? "trunk_funds" : cause.Code));

    private string Instant(UnixTime at, string zone)
    {
        var found = DateTimeZoneProviders.Tzdb.GetZoneOrNull(zone) ?? DateTimeZone.Utc;
        var local = NodaTime.Instant.FromUnixTimeMilliseconds(at.Ms).InZone(found).ToDateTimeUnspecified();
        return $"{local.ToString(texts.InstantPattern, CultureInfo.InvariantCulture)} ({found.Id})";
    }

    private static string Safe(string text) => WebUtility.HtmlEncode(text);
}
