using Dialer.Domain.Subscribers;
using Dialer.Calls;
using Dialer.Campaigns;
using Dialer.Channels;
using Dialer.Domain.Campaigns;
using Dialer.Subscribers;

namespace Dialer.Grains.Campaigns;

/// <summary>The dispatch loop: how many may start, which come next, ask their subscribers.</summary>
internal sealed partial class CampaignGrain
{
    /// <summary>Rows taken from the board but not yet asked for.</summary>
    private const int MaxReady = 256;

    /// <summary>Admissions asked for and not yet answered.</summary>
    private const int MaxAsked = 1024;

    /// <summary>How often the loop looks by itself when no hint comes.</summary>
    private static readonly TimeSpan Poll = TimeSpan.FromSeconds(1);

    /// <summary>A row that was refused for a reason of the moment is looked at again after this.</summary>
    private static readonly TimeSpan Again = TimeSpan.FromSeconds(1);

    private readonly Queue<DueJob> ready = new();
    private readonly List<(UnixTime At, LaneId Lane, UnixTime NotBefore)> later = [];

    private LaneBoard? board;
    private IGrainTimer? dispatch;
    private bool isDispatching;
    private bool isKicked;
    private bool isLeaving;
    private bool isEntering;
    private int asked;
    private string? idleCode;
    private UnixTime idleUntil;

    public Task WakeAsync(LaneId lane, UnixTime notBefore)
    {
        Hint(lane, notBefore);
        Kick();
        return Task.CompletedTask;
    }

    public Task JobsAddedAsync(UnixTime notBefore, JobId first)
    {
        isLanesStale = true;
        board?.Appended(notBefore, first);
        Kick();
        return Task.CompletedTask;
    }

    public Task PermitFreedAsync(PermitFreed freed)
    {
        ArgumentNullException.ThrowIfNull(freed);
        lastEndAt = clock.Now();
        permits.Release(freed.Try, lastEndAt);
        board?.Done(freed.Try.Job);
        if (freed.Status == JobStatus.Waiting)
        {
            Hint(freed.Lane, freed.NotBefore);
        }

        EndIfOver(freed);
        Digest(freed);
        DigestBot(freed);
        RememberSuspect(freed);
        if (freed.IsNoFunds)
        {
            NoticeFunds(freed.Try, freed.StartedAt, freed.Evidence);
        }

        // not of a pause, nor of a resume under way: a late result of before would pause it again
        if (!freed.IsNoFunds && row?.Status == CampaignStatus.Running && !isEntering
            && terms?.Care.SuspiciousOutcomes == true && outcomes.Add(freed.Try, freed.Class, clock.Now()) is { } cause)
        {
            SetCauseAsync(cause, holds: true).Ignore();
        }

        Kick();
        return Task.CompletedTask;
    }

    /// <summary>Look now: something changed.</summary>
    private void Kick()
    {
        if (isDispatching)
        {
            isKicked = true;
            return;
        }

        if (!isLeaving)
        {
            dispatch?.Change(TimeSpan.Zero, Poll);
        }
    }

    private void StopDispatch()
    {
        ready.Clear();
        later.Clear();
        board = null;
    }

    /// <summary>The timer's tick: runs until there is nothing to start, or nothing to start it with.</summary>
    private async Task DispatchAsync(CancellationToken cancel)
    {
        isDispatching = true;
        try
        {
            do
            {
                isKicked = false;
                await RunDueAsync();
                if (row?.Status == CampaignStatus.Running && board is not null && !isLeaving && !isEntering)
                {
                    await PumpAsync();
                }
                else if (row?.Status == CampaignStatus.Paused && !isLeaving)
                {
                    // the channel hears of calls that end after the pause too
                    await ReportAsync();
                }
            }
            while (isKicked && !isLeaving && !cancel.IsCancellationRequested);
        }
        catch (Exception e)
        {
            storage.Failed(e);
            Idle(IdleCodes.Storage, UnixTime.None);
            LogFailed(Id, "dispatch", e);
        }
        finally
        {
            isDispatching = false;
        }
    }

    private async Task PumpAsync()
    {
        while (!isLeaving && !isEntering && !isPausingForFunds && board is { } current)
        {
            ReturnLater();
            var room = Math.Min(permits.Free, MaxAsked - asked);
            if (room <= 0)
            {
                Idle(IdleCodes.Cap, UnixTime.None);
                break;
            }

            if (ready.Count == 0 && !await FillAsync(current, Math.Min(room, MaxReady)))
            {
                break;
            }

            if (await PauseAfterOutageAsync() || !await HasTokensAsync(Math.Min(room, ready.Count)))
            {
                break;
            }

            if (!ReferenceEquals(current, board) || isEntering)
            {
                continue;
            }

            while (ready.Count > 0 && permits.Free > 0 && asked < MaxAsked && !isPausingForFunds && TakeToken())
            {
                Ask(ready.Dequeue());
            }
        }

        await ReportAsync();
    }

    /// <summary>Takes rows from the board, reading what it asks for. False: nothing is due.</summary>
    private async Task<bool> FillAsync(LaneBoard current, int want)
    {
        while (ReferenceEquals(current, board))
        {
            var now = clock.Now();
            var step = current.Next(now, want);
            foreach (var job in step.Jobs)
            {
                if (job.IsToEnd)
                {
                    EndAsync(job).Ignore();
                }
                else
                {
                    ready.Enqueue(job);
                }
            }

            if (ready.Count > 0)
            {
                return true;
            }

            if (step.Jobs.Count > 0)
            {
                if (asked >= MaxAsked)
                {
                    return false;
                }

                continue;
            }

            if (step.Read is not { } read)
            {
                IdleAtBoard(step);
                return false;
            }

            var rows = await store.ReadRangeAsync(Id, read);
            current.Loaded(read, rows, clock.Now());
        }

        return false;
    }

