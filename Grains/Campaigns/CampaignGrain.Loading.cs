using System.Diagnostics;
using Dialer.Campaigns;
using Dialer.Channels;
using Dialer.Domain.Campaigns;
using Dialer.Domain.Channels;

namespace Dialer.Grains.Campaigns;

/// <summary>Loading the list chunk by chunk while dialing goes on (P37).</summary>
internal sealed partial class CampaignGrain
{
    /// <summary>One chunk of loading shall take about this long, so that the calls' writes wait no longer.</summary>
    private static readonly TimeSpan ChunkTime = TimeSpan.FromMilliseconds(20);

    /// <summary>So many chunks of loading in a row failed: a person should know (P12).</summary>
    private const int LoadFailuresToPause = 30;

    private IGrainTimer? loading;
    private bool isListLanesRead;
    private int loadFailures;
    private int chunk = 500;

    private async Task LoadAsync(CancellationToken cancel)
    {
        try
        {
            while (row is { Status: CampaignStatus.Running, Loading: LoadingState.Going } && !isLeaving && !cancel.IsCancellationRequested)
            {
                var began = Stopwatch.GetTimestamp();
                var loadAt = row.LoadAt;
                var size = chunk;
                var loaded = await store.LoadAsync(Id, row.Epoch, size, clock.Now());
                if (!loaded.IsWritten)
                {
                    return;
                }

                loadFailures = 0;
                chunk = NextChunk(size, Stopwatch.GetElapsedTime(began));
                Appended(loadAt, loaded);
                await RejectDestinationsAsync(loaded.First, new JobId(loaded.First.Value + size));
            }
        }
        catch (Exception e)
        {
            LogFailed(Id, "loading the list", e);
            if (++loadFailures >= LoadFailuresToPause)
            {
                await SetCauseAsync(
                    new PauseCause(PauseCodes.LoadFailed, "The list cannot be loaded: see the log, then resume; loading goes on where it was.", clock.Now(), e.GetType().Name),
                    holds: true);
            }
        }
    }

    /// <summary>
    /// Rows that the trunk may not call end as they are loaded (P39). One that is missed, because this process dies here, ends
    /// when it comes due.
    /// </summary>
    private async Task RejectDestinationsAsync(JobId first, JobId end)
    {
        if (terms is not { Channel.Kind: ChannelKind.Sip } current)
        {
            return;
        }

        var rows = await store.ReadWaitingAsync(Id, first, end);
        await EndWithoutCallAsync(rows.Where(job => Destinations.Refuse(current, job.Phone) is not null));
    }

    private void Appended(UnixTime loadAt, LoadedChunk loaded)
    {
        if (loaded.IsDone)
        {
            row = row! with { Loading = LoadingState.Done };
        }

        // the first chunk made the lanes of the whole list: a board of other lanes (numbers of the API) does not know them
        if (board is null || board.LaneCount == 0 || !isListLanesRead)
        {
            isLanesStale = true;
            isListLanesRead = true;
        }

        board?.Appended(loadAt, loaded.First);
        Kick();
    }

    private static int NextChunk(int size, TimeSpan took) => Math.Clamp((int)(size * Math.Clamp(ChunkTime / took, 0.5, 2)), 100, 5000);
}
