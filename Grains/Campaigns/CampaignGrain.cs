using Dialer.Accounts;
using Dialer.Campaigns;
using Dialer.Channels;
using Dialer.Domain.Campaigns;
using Dialer.Domain.Channels;
using Dialer.Grains.Channels;
using Dialer.Grains.Common;
using Dialer.Grains.PhoneLists;
using Microsoft.Extensions.Logging;

namespace Dialer.Grains.Campaigns;

/// <summary>
/// One campaign: state machine, semaphore, dispatch loop. Status, epoch and counters are its row's; permits are a cache of the
/// live rows; what comes next is judged by <see cref="LaneBoard"/>. Each activation raises the epoch, so that of two activations
/// only one can dial (I5).
/// </summary>
internal sealed partial class CampaignGrain : Grain, ICampaignGrain, IRemindable
{
    private readonly ICampaignStore store;
    private readonly IPhoneListLookup lists;
    private readonly IChannelStore channels;
    private readonly ICareResolver care;
    private readonly ISiloIdentity silo;
    private readonly ChannelPulse pulse;
    private readonly StorageWatch storage;
    private readonly IClusterMembershipService membership;
    private readonly TimeProvider clock;
    private readonly ILogger<CampaignGrain> logger;
    private readonly IPersistentState<CampaignState> state;
    private readonly SerialTurns turns = new();

    private readonly PermitTable permits = new(0);
    private readonly SuspiciousOutcomes outcomes = new();
    private readonly StartRate starts = new();

    /// <summary>Null = there is no such campaign (yet).</summary>
    private CampaignRow? row;

    private ChannelSettings? channelSettings;
    private CampaignTerms? terms;

    public CampaignGrain(
        ICampaignStore store,
        IPhoneListLookup lists,
        IChannelStore channels,
        ICareResolver care,
        ISiloIdentity silo,
        ChannelPulse pulse,
        StorageWatch storage,
        IClusterMembershipService membership,
        TimeProvider clock,
        ILogger<CampaignGrain> logger,
        [PersistentState("campaign")] IPersistentState<CampaignState> state)
    {
        this.store = store;
        this.lists = lists;
        this.channels = channels;
        this.care = care;
        this.silo = silo;
        this.pulse = pulse;
        this.storage = storage;
        this.membership = membership;
        this.clock = clock;
        this.logger = logger;
        this.state = state;
    }

    private CampaignId Id => new(this.GetPrimaryKeyLong());

    private CampaignStand Stand => StandOf(row!);

    private CampaignStand StandOf(CampaignRow shown) => new()
    {
        Status = shown.Status,
        StartsAt = shown.StartsAt,
        StartedAt = shown.StartedAt,
        FinishedAt = shown.FinishedAt,
        Causes = shown.Status == CampaignStatus.Paused ? state.State.Causes : [],
    };

    public override async Task OnActivateAsync(CancellationToken cancellationToken)
    {
        row = await store.ReadAsync(Id);
        if (row is null)
        {
            return;
        }

        if (row.Status == CampaignStatus.Running && !await RaiseEpochAsync())
        {
            throw new InvalidOperationException("Another activation of this campaign took over while this one began.");
        }

        lastEndAt = clock.Now();
        await ReadConditionsAsync();
        StartTimers();
        if (row.Status == CampaignStatus.Running)
        {
            await RebuildAsync();
        }
    }

    public override Task OnDeactivateAsync(DeactivationReason reason, CancellationToken cancellationToken)
    {
        isLeaving = true;
        return Task.CompletedTask;
    }

    public Task TouchAsync()
    {
        if (row is null)
        {
            // made meanwhile by a write that this activation has not seen? the next one looks
            DeactivateOnIdle();
        }

        Kick();
        return Task.CompletedTask;
    }

    public async Task<CampaignView?> GetAsync() => row is null ? null : View(await StoredAsync());