    private void IdleAtBoard(BoardStep step)
    {
        var isLoading = row!.Loading == LoadingState.Going && step.IdleCode == IdleCodes.NoNumbers;
        Idle(isLoading ? IdleCodes.Loading : step.IdleCode!, step.NextAt.IsNever ? UnixTime.None : step.NextAt);
        var wait = step.NextAt - clock.Now();
        if (wait > TimeSpan.Zero && wait < Poll)
        {
            dispatch?.Change(wait + TimeSpan.FromMilliseconds(1), Poll);
        }
    }

    private void Ask(DueJob job)
    {
        var id = new TryId(job.Row.Id, job.Row.TryNumber + 1);
        var now = clock.Now();
        if (!permits.TryTake(id, now))
        {
            // at the cap; or an admission of this very try is under way, or its answer was in doubt: looked at again when that is known
            board?.Done(job.Row.Id);
            Later(job.Row.Lane, job.Row.NotBefore);
            return;
        }

        Idle(null, UnixTime.None);
        asked++;
        AskAsync(job, id, Admission(job)).Ignore();
    }

    /// <summary>Ends a job that can never be called (P4 skip-and-report, no window before its finish): its line and its permit are for others.</summary>
    private async Task EndAsync(DueJob job)
    {
        asked++;
        try
        {
            await GrainFactory.GetGrain<ISubscriberGrain>(SubscriberKey.Of(Id, job.Row.Phone)).ExpireAsync(job.Row);
        }
        catch (Exception e)
        {
            // the row is read again by the next look from the start
            LogFailed(Id, "ending a job", e);
        }

        asked--;
        board?.Done(job.Row.Id);
        Kick();
    }

    private Admission Admission(DueJob job) => new()
    {
        Row = job.Row,
        Lane = job.Lane,
        Terms = terms!,
        Epoch = row!.Epoch,
        Channel = row.Settings.Channel,
        ChannelEpoch = bundleEpoch,
        PlannedAt = UnixTime.Max(job.DueAt, row.StartedAt),
        TokenTicks = bundleEndTicks,
        TokenUntil = bundleUntil,
        AskerSilo = silo.Number,
        Breaker = channelHealth!.Breaker,
        BreakerAt = bundleAt,
    };

    private async Task AskAsync(DueJob job, TryId id, Admission admission)
    {
        AdmissionAnswer answer;
        try
        {
            answer = await GrainFactory.GetGrain<ISubscriberGrain>(SubscriberKey.Of(Id, job.Row.Phone)).AdmitAsync(admission);
        }
        catch (Exception e)
        {
            // its silo is gone or too slow: the permit stays until the rows tell (15 s, then the epoch is raised)
            LogFailed(Id, "an admission", e);
            asked--;
            return;
        }

        asked--;
        Take(answer, job, id, admission.Epoch);
        Kick();
    }

    private void Take(AdmissionAnswer answer, DueJob job, TryId id, long epoch)
    {
        if (epoch != row?.Epoch)
        {
            // the permits were made anew from the live rows since: this answer is about a permit that is not there any more
            return;
        }

        if (answer.Result is AdmissionResult.Dialing or AdmissionResult.Unsure)
        {
            permits.Replied(id, clock.Now());
            board?.Done(job.Row.Id);
            if (answer.Result == AdmissionResult.Dialing)
            {
                starts.Add(clock.Now());
            }
            else
            {
                Later(job.Row.Lane, job.Row.NotBefore);
            }

            return;
        }

        permits.Release(id);
        board?.Done(job.Row.Id);
        HoldBack(answer.Reason);
        switch (answer.Result)
        {
            case AdmissionResult.NotNow when answer.Lane.Value != 0:
                Later(answer.Lane, answer.NotBefore);
                break;
            case AdmissionResult.NotNow or AdmissionResult.Stale:
                Later(job.Row.Lane, job.Row.NotBefore);
                break;
            case AdmissionResult.ChannelEpochPassed:
                DropBundle();
                Later(job.Row.Lane, job.Row.NotBefore);
                break;
            case AdmissionResult.EpochPassed when row.Status == CampaignStatus.Running:
                CheckEpochAsync().Ignore();
                break;
            default:
                break;
        }
    }

    /// <summary>What did not leave for a reason that the next would meet as well must not be asked for at once: no storm of tries that go nowhere.</summary>
    private void HoldBack(string? reason)
    {
        if (reason is RefusalCodes.TokenLate or RefusalCodes.DriverRefused or RefusalCodes.Storage)
        {
            DropBundle();
            retryAtTicks = After(clock.GetTimestamp(), reason == RefusalCodes.TokenLate ? Again / 4 : Again);
        }
    }

    private void Later(LaneId lane, UnixTime notBefore) => later.Add((clock.Now() + Again, lane, notBefore));

    private void ReturnLater()
    {
        var now = clock.Now();
        for (var i = later.Count - 1; i >= 0; i--)
        {
            if (later[i].At <= now)
            {
                Hint(later[i].Lane, later[i].NotBefore);
                later.RemoveAt(i);
            }
        }
    }

    private void Hint(LaneId lane, UnixTime notBefore)
    {
        if (board is not null && !board.Hint(lane, notBefore))
        {
            isLanesStale = true;
        }
    }

    private void Idle(string? code, UnixTime until)
    {
        idleCode = code;
        idleUntil = until;
    }
}
