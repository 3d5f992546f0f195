using System.Threading.Channels;
using Dialer.Intake;

namespace Dialer.Silo.Storage.Intake;

/// <summary>
/// Small requests for jobs that come at once share a transaction: what waits while one commits is the next group. No timer, so that a
/// request alone waits for nobody. Each stays all or nothing for itself.
/// </summary>
internal sealed class IntakeGroup : IAsyncDisposable
{
    /// <summary>A request with more jobs has a transaction of its own.</summary>
    public const int MostJobs = 100;

    private const int MostInGroup = 2_000;
    private const int QueueLength = 10_000;

    private readonly Channel<IntakeRequest> queue = Channel.CreateBounded<IntakeRequest>(new BoundedChannelOptions(QueueLength));
    private readonly IDatabase database;
    private readonly IntakeWrite write;
    private readonly Task loops;

    public IntakeGroup(IDatabase database, TimeProvider clock)
    {
        this.database = database;
        write = new IntakeWrite(database, clock);
        loops = Task.WhenAll(Enumerable.Range(0, database.HasRowLocks ? 2 : 1).Select(_ => Task.Run(RunAsync)));
    }

    public async Task<IntakeAdded> AddAsync(CampaignId campaign, IReadOnlyList<NewJob> jobs, IntakeKey? key)
    {
        var request = new IntakeRequest(campaign, jobs, key);
        await queue.Writer.WriteAsync(request);
        return await request.Task;
    }

    public async ValueTask DisposeAsync()
    {
        queue.Writer.TryComplete();
        await loops;
        write.Dispose();
    }

    private async Task RunAsync()
    {
        // one of two requests with the same key waits for the other's commit, and is answered with it
        var heldBack = new List<IntakeRequest>();
        while (heldBack.Count > 0 || await queue.Reader.WaitToReadAsync())
        {
            var group = Gather(heldBack);
            if (group.Count > 0)
            {
                await CommitAsync(group);
            }
        }
    }

    private List<IntakeRequest> Gather(List<IntakeRequest> heldBack)
    {
        var group = new List<IntakeRequest>();
        var keys = new HashSet<IntakeKey>();
        var jobs = 0;
        heldBack.RemoveAll(Taken);
        while (jobs < MostInGroup && heldBack.Count < MostInGroup && queue.Reader.TryRead(out var request))
        {
            if (!Taken(request))
            {
                heldBack.Add(request);
            }
        }

        return group;

        bool Taken(IntakeRequest request)
        {
            if (jobs >= MostInGroup || (request.Key is { } key && !keys.Add(key)))
            {
                return false;
            }

            jobs += request.Jobs.Count;
            group.Add(request);
            return true;
        }
    }

    private async Task CommitAsync(List<IntakeRequest> group)
    {
        try
        {
            await write.CommitAsync(group);
            group.ForEach(r => r.Complete());
        }
        catch (Exception e) when (group.Count > 1)
        {
            // one of them must not take its neighbours with it; without a key nobody could tell whether it was added already
            var isRolledBack = e is IntakeRaceException || database.IsRolledBack(e);
            foreach (var request in group)
            {
                if (isRolledBack || request.Key is not null)
                {
                    await CommitAloneAsync(request);
                }
                else
                {
                    request.Fail(e);
                }
            }
        }
        catch (Exception e) when (e is IntakeRaceException || group[0].Key is not null || database.IsRolledBack(e))
        {
            await CommitAloneAsync(group[0]);
        }
        catch (Exception e)
        {
            group[0].Fail(e);
        }
    }

    /// <summary>Once more: the same key was committed elsewhere meanwhile, or the database was away for a moment.</summary>
    private async Task CommitAloneAsync(IntakeRequest request)
    {
        try
        {
            await write.CommitAsync([request]);
            request.Complete();
        }
        catch (Exception e)
        {
            request.Fail(request.Key is null ? e : new Grains.Subscribers.StoreUnavailableException("The jobs could not be added; ask again with the same key.", e));
        }
    }
}

/// <summary>What a request came to.</summary>
/// <param name="IsFirstOfCampaign">Of the jobs that its group added to the campaign these are the first: the campaign is told once.</param>
internal sealed record IntakeAdded(Answer<IntakeResult> Answer, UnixTime At, bool IsFirstOfCampaign);

/// <summary>One caller's jobs, waiting for the commit of their group.</summary>
internal sealed class IntakeRequest(CampaignId campaign, IReadOnlyList<NewJob> jobs, IntakeKey? key)
{
    private readonly TaskCompletionSource<IntakeAdded> done = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public CampaignId Campaign => campaign;

    public IReadOnlyList<NewJob> Jobs => jobs;

    public IntakeKey? Key => key;

    public Task<IntakeAdded> Task => done.Task;

    /// <summary>Decided in the transaction, told after its commit.</summary>
    public IntakeAdded? Added { get; set; }

    public void Complete() => done.TrySetResult(Added!);

    public void Fail(Exception cause) => done.TrySetException(cause);
}

/// <summary>A key of the group was committed elsewhere while it was being written: nothing of the group is.</summary>
internal sealed class IntakeRaceException : Exception;
