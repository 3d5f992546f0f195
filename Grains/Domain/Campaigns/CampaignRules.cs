using Dialer.Campaigns;
using Dialer.Domain.Channels;
using Dialer.Domain.Notifications;
using NodaTime;

namespace Dialer.Domain.Campaigns;

/// <summary>What settings of a campaign must hold (P1–P7): every fault at once, each naming its field and the mend.</summary>
public static class CampaignRules
{
    public static IReadOnlyList<Refusal> Check(CampaignSettings settings, UnixTime startsAt, UnixTime now, bool isStartKept = false)
    {
        ArgumentNullException.ThrowIfNull(settings);
        var faults = new List<Refusal>();
        void Demand(bool holds, string field, string text)
        {
            if (!holds)
            {
                faults.Add(new Refusal("invalid_setting", text, Field: field));
            }
        }

        Demand(settings.Name.Trim().Length is >= 1 and <= CampaignSettings.MaxNameLength, "name", "A name has 1 to 200 characters.");
        faults.AddRange(
            from text in ((string?, string)[])[(settings.Name, "name"), (settings.Project, "project"), (settings.OuterHoursException, "outerHoursException.reason")]
            let fault = PlainTexts.Refuse(text.Item1, text.Item2)
            where fault is not null
            select fault);
        Demand(settings.MaxSimultaneousCalls >= 1, "maxSimultaneousCalls", "At least 1 call at once.");
        Demand(!settings.CallingWindows.IsEmpty, "callingWindows", "At least one day needs a window in which calls may start.");
        Demand(
            DateTimeZoneProviders.Tzdb.GetZoneOrNull(settings.TimeZone) is not null,
            "timeZone",
            $"'{settings.TimeZone}' is not an IANA time zone; write for example Europe/Moscow.");
        Demand(
            startsAt.IsNone || isStartKept || startsAt >= now - CampaignMachine.PastTolerance,
            "start",
            "The start is in the past; give a coming instant or start now.");
        Demand(settings.FinishAt.IsNone || settings.FinishAt > now, "finishAt", "The finish instant is in the past.");
        Demand(
            settings.FinishAt.IsNone || startsAt.IsNone || settings.FinishAt > startsAt,
            "finishAt",
            "The finish instant must be after the start.");
        Demand(
            settings.NotifyEmail is null || MailAddresses.TryParse(settings.NotifyEmail, out _),
            "notifications.email",
            "Write an e-mail address, or up to ten separated by commas: a@example.com, b@example.com.");
        Demand(settings.NotifyLanguage is null or "ru" or "en" or "both", "notifications.language", "The language is ru, en or both.");
        CheckAttempts(settings.Attempts, Demand);
        faults.AddRange(settings.Scenario is null ? [] : ScenarioRules.Check(settings.Scenario));
        return faults;
    }

    private static void CheckAttempts(AttemptPolicy attempts, Action<bool, string, string> demand)
    {
        demand(attempts.Initial is >= 1 and <= AttemptPolicy.MaxInitial, "attempts.initial", "The initial attempts are 1 to 99.");
        demand(
            attempts.Maximum >= attempts.Initial && attempts.Maximum <= AttemptPolicy.MaxInitial,
            "attempts.maximum",
            "The maximum of attempts is between the initial number and 99.");
        demand(
            attempts.PauseMinutes is >= AttemptPolicy.MinPauseMinutes and <= AttemptPolicy.MaxPauseMinutes,
            "attempts.pauseMinutes",
            "The pause is 1 to 2880 minutes.");
        demand(attempts.RedialIfShorterThanSeconds >= 0, "attempts.redialIfShorterThanSeconds", "The short-call limit is 0 or more seconds.");
    }
}
