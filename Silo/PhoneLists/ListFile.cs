using System.Buffers;
using System.Text;

namespace Dialer.Silo.PhoneLists;

/// <summary>Opens list files (P33): finds out what a file is before any row of it is read.</summary>
internal static class ListFile
{
    private const int ScanBytes = 256 * 1024;

    /// <summary>Opens a file of this machine.</summary>
    public static async Task<Answer<ListFileReader>> OpenAsync(string path, ListReadOptions options, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(path);
        if (Directory.Exists(path))
        {
            return ListRefusals.FileIsFolder(path);
        }

        if (!File.Exists(path))
        {
            return ListRefusals.FileMissing(path);
        }

        FileStream file;
        try
        {
            // the reader buffers; reading in place beats the pool of threads that asynchronous files are made of
            file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read, bufferSize: 0, FileOptions.SequentialScan);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return ListRefusals.FileUnreadable(path, e is UnauthorizedAccessException ? "access is denied." : e.Message);
        }

        return await OpenAsync(file, options, leaveOpen: false, cancellationToken);
    }

    /// <summary>
    /// Opens a stream at its present position. One that can seek is checked as a whole, so that its encoding is certain; of
    /// any other the beginning decides, and a later byte that does not fit refuses the file.
    /// </summary>
    /// <param name="stream">Closed with the reader, or at once when refused, unless <paramref name="leaveOpen"/>.</param>
    /// <param name="options">How to read it.</param>
    /// <param name="leaveOpen">The stream stays the caller's.</param>
    /// <param name="cancellationToken">Stops it.</param>
    public static async Task<Answer<ListFileReader>> OpenAsync(
        Stream stream, ListReadOptions options, bool leaveOpen, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(stream);
        ArgumentNullException.ThrowIfNull(options);
        var (reader, refusal) = await TryOpenAsync(stream, options, leaveOpen, cancellationToken);
        refusal ??= await reader!.StartAsync(cancellationToken);
        if (refusal is null)
        {
            return reader!;
        }

        if (reader is not null)
        {
            await reader.DisposeAsync();
        }
        else if (!leaveOpen)
        {
            await stream.DisposeAsync();
        }

        return refusal;
    }

    private static async Task<(ListFileReader? Reader, Refusal? Refusal)> TryOpenAsync(
        Stream stream, ListReadOptions options, bool leaveOpen, CancellationToken cancellationToken)
    {
        long? total = stream.CanSeek ? stream.Length - stream.Position : null;
        var sample = new byte[ListLimits.SampleBytes];
        var head = sample.AsMemory(0, await stream.ReadAtLeastAsync(sample, sample.Length, throwOnEndOfStream: false, cancellationToken));
        if (head.IsEmpty)
        {
            return (null, ListRefusals.Empty);
        }

        if (FileKind.IsArchive(head.Span) && stream.CanSeek)
        {
            return await TryOpenWorkbookAsync(stream, head.Length, options, leaveOpen, cancellationToken);
        }

        if (FileKind.Refuse(head.Span) is { } kind)
        {
            return (null, kind);
        }

        if (options.Encoding is { } given && TextEncodings.Find(given) is null)
        {
            return (null, ListRefusals.UnknownEncoding);
        }

        var encoding = TextEncodings.ByMark(head.Span) ?? options.Encoding ?? await GuessAsync(stream, head, cancellationToken);
        var isGuess = options.Encoding is null && TextEncodings.ByMark(head.Span) is null;
        var source = new SourceStream(stream, head, encoding == TextEncodings.Utf8 ? new Utf8Check() : null, isGuess, leaveOpen);
        var separator = options.Separator ?? SeparatorGuess.Find(Text(head.Span, encoding), options.Country);
        return (new ListFileReader(new CsvRecords(source, total, encoding, separator), options), null);
    }

    private static async Task<(ListFileReader? Reader, Refusal? Refusal)> TryOpenWorkbookAsync(
        Stream stream, int ahead, ListReadOptions options, bool leaveOpen, CancellationToken cancellationToken)
    {
        if (stream.Position != ahead)
        {
            throw new ArgumentException("A workbook is read from the beginning of its stream.", nameof(stream));
        }

        stream.Position = 0;
        var (columns, refusal) = await WorkbookCheck.FindAsync(stream, cancellationToken);
        return refusal is null ? (new ListFileReader(new SheetRecords(stream, columns, leaveOpen), options), null) : (null, refusal);
    }

    /// <summary>
    /// Why a file is no list, as far as its beginning tells; null when it may be one. The stream, which can seek, stays where it was.
    /// </summary>
    public static async Task<Refusal?> RefuseAsync(Stream stream, string? encoding, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(stream);
        var start = stream.Position;
        var head = new byte[4096];
        var count = await stream.ReadAtLeastAsync(head, head.Length, throwOnEndOfStream: false, cancellationToken);
        stream.Position = start;
        return count == 0 ? ListRefusals.Empty
            : encoding is not null && TextEncodings.Find(encoding) is null ? ListRefusals.UnknownEncoding
            : FileKind.IsArchive(head) ? null
            : FileKind.Refuse(head.AsSpan(0, count));
    }

    /// <summary>UTF-8 if all that can be seen is strict UTF-8, else Windows-1251.</summary>
    private static async Task<string> GuessAsync(Stream stream, ReadOnlyMemory<byte> head, CancellationToken cancellationToken)
    {
        var check = new Utf8Check();
        if (!check.Take(head.Span))
        {
            return TextEncodings.Windows1251;
        }

        if (!stream.CanSeek)
        {
            var isAll = head.Length < ListLimits.SampleBytes;
            return isAll && !check.IsWhole ? TextEncodings.Windows1251 : TextEncodings.Utf8;
        }

        var back = stream.Position;
        var buffer = ArrayPool<byte>.Shared.Rent(ScanBytes);
        try
        {
            for (var count = 1; count > 0;)
            {
                count = await stream.ReadAsync(buffer, cancellationToken);
                if (!check.Take(buffer.AsSpan(0, count)))
                {
                    return TextEncodings.Windows1251;
                }
            }

            return check.IsWhole ? TextEncodings.Utf8 : TextEncodings.Windows1251;
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
            stream.Position = back;
        }
    }

    private static string Text(ReadOnlySpan<byte> head, string encoding) =>
        TextEncodings.Find(encoding)!.GetString(head).TrimStart('\uFEFF');
}
