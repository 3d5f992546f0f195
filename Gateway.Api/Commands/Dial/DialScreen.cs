using System.Globalization;
using Dialer.Campaigns;
using Spectre.Console;

namespace Dialer.Gateway.Commands.Dial;

/// <summary>What the operator sees: bars on a terminal, plain lines elsewhere.</summary>
internal sealed class DialScreen(IAnsiConsole console, bool isTerminal)
{
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

    public void Warn(string text) => console.MarkupLineInterpolated($"[yellow]{text}[/]");

    /// <summary>Runs work that reports a share between 0 and 1.</summary>
    public async Task<T> WithBarAsync<T>(string title, Func<IProgress<double>, Task<T>> work)
    {
        if (!isTerminal)
        {
            return await work(new Progress<double>());
        }

        return await console.Progress().AutoClear(true).StartAsync(async context =>
        {
            var task = context.AddTask(title, maxValue: 1);
            return await work(new Direct<double>(share => task.Value = share));
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
    public bool Ask(string question)
    {
        console.Write($"{question} [y/N] ");
        return Console.ReadLine()?.Trim().ToUpperInvariant() is "Y" or "YES";
    }

    public static string Figures(CampaignProgress progress, string timeZone)
    {
        var c = progress.Counters;
        var text = string.Create(
            CultureInfo.InvariantCulture,
            $"{c.Final}/{c.Total} done, {c.Live} in progress | answered {c.AnsweredCalls}, busy {c.BusyCalls + c.RejectedCalls}, no answer {c.NoAnswerCalls}, no such number {c.Nonexistent}, errors {c.TechnicalFailures} | to be retried {c.WaitingForRetry}");
        return progress.Idle is { } idle && c.Live == 0 ? $"{text} | {Why(idle, timeZone)}" : text;
    }

    /// <summary>Why nothing is dialed and when that changes, on the clock of the campaign's zone.</summary>
    public static string Why(IdleReason idle, string timeZone) => idle.Until.IsNone
        ? idle.Text
        : $"{idle.Text} Next call {DialEstimate.Text(idle.Until.ToDateTimeOffset(), timeZone, TimeProvider.System.GetUtcNow())}.";

    /// <summary>Reports at once, on the caller's thread.</summary>
    private sealed class Direct<T>(Action<T> report) : IProgress<T>
    {
        public void Report(T value) => report(value);
    }

    /// <summary>A line when something changed, at most each second, and at least every five.</summary>
    private sealed class PlainLines(DialScreen screen, string timeZone)
    {
        private readonly System.Diagnostics.Stopwatch since = System.Diagnostics.Stopwatch.StartNew();
        private string last = "";
        private TimeSpan? at;

        public void Show(CampaignProgress progress)
        {
            var text = Figures(progress, timeZone);
            var quiet = since.Elapsed - at;
            if (quiet is not null && (quiet < TimeSpan.FromSeconds(1) || (text == last && quiet < TimeSpan.FromSeconds(5))))
            {
                return;
            }

            (last, at) = (text, since.Elapsed);
            screen.Line(text);
        }
    }
}
