using Dialer.Calls;
using Dialer.Campaigns;
using Dialer.Domain.Campaigns;
using Dialer.Domain.Subscribers;
using Dialer.Grains.Subscribers;
using Dialer.Subscribers;

namespace Dialer.Tests.Simulation;

/// <summary>The dispatch loop, as in the real shell.</summary>
internal sealed partial class SimCampaign
{
    private const int MaxReady = 256;
    private const int MaxAsked = 1024;
    private static readonly TimeSpan Again = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan LongestPoll = TimeSpan.FromMinutes(15);

    private readonly Queue<DueJob> ready = new();
    private readonly List<(UnixTime At, LaneId Lane, UnixTime NotBefore)> later = [];
    private LaneBoard? board;
    private int dispatchArmed;
    private bool isDispatching;
    private bool isKicked;
    private bool isEntering;
    private int asked;
    private string? idleCode;
    private UnixTime idleUntil;
    private UnixTime soon;
    private bool isLanesStale;

    public void Wake(LaneId lane, UnixTime notBefore)
    {
        Hint(lane, notBefore);
        Kick();
    }

    public void JobsAdded(UnixTime notBefore, JobId first)
    {
        isLanesStale = true;
        board?.Appended(notBefore, first);
        Kick();
    }

    public void PermitFreed(PermitFreed freed)
    {
        permits.Release(freed.Try, Now);
        board?.Done(freed.Try.Job);
        if (freed.Status == JobStatus.Waiting)
        {
            Hint(freed.Lane, freed.NotBefore);
        }

        Digest(freed);
        DigestBot(freed);
        if (row?.Status == CampaignStatus.Running && !isEntering
            && terms?.Care.SuspiciousOutcomes == true && outcomes.Add(freed.Try, freed.Class, Now) is { } cause)
        {
            world.Fork(() => TolerantAsync(() => SetCauseAsync(cause)));
        }

        Kick();
    }

    public void Kick()
    {
        if (isDispatching)
        {
            isKicked = true;
        }
        else if (!isLeaving)
        {
            ArmDispatch(0);
        }
    }

    private void ArmDispatch(long ms)
    {
        var mine = ++dispatchArmed;
        world.Schedule.After(ms, life, () =>
        {
            if (mine == dispatchArmed && !isDispatching && !isLeaving)
            {
                world.Fork(DispatchAsync);
            }
        });
    }

    /// <summary>
    /// The shell polls each second; here the poll that can find something is armed: at the instant the board names, when a row
    /// returns, or a second on while a token or a permit is waited for.
    /// </summary>
    private void ArmPoll()
    {
        var now = Now;
        var next = now + LongestPoll;
        void Consider(UnixTime at) => next = at.IsNone ? next : UnixTime.Min(next, at > now ? at : now + Again);
        if (row!.Status == CampaignStatus.Scheduled)
        {
            Consider(row.StartsAt);
        }
        else if (row.Status == CampaignStatus.Running)
        {
            Consider(ready.Count > 0 || board is null || idleCode is null or IdleCodes.ChannelDown or IdleCodes.Storage ? now + Again : UnixTime.None);
            Consider(idleCode == IdleCodes.Cap ? UnixTime.None : idleUntil);
            Consider(later.Count == 0 ? UnixTime.None : later.Min(l => l.At));
            Consider(soon);
        }

        ArmDispatch((long)(next - now).TotalMilliseconds);
    }

    private void StopDispatch()
    {
        ready.Clear();
        later.Clear();
        board = null;
    }

