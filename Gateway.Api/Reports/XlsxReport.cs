using Dialer.Files;
using MiniExcelLibs;
using MiniExcelLibs.OpenXml;

namespace Dialer.Gateway.Reports;

/// <summary>
/// A report as a workbook. The library closes the archive with synchronous writes, which a response does not take, so it is made in a
/// temporary file first, which is sent and is gone. Every cell is a text: phones and codes stay what they are, and nothing is a formula.
/// </summary>
internal sealed class XlsxReport(ISpool spool) : IDisposable
{
    public const string ContentType = PhoneLists.ListBody.XlsxType;

    /// <summary>As many rows as a sheet takes, less its header.</summary>
    public const int MaxRows = 1_048_575;

    /// <summary>Made at once: each takes a processor.</summary>
    private const int Places = 2;

    private static readonly OpenXmlConfiguration Configuration = new() { TableStyles = TableStyles.None, AutoFilter = false, EnableWriteNullValueCell = false };

    private readonly SemaphoreSlim places = new(Places);

    public void Dispose() => places.Dispose();

    /// <summary>The workbook, at its beginning; null = it has more rows than a sheet takes.</summary>
    public async Task<Stream?> MakeAsync(ReportTable table, CancellationToken cancel)
    {
        await places.WaitAsync(cancel);
        var file = spool.Create();
        try
        {
            // not through a list of rows: the library would gather all of them to count them
            await using var rows = new PagedRows(table, MaxRows, cancel);
            await Task.Run(() => MiniExcel.SaveAs(file, rows, true, "Report", ExcelType.XLSX, Configuration), cancel);
            if (rows.IsCut)
            {
                await file.DisposeAsync();
                return null;
            }

            file.Position = 0;
            return file;
        }
        catch
        {
            await file.DisposeAsync();
            throw;
        }
        finally
        {
            places.Release();
        }
    }
}
