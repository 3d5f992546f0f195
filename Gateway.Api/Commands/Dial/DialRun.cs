using System.Threading.Channels;
using Dialer.Campaigns;
using Dialer.Gateway.Hosting;
using Dialer.PhoneLists;
using Dialer.Reports;

namespace Dialer.Gateway.Commands.Dial;

/// <summary>One run of <c>dial</c>: import, ask, call everybody, report, finish. Resumes what an earlier run of the same list left.</summary>
internal sealed partial class DialRun(EngineStarter starter, SplitArguments arguments, DialRequest request)
{
    private const int RejectedShown = 50;

    private static readonly TimeSpan Look = TimeSpan.FromMilliseconds(250);

    /// <summary>A channel that does not answer for this long stops the run, to be resumed.</summary>
    private static readonly TimeSpan DeadChannelLimit = TimeSpan.FromMinutes(10);

    private readonly DialScreen screen = DialScreen.Create();

    public async Task<int> RunAsync(CancellationToken cancel)
    {
        using var interrupts = new Interrupts();
        try
        {
            CheckFile();
            var zone = OrganisationZone.Of(arguments);
            DialPlan.Check(request, zone);
            if (request.Report is not null)
            {
                DialReport.CheckPath(request.Report);
            }

            await using var engine = await starter(new EngineStart(arguments.Configuration, "./data/dial", IsQuiet: true, NeedsHttp: arguments.Has("urls")), cancel);
            return await RunAsync(engine, zone, interrupts);
        }
        catch (CommandRefusedException e)
        {
            await Console.Error.WriteLineAsync(e.Message);
            return ExitCodes.Refused;
        }
    }

    /// <summary>The commonest mistakes, before anything is started.</summary>
    private void CheckFile()
    {
        if (Directory.Exists(request.List))
        {
            throw new CommandRefusedException($"{request.List} is a directory: give a CSV file.");
        }

        if (!File.Exists(request.List))
        {
            throw new CommandRefusedException($"{request.List} does not exist: give the path of a CSV file.");
        }
    }

    private async Task<int> RunAsync(IEngine engine, string? zone, Interrupts interrupts)
    {
        var list = await ImportAsync(engine, interrupts.First);
        if (list.Accepted == 0)
        {
            throw new CommandRefusedException($"{request.List} has no number that can be called: see the reasons above.");
        }

        var desk = new DialDesk(engine, request, zone, screen);
        if (request.DryRun)
        {
            screen.Line($"Dry run: {list.Accepted} numbers would be called; nobody was.");
            return ExitCodes.Done;
        }

        var known = await desk.FindAsync(list);
        if (known is null && !AskFirst(list, zone))
        {
            screen.Line("Nobody was called.");
            return ExitCodes.Done;
        }

        return await WatchAsync(engine, await desk.StartAsync(list, known), interrupts);
    }

    private async Task<PhoneListSummary> ImportAsync(IEngine engine, CancellationToken cancel)
    {
        var import = engine.Services.GetRequiredService<IListImport>();
        var identity = await ListIdentity.OfAsync(request.List, cancel);
        if (identity is not null && await import.FindBySourceAsync(identity) is { } known)
        {
            screen.Line($"{request.List} was imported before: {known.Accepted} numbers.");
            return known;
        }

        var ask = new ListImportRequest { Name = Path.GetFileName(request.List), Country = OrganisationZone.Country(arguments), Source = identity };
        var answer = await screen.WithBarAsync("importing", progress => import.ImportFileAsync(
            ask,
            request.List,
            new ImportShare(progress),
            cancel));
        if (!answer.IsDone)
        {
            throw new CommandRefusedException(answer.Refusal.Text);
        }

        await TellAsync(import, answer.Value, cancel);
        return answer.Value;
    }

    /// <summary>What was imported, and what was wrong with each row that was not.</summary>
    private async Task TellAsync(IListImport import, PhoneListSummary list, CancellationToken cancel)
    {
        screen.Line(
            $"{request.List}: {list.Rows} rows, {list.Accepted} numbers to call, {list.Duplicates} duplicates skipped, {list.Rejected} rejected"
            + (list.Fixed > 0 ? $", {list.Fixed} with 8 made 7." : "."));
        var shown = 0;
        await foreach (var row in import.ReadRejectedAsync(list.Id, cancel))
        {
            if (shown++ == RejectedShown)
            {
                screen.Line($"  … and {list.Rejected + list.Duplicates - RejectedShown} more.");
                break;
            }

            screen.Line($"  line {row.Line}: {row.Reason} [{row.Code}]");
        }
    }

