using System.Globalization;
using System.Text.Json;
using CsvHelper;
using Dialer.Gateway.Reports;
using Dialer.Reports;
using Dialer.Subscribers;

namespace Dialer.Gateway.Commands.Dial;

/// <summary>
/// The report of a run: rows are appended as numbers become final; at the end, and when a run is resumed, it is written anew in
/// the order of the list, beside the old one and put in its place.
/// </summary>
internal sealed class DialReport : IAsyncDisposable
{
    private const int Page = 2000;

    private static readonly string[] Columns =
    [
        "phone", "status", "result", "reason", "attempts", "tries", "last_call", "talk_seconds", "outcome", "sip_code", "zone", "zone_source", "finished",
    ];

    private readonly string path;
    private readonly IDialerQueries queries;
    private readonly CampaignId campaign;
    private readonly Patience patience;
    private string[] payloadColumns = [];
    private CsvWriter? writer;

    public DialReport(string path, IDialerQueries queries, CampaignId campaign, Patience patience)
    {
        this.path = path;
        this.queries = queries;
        this.campaign = campaign;
        this.patience = patience;
    }

    /// <summary>What is written first, to be put in the report's place.</summary>
    public static string Beside(string path) => path + ".part";

    /// <summary>Writes what is final by now, and goes on appending to it.</summary>
    public async Task BeginAsync() => await RewriteAsync(onlyFinal: true, keepOpen: true);

    public async Task AppendAsync(IReadOnlyCollection<JobId> jobs)
    {
        foreach (var job in await patience.AskAsync(() => queries.ReadJobsAsync(campaign, jobs)))
        {
            Write(job);
        }

        await writer!.FlushAsync();
    }

    /// <summary>Writes every number, in the order of the list.</summary>
    public Task CompleteAsync() => RewriteAsync(onlyFinal: false, keepOpen: false);

    public async ValueTask DisposeAsync()
    {
        if (writer is null)
        {
            return;
        }

        try
        {
            await writer.DisposeAsync();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // the disk is full: whoever wrote last was told, or writes it anew
        }

        writer = null;
    }

    private async Task RewriteAsync(bool onlyFinal, bool keepOpen)
    {
        await DisposeAsync();
        writer = CsvWriter.ToFile(Beside(path), new CsvWriterOptions(), FileOptions.None);
        var after = new JobId(0);
        var isFirst = true;
        IReadOnlyList<JobReport> page;
        do
        {
            var last = after;
            page = await patience.AskAsync(() => queries.ReadJobsAsync(campaign, last, Page));
            if (isFirst)
            {
                WriteHeader(page);
                isFirst = false;
            }

            foreach (var job in page.Where(j => !onlyFinal || j.Status == JobStatus.Final))
            {
                Write(job);
            }

            after = page.Count == 0 ? after : page[^1].Id;
        }
        while (page.Count == Page);
        await writer.FlushAsync();
        File.Move(Beside(path), path, overwrite: true);
        if (!keepOpen)
        {
            await writer.DisposeAsync();
            writer = null;
        }
    }

    private void WriteHeader(IReadOnlyList<JobReport> page)
    {
        payloadColumns = [.. page.Select(j => j.Payload).OfType<string>().Take(1).SelectMany(Names)];
        writer!.WriteHeader([.. Columns, .. payloadColumns.Select(c => $"list:{c}")]);
    }

    private void Write(JobReport job)
    {
        using var payload = job.Payload is null ? null : JsonDocument.Parse(job.Payload);
        writer!.WriteRecord([.. Values(job), .. payloadColumns.Select(c => Cell(payload, c))]);
    }

    private static string[] Values(JobReport job) =>
    [
        job.Phone.IsNone ? "" : job.Phone.Digits,
        Lower(job.Status),
        job.Result == JobResult.None ? "" : Lower(job.Result),
        job.EndReason == EndReason.None ? "" : job.EndReason.Word(),
        job.Attempts.ToString(CultureInfo.InvariantCulture),
        job.Tries.ToString(CultureInfo.InvariantCulture),
        job.LastStartedAt.IsNone ? "" : job.LastStartedAt.ToString(),
        job.LastTalk == TimeSpan.Zero ? "" : job.LastTalk.TotalSeconds.ToString("0.###", CultureInfo.InvariantCulture),
        job.Tries == 0 ? "" : Lower(job.LastClass),
        job.LastSipCode == 0 ? "" : job.LastSipCode.ToString(CultureInfo.InvariantCulture),
        job.Zone.IsAmbiguous ? string.Create(CultureInfo.InvariantCulture, $"one of {job.Zone.Candidates.Length}") : job.Zone.Key,
        Lower(job.Zone.Source),
        job.FinishedAt.IsNone ? "" : job.FinishedAt.ToString(),
    ];

    private static string Lower<T>(T value)
        where T : struct, Enum => JsonNamingPolicy.CamelCase.ConvertName(value.ToString());

    private static IEnumerable<string> Names(string payload)
    {
        using var document = JsonDocument.Parse(payload);
        return [.. document.RootElement.EnumerateObject().Select(p => p.Name)];
    }

    private static string Cell(JsonDocument? payload, string name) =>
        payload is not null && payload.RootElement.TryGetProperty(name, out var value)
            ? SpreadsheetCell.Safe(value.ValueKind == JsonValueKind.String ? value.GetString()! : value.GetRawText())
            : "";
}
