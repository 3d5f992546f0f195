using Dialer.Campaigns;
using Dialer.Channels;
using Dialer.Domain.Campaigns;
using Dialer.Grains.Campaigns;
using Dialer.Grains.Subscribers;

namespace Dialer.Tests.Simulation;

/// <summary>
/// The shell of a campaign: the real machine, board, permits and outcome window over the simulated store. Follows
/// <c>CampaignGrain</c>; one object is one activation, and there may be two of one campaign.
/// </summary>
internal sealed partial class SimCampaign(DialerWorld world, SimSilo silo, CampaignId id)
{
    private readonly Turns turns = new();
    private readonly Turns requests = new();
    private readonly PermitTable permits = new(0);
    private readonly SuspiciousOutcomes outcomes = new();

    /// <summary>What this activation still has to do ends when it leaves, or with its process.</summary>
    private readonly Life life = silo.Life;

    private CampaignRow? row;
    private ChannelSettings? channelSettings;
    private CampaignTerms? terms;
    private bool isLeaving;

    public CampaignId Id => id;

    public SimSilo Silo => silo;

    public Gate Activated { get; } = new();

    private UnixTime Now => world.Now;

    private CampaignStand Stand => new()
    {
        Status = row!.Status,
        StartsAt = row.StartsAt,
        StartedAt = row.StartedAt,
        FinishedAt = row.FinishedAt,
        Causes = row.Status == CampaignStatus.Paused ? world.Store.Causes[id] : [],
    };

    public void Activate()
    {
        world.Fork(async () =>
        {
            try
            {
                await OnActivateAsync();
                Activated.Open();
            }
            catch (Exception e) when (e is OutageException or StoreUnavailableException)
            {
                world.Cluster.Forget(this);
                Activated.Fail(e);
                return;
            }

            ArmDispatch(0);
            await RunUpkeepAsync();
        });
    }

    private async Task OnActivateAsync()
    {
        row = await world.Store.ReadAsync(life, () => world.Store.Campaigns[id]);
        if (row.Status == CampaignStatus.Running)
        {
            if (!await world.Store.TransitionAsync(life, row, row.Epoch))
            {
                throw new TakenOverException();
            }

            row = row with { Epoch = row.Epoch + 1 };
        }

        await ReadConditionsAsync();
        if (row.Status == CampaignStatus.Running)
        {
            await RebuildAsync();
        }

        world.Say($"campaign {id} is active in process {silo.Number}, epoch {row.Epoch}, {row.Status}");
    }

    private async Task ReadConditionsAsync()
    {
        var channel = await world.Store.ReadAsync(life, () => world.Store.Channels[row!.Settings.Channel]);
        channelSettings = channel.Settings;
        terms = world.Terms(id, row!.Settings, channelSettings, row.Status);
        permits.Maximum = row.Settings.MaxSimultaneousCalls + (world.Bug == Bug.CapNotChecked ? 2 : 0);
    }

    /// <summary>Reads lanes and live rows anew: after activation, a transition, or a lost reply.</summary>
    private async Task RebuildAsync()
    {
        StopDispatch();
        DropBundle();
        var live = await ReadLiveAsync();
        permits.Rebuild([.. live.Select(r => r.Try)], Now);
        await ReadLanesAsync();
    }

    private async Task ReadLanesAsync()
    {
        var lanes = await world.Store.ReadAsync(life, () => world.Store.Lanes(id));
        isLanesStale = false;
        if (board is null)
        {
            board = new LaneBoard(terms!, lanes);
            return;
        }

        foreach (var lane in lanes)
        {
            board.Add(lane);
        }
    }

    private Task<IReadOnlyList<Subscribers.JobRow>> ReadLiveAsync() => world.Store.ReadAsync<IReadOnlyList<Subscribers.JobRow>>(
        life, () => [.. world.Store.RowsOf(id, Subscribers.JobStatus.Live)]);

    /// <summary>Another activation raised the epoch: this one can dial nothing and leaves.</summary>
    private async Task CheckEpochAsync()
    {
        var (epoch, isMoving) = (row!.Epoch, isEntering);
        var stored = await world.Store.ReadAsync(life, () => world.Store.Campaigns[id]);
        if (stored.Epoch > epoch && epoch == row.Epoch && !isMoving && !isEntering)
        {
            Leave();
        }
    }

    private void Leave()
    {
        world.Say($"an activation of campaign {id} leaves");
        isLeaving = true;
        StopDispatch();
        world.Cluster.Forget(this);
    }
}
