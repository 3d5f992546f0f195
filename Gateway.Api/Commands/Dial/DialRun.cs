using Dialer.Campaigns;
using Dialer.Gateway.Hosting;
using Dialer.PhoneLists;

namespace Dialer.Gateway.Commands.Dial;

/// <summary>One run of <c>dial</c>: import, ask, call everybody, report, finish. Resumes what an earlier run of the same list left.</summary>
internal sealed class DialRun(EngineStarter starter, SplitArguments arguments, DialRequest request)
{
    private readonly DialScreen screen = DialScreen.Create();

    public async Task<int> RunAsync()
    {
        using var interrupts = new Interrupts();
        try
        {
            DialChecks.Check(request);
            var start = new EngineStart(arguments.Configuration, "./data/dial", IsQuiet: true, NeedsHttp: arguments.Has("urls"));
            await using var engine = await starter(start, CancellationToken.None).WaitAsync(interrupts.Second);
            return await RunAsync(engine, interrupts);
        }
        catch (OperationCanceledException) when (interrupts.First.IsCancellationRequested)
        {
            await Console.Error.WriteLineAsync("Interrupted. The same command goes on where it was.");
            return ExitCodes.Interrupted;
        }
    }

    private async Task<int> RunAsync(IEngine engine, Interrupts interrupts)
    {
        interrupts.First.ThrowIfCancellationRequested();
        var zone = OrganisationZone.Of(arguments);
        var desk = new DialDesk(engine, request, screen);
        var intake = new DialIntake(engine, request, OrganisationZone.Country(arguments), screen);
        var known = await intake.FindAsync(interrupts.First);
        var earlier = known is null ? null : await desk.FindAsync(known);
        DialChecks.CheckZone(request, earlier?.Plan, zone);
        // told by the options alone: nobody waits for an import to hear it
        var draft = earlier?.Plan.With(request) ?? DialPlan.New(request, Name, default, zone);
        DialChecks.CheckBot(draft);
        await using var channel = earlier is null && !request.DryRun ? await desk.OpenAsync(draft) : null;
        var list = known ?? await intake.ImportAsync(interrupts.First);
        await intake.TellAsync(list, isKnown: known is not null, interrupts.First);
        if (list.Accepted == 0)
        {
            throw new CommandRefusedException($"{request.List} has no number that can be called: see the reasons above.");
        }

        var plan = earlier is null ? DialPlan.New(request, Name, list.Id, zone) : draft;
        if (plan.Channel.Sip is null && request.SipOnly().ToList() is { Count: > 0 } unused)
        {
            screen.Warn($"{string.Join(", ", unused)}: no effect on the simulated carrier.");
        }

        if (!await MayStartAsync(plan, list, earlier, interrupts.First))
        {
            return ExitCodes.Done;
        }

        interrupts.First.ThrowIfCancellationRequested();
        var campaign = earlier is null ? await desk.StartAsync(list, plan, channel!) : await desk.ResumeAsync(list, plan, earlier);
        var scenario = plan.Campaign.Scenario ?? plan.Channel.Scenario;
        // a SIP bot speaks by its callback, which needs somebody who listens
        var hasLastWords = scenario.HttpBotUrl is not null || (scenario.SipBotUri is not null && arguments.Has("urls"));
        return await new DialWatch(engine, campaign, plan.Campaign.TimeZone, request.Report, hasLastWords, screen, interrupts).RunAsync();
    }

    private async Task<bool> MayStartAsync(DialPlan plan, PhoneListSummary list, EarlierRun? earlier, CancellationToken stop)
    {
        var done = earlier?.Campaign.Counters.Final ?? 0;
        if (earlier is not null)
        {
            screen.Line($"Resuming: {done} of {earlier.Campaign.Counters.Total} numbers are done.");
        }

        var asks = screen.IsTerminal && !request.Yes;
        if (request.DryRun || asks)
        {
            foreach (var line in DialSummary.Of(plan, list, done, OrganisationZone.Country(arguments)))
            {
                screen.Line(line);
            }
        }

        if (request.DryRun)
        {
            screen.Line($"Dry run: {list.Accepted - done} numbers would be called; nobody was.");
            return false;
        }

        if (asks && !await screen.AskAsync("Start calling?", stop))
        {
            screen.Line("Nobody was called.");
            return false;
        }

        return true;
    }

    private string Name => Path.GetFileName(request.List) is { Length: > 0 and <= CampaignSettings.MaxNameLength } name && PlainTexts.IsPlain(name) ? name : "dial";
}
