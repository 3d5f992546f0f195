using System.Threading.Channels;
using Dialer.Campaigns;
using Dialer.Channels;
using Dialer.Gateway.Hosting;
using Dialer.Reports;

namespace Dialer.Gateway.Commands.Dial;

/// <summary>
/// Shows a campaign and writes its report until every number is final, it is interrupted, or it cannot go on. A database that
/// does not answer for a while is waited for; a report that cannot be written ends the run, to be resumed.
/// </summary>
internal sealed class DialWatch
{
    private const int ReportedAtOnce = 500;

    private static readonly TimeSpan Look = TimeSpan.FromMilliseconds(250);

    /// <summary>A channel that does not answer for this long stops the run, to be resumed.</summary>
    private static readonly TimeSpan DeadChannelLimit = TimeSpan.FromMinutes(10);

    /// <summary>A bot may ask for a redial once more after its call (P26).</summary>
    private static readonly TimeSpan LastWords = TimeSpan.FromSeconds(10);

    private readonly IEngine engine;
    private readonly ICampaignGrain campaign;
    private readonly string timeZone;
    private readonly string? reportPath;
    private readonly DialScreen screen;
    private readonly Interrupts interrupts;
    private readonly TimeSpan lastWords;
    private readonly Patience patience;
    private readonly Channel<JobId> finals = Channel.CreateUnbounded<JobId>(new UnboundedChannelOptions { SingleReader = true });
    private Action<CampaignProgress> show = _ => { };

    /// <param name="engine">The dialer in this process.</param>
    /// <param name="campaign">What is watched.</param>
    /// <param name="timeZone">In which instants are shown.</param>
    /// <param name="reportPath">Null = no report.</param>
    /// <param name="hasLastWords">Its bots can speak after their calls.</param>
    /// <param name="screen">Where it is shown.</param>
    /// <param name="interrupts">Ctrl-C.</param>
    public DialWatch(
        IEngine engine, ICampaignGrain campaign, string timeZone, string? reportPath, bool hasLastWords, DialScreen screen, Interrupts interrupts)
    {
        lastWords = hasLastWords ? LastWords : TimeSpan.Zero;
        this.engine = engine;
        this.campaign = campaign;
        this.timeZone = timeZone;
        this.reportPath = reportPath;
        this.screen = screen;
        this.interrupts = interrupts;
        patience = new Patience(screen.Line, interrupts.Second);
    }

    public async Task<int> RunAsync()
    {
        var id = new CampaignId(campaign.GetPrimaryKeyLong());
        await using var report = reportPath is null ? null : new DialReport(reportPath, engine.Services.GetRequiredService<IDialerQueries>(), id, patience);
        using var feed = report is null ? null : engine.Services.GetRequiredService<IFinalJobFeed>().Subscribe((c, job) =>
        {
            if (c == id)
            {
                finals.Writer.TryWrite(job);
            }
        });
        try
        {
            if (report is not null)
            {
                await report.BeginAsync();
            }

            var code = await screen.WithCampaignAsync(timeZone, shown =>
            {
                show = shown;
                return UntilDoneAsync(report);
            });
            if (report is not null)
            {
                await report.CompleteAsync();
            }

            return await EndAsync(code);
        }
        catch (Exception e) when (reportPath is not null && e is IOException or UnauthorizedAccessException)
        {
            await StopAsync("report");
            throw new CommandStoppedException($"--report {reportPath} cannot be written: {e.Message} Make room for it; the same command then goes on where it was.", e);
        }
    }

    private async Task<int> EndAsync(int code)
    {
        // last: as long as it is not finished, the same command goes on
        if (code == ExitCodes.Done)
        {
            await patience.AskAsync(() => campaign.FinishAsync("dial"));
        }

        var last = await ProgressAsync();
        if (code == ExitCodes.Stopped)
        {
            Explain(last);
        }

        screen.Line($"answered {last.Counters.Answered} of {last.Counters.Total}");
        return code;
    }

