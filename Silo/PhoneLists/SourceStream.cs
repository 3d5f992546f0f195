namespace Dialer.Silo.PhoneLists;

/// <summary>
/// The file as the CSV reader sees it: the sample that was read ahead, then the rest. Counts bytes for the progress, and
/// refuses the file when it claims to be UTF-8 and is not: a wrong guess must not fill a million payloads with nonsense.
/// </summary>
internal sealed class SourceStream(Stream source, ReadOnlyMemory<byte> head, Utf8Check? check, bool isGuess, bool leaveOpen) : Stream
{
    private ReadOnlyMemory<byte> ahead = head;
    private long read;

    /// <summary>Bytes handed out so far.</summary>
    public long BytesRead => Interlocked.Read(ref read);

    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => false;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

    public override int Read(Span<byte> buffer) => Checked(buffer, ahead.IsEmpty ? source.Read(buffer) : FromHead(buffer));

    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        var count = ahead.IsEmpty ? await source.ReadAsync(buffer, cancellationToken) : FromHead(buffer.Span);
        return Checked(buffer.Span, count);
    }

    public override void Flush() => throw new NotSupportedException();

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override async ValueTask DisposeAsync()
    {
        if (!leaveOpen)
        {
            await source.DisposeAsync();
        }

        await base.DisposeAsync();
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing && !leaveOpen)
        {
            source.Dispose();
        }

        base.Dispose(disposing);
    }

    private int FromHead(Span<byte> buffer)
    {
        var count = Math.Min(buffer.Length, ahead.Length);
        ahead.Span[..count].CopyTo(buffer);
        ahead = ahead[count..];
        return count;
    }

    private int Checked(Span<byte> buffer, int count)
    {
        _ = Interlocked.Add(ref read, count);
        if (check is not null && (count == 0 && buffer.Length > 0 ? !check.IsWhole : !check.Take(buffer[..count])))
        {
            throw new ListRefusedException(ListRefusals.NotUtf8(check.Line, isGuess));
        }

        return count;
    }
}
