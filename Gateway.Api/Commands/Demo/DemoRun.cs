using System.Globalization;
using System.Text.Json;
using Dialer.Gateway.Commands.Dial;
using Dialer.Gateway.Hosting;
using Spectre.Console;

namespace Dialer.Gateway.Commands.Demo;

/// <summary>
/// The minute of the demo: a carrier process that outlives everything, a dialing process that is killed, a trunk that dies and
/// comes back; at the end the carrier's own ledger against our books.
/// </summary>
internal sealed class DemoRun(SplitArguments arguments, TrunkSwitch trunk, string directory)
{
    /// <summary>Seconds after the first call at which things happen.</summary>
    private static readonly TimeSpan TrunkDies = TimeSpan.FromSeconds(3);

    private static readonly TimeSpan TrunkReturns = TimeSpan.FromSeconds(6);

    /// <summary>After it has been dialing at full strength again for this long the process is killed.</summary>
    private static readonly TimeSpan KillAfter = TimeSpan.FromSeconds(2);

    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(10);

    private readonly DialScreen screen = DialScreen.Create();
    private DemoFigures? shown;
    private TimeSpan shownAt;

    public async Task<int> RunAsync()
    {
        using var interrupts = new Interrupts();
        try
        {
            Directory.CreateDirectory(directory);
            screen.Line($"SIMULATED, nobody is called. Data in {directory}");
            await using var carrier = DemoChild.Start(["carrier", "--ledger", Ledger]);
            var endpoint = await EndpointAsync(carrier);
            var worker = DemoChild.Start(WorkerArguments(endpoint));
            try
            {
                (worker, var audit) = await PlayAsync(worker, endpoint, interrupts.First);
                if (audit is not null)
                {
                    Show(audit);
                    screen.Line("It keeps serving; Ctrl-C ends it.");
                    await interrupts.First.WhenCancelled();
                }

                return audit is null ? ExitCodes.Interrupted : ExitCodes.Done;
            }
            finally
            {
                await worker.DisposeAsync();
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new CommandRefusedException($"{directory} cannot be used: {e.Message} Give another with --Dialer:DataDirectory=DIR.", e);
        }
    }

    private string Ledger => Path.Combine(directory, "ledger.txt");

    private string[] WorkerArguments(string endpoint) =>
    [
        DemoCommand.WorkerName, "--list", DemoList.Write(directory), "--carrier", endpoint, "--ledger", Ledger,
        .. arguments.Without("Dialer:DataDirectory"),
        $"--Dialer:DataDirectory={directory}",
    ];

    private static async Task<string> EndpointAsync(DemoChild carrier)
    {
        await foreach (var line in carrier.Lines.ReadAllAsync())
        {
            if (line.StartsWith("carrier listening on ", StringComparison.Ordinal))
            {
                return line.Split(' ')[^1];
            }
        }

        throw new CommandRefusedException($"The simulated carrier did not start: {carrier.Errors}");
    }

    /// <summary>Follows the worker and makes things happen at their times. The audit is null when it was interrupted.</summary>
    private async Task<(DemoChild Worker, DemoAudit? Audit)> PlayAsync(DemoChild worker, string endpoint, CancellationToken stop)
    {
        var began = TimeProvider.System.GetTimestamp();
        long? firstCall = null;
        DateTimeOffset? killedAt = null;
        TimeSpan? recoveredAt = null;
        var (isDown, isBack, isOpenTold) = (false, false, false);
        while (!stop.IsCancellationRequested && TimeProvider.System.GetElapsedTime(began) < Limit)
        {
            var line = await NextAsync(worker, stop);
            if (line?.Audit is { } audit)
            {
                return (worker, audit);
            }

            if (line?.Say is { } say)
            {
                screen.Line(say);
            }

            if (line?.Figures is not { } figures)
            {
                continue;
            }

            firstCall ??= figures.Live > 0 ? TimeProvider.System.GetTimestamp() : null;
            var elapsed = firstCall is { } first ? TimeProvider.System.GetElapsedTime(first) : TimeSpan.Zero;
            Show(figures, elapsed);
            if (killedAt is { } killed && DemoLedger.Read(Ledger).FirstStartAfter(killed) is { } again)
            {
                screen.Line(Text($"Dialing again {(again - killed).TotalSeconds:0.0} s after the kill, by the carrier's ledger. Calls whose fate is unknown are not repeated at once: those phones may still ring."));
                killedAt = null;
            }

            if (!isDown && elapsed >= TrunkDies)
            {
                isDown = true;
                screen.Line("The trunk dies.");
                await trunk(endpoint, false);
            }

            if (isDown && !isOpenTold && figures.Breaker == "Open")
            {
                isOpenTold = true;
                screen.Line($"The breaker is open ({figures.Evidence}): nothing is dialed, no attempt is spent. Attempts so far {figures.Attempts}, calls {figures.Tries}.");
            }

            if (isDown && !isBack && elapsed >= TrunkReturns)
            {
                isBack = true;
                screen.Line("The trunk comes back; a probe finds it and a few calls try it.");
                await trunk(endpoint, true);
            }

            if (isBack && figures.Live > DemoWorker.Cap / 2)
            {
                recoveredAt ??= elapsed;
            }

            if (elapsed - recoveredAt >= KillAfter && figures.Live > DemoWorker.Cap / 2 && !hasKilled)
            {
                hasKilled = true;
                screen.Line($"kill -9 of the dialing process {worker.Id} with {figures.Live} calls live.");
                await worker.KillAsync();
                killedAt = TimeProvider.System.GetUtcNow();
                await worker.DisposeAsync();
                worker = DemoChild.Start(WorkerArguments(endpoint));
            }
        }

        return (worker, null);
    }

    private bool hasKilled;

    private static async Task<DemoLine?> NextAsync(DemoChild worker, CancellationToken stop)
    {
        try
        {
            var text = await worker.Lines.ReadAsync(stop);
            return text.StartsWith('{') ? JsonSerializer.Deserialize<DemoLine>(text) : null;
        }
        catch (System.Threading.Channels.ChannelClosedException e)
        {
            throw new CommandRefusedException($"The dialing process ended: {worker.Errors}", e);
        }
        catch (OperationCanceledException)
        {
            return null;
        }
    }

    private void Show(DemoFigures figures, TimeSpan elapsed)
    {
        // a line a second is enough for people, and one in five seconds when nothing changes
        var quiet = elapsed - shownAt;
        if (shown is not null && quiet < (figures == shown ? TimeSpan.FromSeconds(5) : TimeSpan.FromSeconds(1)))
        {
            return;
        }

        (shown, shownAt) = (figures, elapsed);
        var share = figures.Total == 0 ? 0 : 30 * figures.Final / figures.Total;
        screen.Line(Text(
            $"{elapsed.TotalSeconds,5:0} s [{new string('#', share)}{new string('.', 30 - share)}] {figures.Final}/{figures.Total} done, {figures.Live,3} live of {DemoWorker.Cap}, answered {figures.Answered}, not {figures.NotAnswered}")
            + (figures.Live == 0 && figures.Idle is not null ? $" | {figures.Idle}" : ""));
    }

    private void Show(DemoAudit audit)
    {
        var table = new Table().Border(screen.IsTerminal ? TableBorder.Rounded : TableBorder.Ascii)
            .AddColumn("The carrier's ledger against our books").AddColumn(new TableColumn("").RightAligned()).AddColumn("");
        void Row(string what, string value, bool isRight) => table.AddRow(what, value, isRight ? "ok" : "WRONG");
        Row("calls received by the carrier = calls in our books", Text($"{audit.Received} = {audit.Recorded}"), audit.Received == audit.Recorded);
        Row("dialed twice", Text($"{audit.DialedTwice}"), audit.DialedTwice == 0);
        Row("numbers accepted by the import - numbers done = lost", Text($"{audit.Accepted} - {audit.Done} = {audit.Lost}"), audit.Lost == 0);
        Row("most calls at once / allowed", Text($"{audit.MostAtOnce} / {audit.Cap}"), audit.MostAtOnce <= audit.Cap);
        Row("calls outside the hours (any hour is allowed in the demo)", Text($"{audit.OutsideHours}"), audit.OutsideHours == 0);
        Row("calls to do-not-call numbers", Text($"{audit.DoNotCall}"), audit.DoNotCall == 0);
        AnsiConsole.Write(table);
        foreach (var line in audit.Timeline)
        {
            screen.Line(line);
        }

        screen.Line("Add a number yourself:");
        screen.Line(audit.Curl);
        if (audit.AdminKey is not null)
        {
            screen.Line($"admin key: {audit.AdminKey}");
        }

        screen.Line($"Console, signs you in once: {audit.Console}");
    }

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
