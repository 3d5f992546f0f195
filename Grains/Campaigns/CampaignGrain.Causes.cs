using Dialer.Calls;
using Dialer.Campaigns;
using Dialer.Channels;
using Dialer.Domain.Calendars;
using Dialer.Domain.Campaigns;
using Dialer.PhoneLists;
using Dialer.Subscribers;

namespace Dialer.Grains.Campaigns;

/// <summary>What keeps a campaign paused (P12, P13): looked up, lifted when it is mended; and the numbers that suspicious outcomes may give back.</summary>
internal sealed partial class CampaignGrain
{
    private const string NoScenario = "no_scenario";

    /// <summary>Numbers that can be put back after suspicious outcomes: more were not up at once.</summary>
    private const int MaxSuspects = 5000;

    private readonly List<TryId> suspects = [];

    /// <param name="isAsked">A person or the API starts or resumes.</param>
    private async Task<IReadOnlyList<PauseCause>> LookUpCausesAsync(UnixTime now, bool isAsked = false)
    {
        var faults = await ReadFaultsAsync(row!.Settings);
        var causes = Stand.Causes
            .Where(c => c.Code is not (PauseCodes.ListDeleted or PauseCodes.ChannelDeleted or PauseCodes.LoadFailed or NoScenario))
            .Concat(faults.Select(f => Stand.Causes.FirstOrDefault(c => c.Code == f.Code) ?? new PauseCause(f.Code, f.Text, now)))
            .ToList();
        if (causes.Any(c => c.Code == PauseCodes.ChannelDown))
        {
            var health = await GrainFactory.GetGrain<IChannelGrain>(row.Settings.Channel.Value).ProbeAsync();
            causes.RemoveAll(c => c.Code == PauseCodes.ChannelDown && health?.Breaker != BreakerState.Open);
        }

        await LookUpPackagesAsync(causes, isAsked);
        await LookUpBotAsync(causes, isAsked, now);
        return causes;
    }

    /// <summary>What was mended meanwhile holds no longer: a paused campaign may be resumed from here on (P12, P13). In a turn of the caller's.</summary>
    private async Task LiftCausesAsync()
    {
        if (row!.Status != CampaignStatus.Paused || !Stand.Blocking.Any())
        {
            return;
        }

        var held = await LookUpCausesAsync(clock.Now());
        var lifted = Stand.Causes.Where(c => c.Code != PauseCodes.LoadFailed && !held.Any(c.IsSame)).ToList();
        if (lifted.Count > 0)
        {
            state.State.Causes.RemoveAll(c => lifted.Any(c.IsSame));
            await WriteStateAsync();
        }
    }

    /// <summary>Without a bot it may be made and changed, and does not start (P41): the bot may come with the channel.</summary>
    private static bool IsFaultOfADraft(Refusal fault) => fault.Code != NoScenario;

    /// <summary>A list matters until its loading begins: then the campaign has its own copy of the numbers (P36).</summary>
    private async Task<IReadOnlyList<Refusal>> ReadFaultsAsync(CampaignSettings settings) =>
        [.. (await CheckReferencesAsync(settings)).Where(f => f.Code != PauseCodes.ListDeleted || row!.Loading == LoadingState.None)];

    private async Task<IReadOnlyList<Refusal>> CheckReferencesAsync(CampaignSettings settings)
    {
        var faults = new List<Refusal>();
        var channel = await channels.ReadAsync(settings.Channel);
        if (channel is null || !channel.DeletedAt.IsNone)
        {
            faults.Add(new Refusal(PauseCodes.ChannelDeleted, "The channel does not exist any more; choose another one.", Field: "channelId"));
        }
        else if (channel.Settings.Kind == ChannelKind.Sip && (settings.Scenario ?? channel.Settings.Scenario).IsNone && !settings.AllowSilence)
        {
            faults.Add(new Refusal(
                NoScenario, "A person would hear silence: set a bot on the channel, or allow silence explicitly.", Field: "allowSilence"));
        }

        if (settings.List is { } id && await lists.ReadAsync(id) is not { Status: PhoneListStatus.Ready })
        {
            faults.Add(new Refusal(PauseCodes.ListDeleted, "The phone list was deleted or its import is not complete; choose another one.", Field: "phoneListId"));
        }

        return faults;
    }

    /// <summary>Settings without other faults: the latest hour under <c>campaign-zone</c> is one that the operator has seen (P4).</summary>
    private async Task<IReadOnlyList<Refusal>> RefuseUnconfirmedZoneAsync(CampaignSettings settings) =>
        await channels.ReadAsync(settings.Channel) is { } channel
        && ZonePolicyInfo.RefuseUnconfirmed(care.Terms(Id, settings, channel.Settings, CampaignStatus.Scheduled), clock.Now()) is { } refusal
            ? [refusal]
            : [];

    /// <summary>Calls that were up when the campaign was paused for suspicious outcomes end the same way: they may be put back too (P12).</summary>
    private void RememberSuspect(PermitFreed freed)
    {
        if (row?.Status == CampaignStatus.Paused
            && state.State.Suspicious.Count is > 0 and < MaxSuspects
            && state.State.Causes.Any(c => c.Code == PauseCodes.SuspiciousOutcomes && c.Evidence == freed.Class.ToString()))
        {
            suspects.Add(freed.Try);
        }
    }

    private async Task KeepSuspectsAsync()
    {
        if (suspects.Count == 0)
        {
            return;
        }

        state.State.Suspicious = [.. state.State.Suspicious.Union(suspects)];
        suspects.Clear();
        await WriteStateAsync();
    }

    /// <summary>Numbers of suspicious outcomes wait again, their attempts unspent (P12).</summary>
    private async Task PutBackAsync()
    {
        await KeepSuspectsAsync();
        foreach (var id in state.State.Suspicious)
        {
            if (await store.ReadPhoneAsync(id.Job) is { IsNone: false } phone)
            {
                await GrainFactory.GetGrain<ISubscriberGrain>(SubscriberKey.Of(Id, phone)).PutBackAsync(id);
            }
        }
    }
}