    private bool AskFirst(PhoneListSummary list, string? zone)
    {
        if (!screen.IsTerminal || request.Yes)
        {
            return true;
        }

        var channel = DialPlan.Channel(request);
        var settings = DialPlan.Campaign(request, "dial", default, list.Id, zone);
        var now = TimeProvider.System.GetUtcNow();
        var estimate = DialEstimate.Of(settings, list.Accepted, channel.CallsPerSecond, now);
        var end = estimate.End is { } at ? $"about {DialEstimate.Text(at, settings.TimeZone, now)}" : "not within a year";
        screen.Line($"People to call   {list.Accepted}   (rejected rows {list.Rejected}, duplicates {list.Duplicates})");
        screen.Line($"Trunk            {(request.IsSip ? request.Channel : "simulated, nobody is really called")}");
        screen.Line($"At once          {channel.Lines}   attempts {request.Attempts}");
        screen.Line($"Hours            {(request.AnyTime ? "any" : "Monday to Friday 09:00-18:00, local to each number")}");
        screen.Line($"First call       {(estimate.FirstCall <= now ? "now" : DialEstimate.Text(estimate.FirstCall, settings.TimeZone, now))}");
        screen.Line($"Expected end     {end}, if a call takes {DialEstimate.UsualCallSeconds} s on average");
        return screen.Ask("Start calling?");
    }

    /// <summary>Shows the campaign until every number is final, it is interrupted, or it cannot go on.</summary>
    private async Task<int> WatchAsync(IEngine engine, ICampaignGrain campaign, Interrupts interrupts)
    {
        var id = new CampaignId(campaign.GetPrimaryKeyLong());
        await using var report = request.Report is null
            ? null
            : new DialReport(request.Report, engine.Services.GetRequiredService<IDialerQueries>(), id);
        var finals = Channel.CreateUnbounded<JobId>(new UnboundedChannelOptions { SingleReader = true });
        using var feed = report is null ? null : engine.Services.GetRequiredService<IFinalJobFeed>().Subscribe((c, job) =>
        {
            if (c == id)
            {
                finals.Writer.TryWrite(job);
            }
        });
        if (report is not null)
        {
            await report.BeginAsync();
        }

        var timeZone = (await campaign.GetAsync())!.Settings.TimeZone;
        var code = await screen.WithCampaignAsync(timeZone, show => UntilDoneAsync(engine, campaign, interrupts, show, report, finals.Reader));
        if (code == ExitCodes.Done)
        {
            await campaign.FinishAsync("dial");
        }

        if (report is not null)
        {
            await report.CompleteAsync();
        }

        var last = (await campaign.ProgressAsync())!.Counters;
        screen.Line($"answered {last.Answered} of {last.Total}");
        return code;
    }

    private static async Task<int> UntilDoneAsync(
        IEngine engine, ICampaignGrain campaign, Interrupts interrupts, Action<CampaignProgress> show, DialReport? report, ChannelReader<JobId> finals)
    {
        var deadSince = TimeProvider.System.GetTimestamp();
        while (true)
        {
            var progress = (await campaign.ProgressAsync())!;
            show(progress);
            await AppendAsync(report, finals);
            var counters = progress.Counters;
            if (counters.Total > 0 && counters.Final == counters.Total)
            {
                return ExitCodes.Done;
            }

            if (interrupts.First.IsCancellationRequested)
            {
                return await InterruptedAsync(campaign, interrupts, show);
            }

            if (engine.Stopping.IsCancellationRequested || progress.Status == CampaignStatus.Paused)
            {
                return ExitCodes.Stopped;
            }

            if (progress.Channel is not { Breaker: not Channels.BreakerState.Closed })
            {
                deadSince = TimeProvider.System.GetTimestamp();
            }
            else if (TimeProvider.System.GetElapsedTime(deadSince) > DeadChannelLimit)
            {
                await campaign.PauseAsync("dial");
                return ExitCodes.Stopped;
            }

            await Task.Delay(Look, interrupts.First).ContinueWith(_ => { }, TaskScheduler.Default);
        }
    }

    private static async Task AppendAsync(DialReport? report, ChannelReader<JobId> finals)
    {
        if (report is null)
        {
            return;
        }

        var jobs = new List<JobId>();
        while (finals.TryRead(out var job))
        {
            jobs.Add(job);
            if (jobs.Count == 500)
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

    /// <summary>The first Ctrl-C lets calls end, the second hangs up.</summary>
    private static async Task<int> InterruptedAsync(ICampaignGrain campaign, Interrupts interrupts, Action<CampaignProgress> show)
    {
        await campaign.PauseAsync("Ctrl-C");
        while ((await campaign.ProgressAsync())! is { Counters.Live: > 0 } progress)
        {
            show(progress);
            if (interrupts.Second.IsCancellationRequested)
            {
                await campaign.StopNowAsync("Ctrl-C");
            }

            await Task.Delay(Look, interrupts.Second).ContinueWith(_ => { }, TaskScheduler.Default);
        }

        return ExitCodes.Interrupted;
    }

    private sealed class ImportShare(IProgress<double> progress) : IProgress<ListImportProgress>
    {
        public void Report(ListImportProgress value) => progress.Report(value.BytesTotal is > 0 ? (double)value.BytesRead / value.BytesTotal.Value : 0);
    }
}
