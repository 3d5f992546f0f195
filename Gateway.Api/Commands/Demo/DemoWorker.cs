using System.Globalization;
using System.Text.Json;
using Dialer.Calendars;
using Dialer.Campaigns;
using Dialer.Channels;
using Dialer.DoNotCall;
using Dialer.Gateway.Commands.Dial;
using Dialer.Gateway.Access;
using Dialer.Gateway.Hosting;
using Dialer.Numbers;
using Dialer.PhoneLists;
using Dialer.Reports;
using Dialer.Subscribers;

namespace Dialer.Gateway.Commands.Demo;

/// <summary>
/// The demo's dialing process: imports, dials, tells its figures, is killed and goes on; at the end compares the books with the
/// carrier's ledger, then keeps serving.
/// </summary>
internal sealed class DemoWorker(EngineStarter starter, SplitArguments arguments, string list, string carrier, string ledger)
{
    public const int Cap = 150;

    private const int RejectedShown = 10;

    private const int Page = 1000;

    /// <summary>Later than this it tells what is still missing instead of waiting for it.</summary>
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(8);

    /// <summary>By which a run knows its own list, and by that its campaign, in a database that others use too.</summary>
    private string Mark => $"demo:{Path.GetDirectoryName(Path.GetFullPath(list))}";

    public async Task<int> RunAsync()
    {
        using var interrupts = new Interrupts();
        await using var engine = await starter(new EngineStart(arguments.Configuration, "./data/demo", IsQuiet: true, NeedsHttp: true), CancellationToken.None);
        var numbers = await engine.Services.GetRequiredService<IListImport>().FindBySourceAsync(Mark) ?? await ImportAsync(engine);
        var campaign = await FindAsync(engine, numbers) ?? await MakeAsync(engine, numbers);
        // refused when it runs already
        await campaign.StartAsync("demo");
        await WatchAsync(campaign, interrupts.First);
        if (!interrupts.First.IsCancellationRequested)
        {
            Tell(new DemoLine { Audit = await AuditAsync(engine, campaign, numbers) });
            await interrupts.First.WhenCancelled();
        }

        return ExitCodes.Done;
    }

    private static async Task<ICampaignGrain?> FindAsync(IEngine engine, PhoneListSummary numbers)
    {
        var known = await engine.Services.GetRequiredService<IDialerQueries>().FindCampaignOfListAsync(numbers.Id);
        return known is null ? null : engine.Services.GetRequiredService<IGrainFactory>().GetGrain<ICampaignGrain>(known.Id.Value);
    }

    private async Task<ICampaignGrain> MakeAsync(IEngine engine, PhoneListSummary numbers)
    {
        var grains = engine.Services.GetRequiredService<IGrainFactory>();
        var ids = engine.Services.GetRequiredService<INewIds>();
        var channel = new ChannelId(await ids.NextAsync());
        await grains.GetGrain<IChannelGrain>(channel.Value).CreateAsync(new ChannelSettings
        {
            Name = "demo carrier",
            Kind = ChannelKind.Simulated,
            Lines = 2 * Cap,
            RingTimeoutSeconds = 5,
            MaxCallSeconds = 30,
            Simulated = new SimulatedSettings
            {
                Answer = 0.55,
                Busy = 0.15,
                NoAnswer = 0.25,
                Nonexistent = 0.05,
                Error = 0,
                Endpoint = carrier,
                RingSeconds = new SecondsRange(0.2, 0.8),
                TalkSeconds = new SecondsRange(0.5, 1.5),
                Seed = 7,
            },
        });
        var campaign = grains.GetGrain<ICampaignGrain>(await ids.NextAsync());
        await campaign.CreateAsync(
            new CampaignSettings
            {
                Name = "Demo",
                Channel = channel,
                List = numbers.Id,
                MaxSimultaneousCalls = Cap,
                CallingWindows = WeeklyHours.Always,
                TimeZone = "Europe/Moscow",
                OuterHoursException = "demo: nobody is called",
                Attempts = new AttemptPolicy { PauseMinutes = 1 },
            },
            UnixTime.None);
        var optedOut = DemoList.OptedOut.Select(p => new PhoneNumber(p)).ToList();
        await engine.Services.GetRequiredService<IDoNotCallStore>().AddAsync(optedOut, "asked us not to call", "demo", "demo", TimeProvider.System.Now());
        Say($"{optedOut.Count} numbers of the list are on do-not-call.");
        return campaign;
    }

    private async Task<PhoneListSummary> ImportAsync(IEngine engine)
    {
        var import = engine.Services.GetRequiredService<IListImport>();
        var answer = await import.ImportFileAsync(new ListImportRequest { Name = "demo", Country = "RU", Source = Mark }, list, null, CancellationToken.None);
        var imported = answer.Value ?? throw new CommandRefusedException(answer.Refusal.Text);
        Say($"Imported {imported.Rows} rows: {imported.Accepted} numbers to call, {imported.Duplicates} duplicate, {imported.Rejected} rejected, {imported.Fixed} written with 8 mended.");
        foreach (var (zone, rows) in await import.ReadZonesAsync(imported.Id))
        {
            Say($"  {rows,5} in {Short(zone.Key)} (found by {Source(zone.Source)})");
        }

        var shown = 0;
        await foreach (var row in import.ReadRejectedAsync(imported.Id, CancellationToken.None))
        {
            if (shown++ < RejectedShown)
            {
                Say($"  line {row.Line}: {row.Reason}");
            }
        }

        return imported;
    }

