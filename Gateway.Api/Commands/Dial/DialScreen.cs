using System.Globalization;
using Dialer.Campaigns;
using Dialer.PhoneLists;
using Spectre.Console;

namespace Dialer.Gateway.Commands.Dial;

/// <summary>What the operator sees: bars on a terminal, plain lines elsewhere.</summary>
internal sealed class DialScreen(IAnsiConsole console, bool isTerminal)
{
    /// <summary>Without a terminal a line comes at least so often.</summary>
    private static readonly TimeSpan PlainEvery = TimeSpan.FromSeconds(5);

    public bool IsTerminal => isTerminal;

    public static DialScreen Create() => new(AnsiConsole.Console, !Console.IsOutputRedirected && AnsiConsole.Profile.Capabilities.Interactive);

    public void Line(string text)
    {
        if (isTerminal)
        {
            console.WriteLine(text);
            return;
        }

        // a file or a pipe has no width to wrap at
        Console.WriteLine(text);
    }

    public void Warn(string text)
    {
        if (isTerminal)
        {
            console.MarkupLineInterpolated($"[yellow]{text}[/]");
            return;
        }

        Line(text);
    }

    /// <summary>Runs an import and shows how far it is.</summary>
    public async Task<T> WithImportAsync<T>(Func<IProgress<ListImportProgress>, Task<T>> import)
    {
        if (!isTerminal)
        {
            ListImportProgress? last = null;
            var work = import(new Direct<ListImportProgress>(p => last = p));
            while (await Task.WhenAny(work, Task.Delay(PlainEvery)) != work)
            {
                Line(last is null ? "importing" : Text($"importing: {Share(last):P0}, {last.Accepted} numbers, {last.Rejected} rejected"));
            }

            return await work;
        }

        return await console.Progress().AutoClear(true).StartAsync(async context =>
        {
            var task = context.AddTask("importing", maxValue: 1);
            return await import(new Direct<ListImportProgress>(p => task.Value = Share(p)));
        });
    }

    /// <summary>Shows a campaign until <paramref name="work"/> ends; it is given the way to show its figures.</summary>
    public async Task<T> WithCampaignAsync<T>(string timeZone, Func<Action<CampaignProgress>, Task<T>> work)
    {
        if (!isTerminal)
        {
            var lines = new PlainLines(this, timeZone);
            return await work(lines.Show);
        }

        return await console.Progress().AutoClear(true)
            .Columns(new ProgressBarColumn(), new PercentageColumn(), new TaskDescriptionColumn { Alignment = Justify.Left })
            .StartAsync(async context =>
            {
                var task = context.AddTask("dialing");
                return await work(progress =>
                {
                    task.MaxValue = Math.Max(1, progress.Counters.Total);
                    task.Value = progress.Counters.Final;
                    task.Description = Markup.Escape(Figures(progress, timeZone));
                });
            });
    }

    /// <summary>Only a yes is a yes.</summary>
    /// <exception cref="OperationCanceledException">Ctrl-C: a no.</exception>
    public async Task<bool> AskAsync(string question, CancellationToken stop)
    {
        console.Write($"{question} [y/N] ");
        try
        {
            // it cannot be called off; the thread that waits for a line ends with the process
            return (await Task.Run(Console.ReadLine, CancellationToken.None).WaitAsync(stop))?.Trim().ToUpperInvariant() is "Y" or "YES";
        }
        catch (OperationCanceledException)
        {
            console.WriteLine();
            throw;
        }
    }

    public static string Figures(CampaignProgress progress, string timeZone)
    {
        var c = progress.Counters;
        var text = string.Create(
            CultureInfo.InvariantCulture,
            $"{c.Final}/{c.Total} done, {c.Live} in progress | answered {c.AnsweredCalls}, busy {c.BusyCalls + c.RejectedCalls}, no answer {c.NoAnswerCalls}, no such number {c.Nonexistent}, errors {c.TechnicalFailures}{Refused(c)} | to be retried {c.WaitingForRetry}");
        return progress.Idle is { } idle && c.Live == 0 ? $"{text} | {Why(idle, timeZone)}" : text;
    }

    /// <summary>Numbers that may not be called: told only when there are some.</summary>
    private static string Refused(CampaignCounters counters) =>
        counters.RejectedAtLoad == 0 ? "" : Text($", not allowed {counters.RejectedAtLoad}");

    /// <summary>Why nothing is dialed and when that changes, on the clock of the campaign's zone.</summary>
    public static string Why(IdleReason idle, string timeZone) => idle.Until.IsNone
        ? idle.Text
        : $"{idle.Text} Next call {DialEstimate.Text(idle.Until.ToDateTimeOffset(), timeZone, TimeProvider.System.GetUtcNow())}.";

    private static double Share(ListImportProgress progress) => progress.BytesTotal is > 0 ? (double)progress.BytesRead / progress.BytesTotal.Value : 0;

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);

    /// <summary>Reports at once, on the caller's thread.</summary>
    private sealed class Direct<T>(Action<T> report) : IProgress<T>
    {
        public void Report(T value) => report(value);
    }

    /// <summary>A line when something changed, at most each second, and at least every five.</summary>
    private sealed class PlainLines(DialScreen screen, string timeZone)
    {
        // looked at each quarter of a second
        private static readonly TimeSpan Slack = TimeSpan.FromMilliseconds(500);

        private readonly System.Diagnostics.Stopwatch since = System.Diagnostics.Stopwatch.StartNew();
        private string last = "";
        private TimeSpan? at;

        public void Show(CampaignProgress progress)
        {
            var text = Figures(progress, timeZone);
            var quiet = since.Elapsed - at;
            if (quiet is not null && (quiet < TimeSpan.FromSeconds(1) || (text == last && quiet < PlainEvery - Slack)))
            {
                return;
            }

            (last, at) = (text, since.Elapsed);
            screen.Line(text);
        }
    }
}
