using System.Buffers;
using System.IO.Compression;

namespace Dialer.Silo.PhoneLists;

/// <summary>
/// Looks a workbook through before it is read, in flat memory: that it is one, that unpacking it ends (sizes as declared and as they
/// come), and how wide its sheets are. The library that reads it believes whatever it says.
/// </summary>
internal static class WorkbookCheck
{
    private const int BufferBytes = 64 * 1024;
    private const string Main = "xl/workbook.xml";
    private const string Texts = "xl/sharedStrings.xml";
    private const string Sheets = "xl/worksheets/";

    /// <summary>The widest column of its sheets, from 1; or why it is refused.</summary>
    public static async Task<(int Columns, Refusal? Refusal)> FindAsync(Stream stream, CancellationToken cancellationToken)
    {
        try
        {
            await using var archive = await ZipArchive.CreateAsync(stream, ZipArchiveMode.Read, leaveOpen: true, entryNameEncoding: null, cancellationToken);
            return archive.Entries.Count > ListLimits.MaxWorkbookParts ? (0, ListRefusals.WorkbookTooLarge)
                : archive.GetEntry(Main) is null ? (0, NoWorkbook)
                : await ReadAsync(archive, cancellationToken);
        }
        catch (ListRefusedException e)
        {
            return (0, e.Refusal);
        }
        catch (Exception e) when (e is InvalidDataException or EndOfStreamException or NotSupportedException)
        {
            return (0, NoWorkbook);
        }
        finally
        {
            stream.Position = 0;
        }
    }

    private static Refusal NoWorkbook { get; } = ListRefusals.WrongKind(
        "a ZIP archive but no Excel workbook, or one that is damaged", "Open it and save it as .xlsx or \"CSV UTF-8\".");

    private static async Task<(int Columns, Refusal? Refusal)> ReadAsync(ZipArchive archive, CancellationToken cancellationToken)
    {
        if (archive.Entries.Sum(e => e.Length) > ListLimits.MaxWorkbookBytes)
        {
            return (0, ListRefusals.WorkbookTooLarge);
        }

        var total = 0L;
        var columns = 0;
        var buffer = ArrayPool<byte>.Shared.Rent(BufferBytes);
        try
        {
            foreach (var entry in archive.Entries.Where(e => e.FullName.StartsWith("xl/", StringComparison.OrdinalIgnoreCase)))
            {
                var isSheet = entry.FullName.StartsWith(Sheets, StringComparison.OrdinalIgnoreCase);
                var isText = entry.FullName.Equals(Texts, StringComparison.OrdinalIgnoreCase);
                var scan = isSheet || isText ? new SheetScan() : null;
                await using var part = await entry.OpenAsync(cancellationToken);
                var size = 0L;
                for (int count; (count = await part.ReadAsync(buffer.AsMemory(0, BufferBytes), cancellationToken)) > 0;)
                {
                    size += count;
                    total += count;
                    if (total > ListLimits.MaxWorkbookBytes)
                    {
                        return (0, ListRefusals.WorkbookTooLarge);
                    }

                    if (isText && size > ListLimits.MaxSharedTextBytes)
                    {
                        return (0, ListRefusals.WorkbookTexts);
                    }

                    scan?.Take(buffer.AsSpan(0, count));
                }

                columns = Math.Max(columns, isSheet ? scan!.Columns : 0);
            }

            return (columns, null);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }
}