    private static async Task WatchAsync(ICampaignGrain campaign, CancellationToken stop)
    {
        var began = TimeProvider.System.GetTimestamp();
        var patience = new Patience(Say, stop);
        while (!stop.IsCancellationRequested && TimeProvider.System.GetElapsedTime(began) < Limit)
        {
            var progress = await patience.AskAsync(async () => (await campaign.ProgressAsync())!);
            Tell(new DemoLine { Figures = DemoFigures.Of(progress) });
            if (progress.Counters.Total > 0 && progress.Counters.Final == progress.Counters.Total)
            {
                return;
            }

            await Task.Delay(TimeSpan.FromMilliseconds(250), stop).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private async Task<DemoAudit> AuditAsync(IEngine engine, ICampaignGrain campaign, PhoneListSummary numbers)
    {
        var queries = engine.Services.GetRequiredService<IDialerQueries>();
        var id = new CampaignId(campaign.GetPrimaryKeyLong());
        var books = DemoLedger.Read(ledger);
        var doNotCall = engine.Services.GetRequiredService<IDoNotCallStore>();
        var recorded = 0;
        var final = 0;
        var toDoNotCall = 0;
        JobReport? shown = null;
        var after = new JobId(0);
        IReadOnlyList<JobReport> page;
        do
        {
            page = await queries.ReadJobsAsync(id, after, Page);
            foreach (var job in page)
            {
                final += job.Status == JobStatus.Final ? 1 : 0;
                recorded += Enumerable.Range(1, job.Tries).Count(n => books.Starts.ContainsKey($"{job.Id}-{n}"));
                shown = shown is null || job.Tries > shown.Tries ? job : shown;
                after = job.Id;
            }
        }
        while (page.Count == Page);
        foreach (var phone in books.Starts.Values.Select(s => s.Phone).Distinct())
        {
            toDoNotCall += PhoneNumber.TryFromDigits(phone, out var number) && await doNotCall.ContainsAsync(number) ? 1 : 0;
        }

        var view = (await campaign.GetAsync())!;
        var key = await AdminKey.EnsureAsync(engine.Services);
        return new DemoAudit(
            books.Received, recorded, books.DialedTwice, numbers.Accepted, final, books.MostAtOnce, Cap,
            books.Starts.Values.Count(s => !IsInside(view.Settings, s.At)),
            toDoNotCall,
            shown is null ? [] : await TimelineAsync(queries, shown),
            $"curl -s {engine.Url}/api/calls/campaign/{view.Token}/addPhones -H 'Content-Type: application/json' -d '[{{\"phone\":\"79161234567\",\"payload\":{{\"name\":\"Anna\"}}}}]'",
            await AdminKey.LinkAsync(engine) ?? engine.Url!,
            key);
    }

    /// <summary>Whether a call of the ledger began within the campaign's hours, in its zone.</summary>
    private static bool IsInside(CampaignSettings settings, long at)
    {
        var zone = TimeZoneInfo.FindSystemTimeZoneById(settings.TimeZone);
        var local = TimeZoneInfo.ConvertTime(DateTimeOffset.FromUnixTimeMilliseconds(at), zone);
        return settings.CallingWindows.Days[((int)local.DayOfWeek + 6) % 7].Any(w => w.Contains((local.Hour * 60) + local.Minute));
    }

    private static async Task<IReadOnlyList<string>> TimelineAsync(IDialerQueries queries, JobReport job)
    {
        var lines = new List<string> { $"Timeline of {job.Phone} (zone {Short(job.Zone.Key)}, {job.Zone.Source}):" };
        foreach (var record in await queries.ReadTriesAsync(job.Id))
        {
            var next = record.NextAt.IsNone ? "" : $", next from {record.NextAt.ToDateTimeOffset():HH:mm:ss}";
            lines.Add(string.Create(
                CultureInfo.InvariantCulture,
                $"  {record.StartedAt.ToDateTimeOffset():HH:mm:ss} try {record.Try}: {record.Class}, {record.Cause.SipCode} {record.Cause.Text}, talk {record.Talk.TotalSeconds:0.0} s; rule {record.Rule}{next}"));
        }

        lines.Add($"  {job.Result}");
        return lines;
    }

    private static string Source(ZoneSource source) => source switch
    {
        ZoneSource.ListColumn => "the list's GMT_ZONE column",
        ZoneSource.PhoneLibrary => "the number",
        ZoneSource.RangeTable => "the number-range table",
        _ => "nothing",
    };

    private static string Short(string zone) => zone.Contains('|', StringComparison.Ordinal) ? $"one of {zone.Split('|').Length} zones" : zone;

    private static void Say(string text) => Tell(new DemoLine { Say = text });

    private static void Tell(DemoLine line) => Console.WriteLine(JsonSerializer.Serialize(line));
}
