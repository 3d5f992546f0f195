using CsvHelper;

namespace Dialer.Gateway.Reports;

/// <summary>A report as CSV in UTF-8, with the mark by which spreadsheets know it; written page by page to whoever downloads it.</summary>
internal static class CsvReport
{
    public const string ContentType = "text/csv; charset=utf-8";

    private static readonly CsvWriterOptions Options = new() { WriteByteOrderMark = true };

    public static CsvWriter WriterOf(Stream body) => CsvWriter.Create(body, Options, leaveOpen: true);

    public static async Task WriteAsync(ReportTable table, Stream body, CancellationToken cancel)
    {
        await using var csv = WriterOf(body);
        await csv.WriteRecordAsync(table.Header, cancel);
        await foreach (var page in table.ReadAsync(cancel))
        {
            foreach (var row in page)
            {
                await csv.WriteRecordAsync(row, cancel);
            }

            await csv.FlushAsync(cancel);
        }

        await csv.FlushAsync(cancel);
    }
}