    private async Task DispatchAsync()
    {
        isDispatching = true;
        soon = UnixTime.None;
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
                    await ReportAsync();
                }
            }
            while (isKicked && !isLeaving);
        }
        catch (Exception e) when (e is OutageException or StoreUnavailableException)
        {
            Idle(IdleCodes.Storage, UnixTime.None);
        }

        isDispatching = false;
        if (!isLeaving)
        {
            ArmPoll();
        }
    }

    private async Task PumpAsync()
    {
        while (!isLeaving && !isEntering && board is { } current)
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

            if (!await HasTokensAsync(Math.Min(room, ready.Count)))
            {
                break;
            }

            if (!ReferenceEquals(current, board) || isEntering)
            {
                continue;
            }

            while (ready.Count > 0 && permits.Free > 0 && asked < MaxAsked && TakeToken())
            {
                Ask(ready.Dequeue());
            }
        }

        await ReportAsync();
    }

    private async Task<bool> FillAsync(LaneBoard current, int want)
    {
        while (ReferenceEquals(current, board))
        {
            var step = current.Next(Now, want);
            foreach (var job in step.Jobs)
            {
                if (job.IsToEnd)
                {
                    world.Fork(() => EndAsync(job));
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
                Idle(step.IdleCode!, step.NextAt.IsNever ? UnixTime.None : step.NextAt);
                return false;
            }

            var rows = await world.Store.ReadAsync(life, () => world.Store.Range(id, read));
            current.Loaded(read, rows, Now);
        }

        return false;
    }

    private void Ask(DueJob job)
    {
        var tryId = new TryId(job.Row.Id, job.Row.TryNumber + 1);
        if (!permits.TryTake(tryId, Now))
        {
            board?.Done(job.Row.Id);
            Later(job.Row.Lane, job.Row.NotBefore);
            return;
        }

        Idle(null, UnixTime.None);
        asked++;
        var admission = new Admission
        {
            Row = job.Row,
            Lane = job.Lane,
            Terms = terms!,
            Epoch = row!.Epoch,
            Channel = row.Settings.Channel,
            ChannelEpoch = bundleEpoch,
            PlannedAt = UnixTime.Max(job.DueAt, row.StartedAt),
            TokenTicks = bundleEndMs,
            TokenUntil = bundleUntil,
            AskerSilo = silo.Number,
            Breaker = breaker,
            BreakerAt = bundleAt,
        };
        world.Fork(() => AskAsync(job, tryId, admission));
    }

    private async Task EndAsync(DueJob job)
    {
        asked++;
        await TolerantAsync(() => world.Cluster.CallSubscriberAsync(silo, id, job.Row.Phone, s => s.ExpireAsync(job.Row)));
        asked--;
        board?.Done(job.Row.Id);
        Kick();
    }

    private async Task AskAsync(DueJob job, TryId tryId, Admission admission)
    {
        AdmissionAnswer answer;
        try
        {
            answer = await world.Cluster.CallSubscriberAsync(silo, id, job.Row.Phone, s => s.AdmitAsync(admission));
        }
        catch (Exception e) when (e is OutageException or StoreUnavailableException)
        {
            // the permit stays until the rows tell (15 s, then the epoch is raised)
            asked--;
            return;
        }

        asked--;
        world.Say($"campaign {id} asked for {tryId}: {answer.Result} {answer.Reason} {answer.NotBefore}");
        Take(answer, job, tryId, admission.Epoch);
        Kick();
    }

    private void Take(AdmissionAnswer answer, DueJob job, TryId tryId, long epoch)
    {
        if (epoch != row?.Epoch)
        {
            // the permits were made anew from the live rows since
            return;
        }

        if (answer.Result is AdmissionResult.Dialing or AdmissionResult.Unsure)
        {
            permits.Replied(tryId, Now);
            board?.Done(job.Row.Id);
            if (answer.Result == AdmissionResult.Unsure)
            {
                Later(job.Row.Lane, job.Row.NotBefore);
            }

            return;
        }

        permits.Release(tryId);
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
                world.Fork(() => TolerantAsync(CheckEpochAsync));
                break;
            default:
                break;
        }
    }

    private void HoldBack(string? reason)
    {
        if (reason is RefusalCodes.TokenLate or RefusalCodes.DriverRefused or RefusalCodes.Storage)
        {
            DropBundle();
            retryAtMs = world.Schedule.NowMs + (reason == RefusalCodes.TokenLate ? 250 : 1000);
        }
    }

    private static async Task TolerantAsync(Func<Task> act)
    {
        try
        {
            await act();
        }
        catch (Exception e) when (e is OutageException or StoreUnavailableException)
        {
            // as in the shell: logged, mended by the next look
        }
    }

    private void Later(LaneId lane, UnixTime notBefore) => later.Add((Now + Again, lane, notBefore));

    private void ReturnLater()
    {
        var now = Now;
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

    private void Idle(string? code, UnixTime until) => (idleCode, idleUntil) = (code, until);
}