    public async Task<CampaignProgress?> ProgressAsync()
    {
        if (row is null)
        {
            return null;
        }

        var now = clock.Now();
        var stored = await StoredAsync();
        var counters = stored.Counters.ReadIn(stored.Status);
        var reason = await IdleReasonAsync(stored, counters, now);
        return new CampaignProgress
        {
            Status = stored.Status,
            Counters = counters,
            Idle = reason,
            NextCallAt = reason?.Until ?? UnixTime.None,
            CallsPerSecond = starts.PerSecond(now),
            Channel = channelHealth,
            PauseCauses = StandOf(stored).Causes,
        };
    }

    /// <summary>
    /// The row as it is stored. Nothing else is true of an activation that another one has overtaken, which leaves: it would say that a
    /// running campaign is paused. Its own transition may be on its way at this moment, and has raised the epoch too.
    /// </summary>
    private async Task<CampaignRow> StoredAsync()
    {
        var (epoch, isMoving) = (row!.Epoch, isEntering);
        var stored = await store.ReadAsync(Id) ?? row;
        if (stored.Epoch > epoch && epoch == row.Epoch && !isMoving && !isEntering)
        {
            LogTakenOver(Id);
            Leave();
        }

        return stored;
    }

    /// <summary>Takes the campaign over: whatever was checked under the old epoch is committed and seen, or refused.</summary>
    private async Task<bool> RaiseEpochAsync()
    {
        if (!await store.TransitionAsync(row!, row!.Epoch))
        {
            return false;
        }

        row = row with { Epoch = row.Epoch + 1 };
        return true;
    }

    private async Task ReadConditionsAsync()
    {
        var channel = await channels.ReadAsync(row!.Settings.Channel);
        channelSettings = channel?.Settings;
        terms = channelSettings is null ? null : care.Terms(Id, row.Settings, channelSettings, row.Status);
        permits.Maximum = row.Settings.MaxSimultaneousCalls;
    }

    public async Task<DestinationTerms?> DestinationsAsync()
    {
        if (terms is { Channel.Kind: not ChannelKind.Sip } || row?.Status == CampaignStatus.Running)
        {
            return terms is null ? null : Destinations.Of(terms);
        }

        // a campaign that does not run has not heard of edits of its channel
        return row is not null && await channels.ReadAsync(row.Settings.Channel) is { } channel
            ? Destinations.Of(care.Terms(Id, row.Settings, channel.Settings, row.Status))
            : null;
    }

    /// <summary>As a transition of this activation has left it.</summary>
    private async Task<CampaignView> FreshViewAsync()
    {
        var counters = await store.ReadCountersAsync(Id);
        return View(row! with { Counters = counters ?? row.Counters });
    }

    private CampaignView View(CampaignRow shown) => new()
    {
        Id = Id,
        Status = shown.Status,
        Settings = shown.Settings,
        SettingsVersion = shown.SettingsVersion,
        Token = shown.Token,
        CreatedAt = shown.CreatedAt,
        StartsAt = shown.StartsAt,
        StartedAt = shown.StartedAt,
        FinishedAt = shown.FinishedAt,
        PauseCauses = StandOf(shown).Causes,
        AllowedActions = CampaignMachine.AllowedActions(StandOf(shown), shown.Counters.Live),
        Counters = shown.Counters.ReadIn(shown.Status),
    };

    [LoggerMessage(Level = LogLevel.Information, Message = "Campaign {Campaign}: {Event}, now {Status}")]
    private partial void LogTransition(CampaignId campaign, string @event, CampaignStatus status);

    [LoggerMessage(Level = LogLevel.Warning, Message = "Campaign {Campaign}: {What} failed")]
    private partial void LogFailed(CampaignId campaign, string what, Exception cause);

    [LoggerMessage(Level = LogLevel.Warning, Message = "Campaign {Campaign}: its epoch has passed, this activation leaves")]
    private partial void LogTakenOver(CampaignId campaign);
}