    private async Task<int> UntilDoneAsync(DialReport? report)
    {
        var deadSince = TimeProvider.System.GetTimestamp();
        var openSince = deadSince;
        while (true)
        {
            var progress = await ProgressAsync();
            show(progress);
            await AppendAsync(report);
            if (progress.Counters is not { Total: > 0 } counters || counters.Final != counters.Total)
            {
                openSince = TimeProvider.System.GetTimestamp();
            }
            else if (TimeProvider.System.GetElapsedTime(openSince) >= lastWords)
            {
                return ExitCodes.Done;
            }

            if (interrupts.First.IsCancellationRequested)
            {
                await StopAsync("Ctrl-C");
                return ExitCodes.Interrupted;
            }

            if (progress.Status == CampaignStatus.Paused)
            {
                await UntilQuietAsync();
                return ExitCodes.Stopped;
            }

            if (engine.Stopping.IsCancellationRequested || progress.Status is not CampaignStatus.Running)
            {
                return ExitCodes.Stopped;
            }

            if (progress.Channel is not { Breaker: not BreakerState.Closed })
            {
                deadSince = TimeProvider.System.GetTimestamp();
            }
            else if (TimeProvider.System.GetElapsedTime(deadSince) > DeadChannelLimit)
            {
                await StopAsync("dial: the channel is dead");
                return ExitCodes.Stopped;
            }

            await PauseAsync(interrupts.First);
        }
    }

    /// <summary>Why it stopped, by name and in words.</summary>
    private void Explain(CampaignProgress last)
    {
        foreach (var cause in last.PauseCauses)
        {
            screen.Warn($"Paused ({cause.Code}): {cause.Text}{(cause.Evidence is null ? "" : $" Seen: {cause.Evidence}.")}");
        }

        screen.Warn((last.PauseCauses.Count, last.Channel) switch
        {
            ( > 0, _) => "When that is mended, the same command goes on where it was.",
            (0, { Breaker: not BreakerState.Closed } dead) =>
                $"The channel has not worked for {DeadChannelLimit.TotalMinutes:0} minutes ({dead.Evidence}). The same command goes on where it was.",
            _ when engine.Stopping.IsCancellationRequested => "The dialer was told to stop. The same command goes on where it was.",
            _ => $"The campaign was {(last.Status == CampaignStatus.Paused ? "paused" : "ended")} by somebody else. The same command goes on where it was.",
        });
    }

    /// <summary>Nothing new is dialed; calls end by themselves, at the second Ctrl-C they are hung up.</summary>
    private async Task StopAsync(string actor)
    {
        await patience.AskAsync(() => campaign.PauseAsync(actor));
        await UntilQuietAsync();
    }

    private async Task UntilQuietAsync()
    {
        var hasHungUp = false;
        while (await ProgressAsync() is { Counters.Live: > 0 } progress)
        {
            show(progress);
            if (interrupts.Second.IsCancellationRequested && !hasHungUp)
            {
                hasHungUp = true;
                await campaign.StopNowAsync("Ctrl-C");
            }

            await PauseAsync(hasHungUp ? CancellationToken.None : interrupts.Second);
        }
    }

    private Task<CampaignProgress> ProgressAsync() => patience.AskAsync(async () => (await campaign.ProgressAsync())!);

    private async Task AppendAsync(DialReport? report)
    {
        if (report is null)
        {
            return;
        }

        var jobs = new List<JobId>();
        while (finals.Reader.TryRead(out var job))
        {
            jobs.Add(job);
            if (jobs.Count == ReportedAtOnce)
            {
                await report.AppendAsync(jobs);
                jobs.Clear();
            }
        }

        if (jobs.Count > 0)
        {
            await report.AppendAsync(jobs);
        }
    }

    private static async Task PauseAsync(CancellationToken wake) => await Task.Delay(Look, wake).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
}
