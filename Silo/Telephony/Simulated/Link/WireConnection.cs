using System.Buffers;
using System.Net.Sockets;

namespace Dialer.Silo.Telephony.Simulated.Link;

/// <summary>
/// One TCP connection of lines. What is sent is gathered while the socket is busy and leaves in one write; a peer that does not
/// read is cut off when <see cref="MaxBacklog"/> bytes wait for it.
/// </summary>
internal sealed class WireConnection(Socket socket) : IThreadPoolWorkItem, IDisposable
{
    public const int MaxBacklog = 64 * 1024 * 1024;

    private const int FirstBuffer = 16 * 1024;
    private readonly Lock _gate = new();
    private ArrayBufferWriter<byte> _waiting = new(FirstBuffer);
    private ArrayBufferWriter<byte> _leaving = new(FirstBuffer);
    private bool _isSending;
    private bool _isClosed;
    private string? _closedFor;

    /// <summary>Takes one line, given without its line feed; false breaks the connection.</summary>
    public delegate bool LineHandler(ReadOnlySpan<byte> line);

    /// <summary>Gathers a line (with its line feed) to leave soon. False: the connection is closed and the line will not leave.</summary>
    public bool Send(ReadOnlySpan<byte> line)
    {
        lock (_gate)
        {
            if (_isClosed)
            {
                return false;
            }

            if (_waiting.WrittenCount + line.Length > MaxBacklog)
            {
                CloseLocked("the other side does not read");
                return false;
            }

            _waiting.Write(line);
            if (!_isSending)
            {
                _isSending = true;
                ThreadPool.UnsafeQueueUserWorkItem(this, preferLocal: false);
            }

            return true;
        }
    }

    /// <summary>Reads lines until the connection ends, however it ends, or a line is not taken; answers why. Closing is the caller's.</summary>
    public async Task<string> ReadAsync(LineHandler onLine)
    {
        var buffer = new byte[64 * 1024];
        var filled = 0;
        try
        {
            while (true)
            {
                var read = await socket.ReceiveAsync(buffer.AsMemory(filled), SocketFlags.None);
                if (read == 0)
                {
                    return "the other side closed the connection";
                }

                filled += read;
                if (!TakeLines(buffer.AsSpan(0, filled), onLine, out var taken))
                {
                    return "the other side does not speak the carrier protocol";
                }

                buffer.AsSpan(taken, filled - taken).CopyTo(buffer);
                filled -= taken;
            }
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            lock (_gate)
            {
                return _closedFor ?? e.Message;
            }
        }
    }

    /// <summary>Closes when what was gathered has left, so that a last word still arrives.</summary>
    public void CloseAfterSending()
    {
        lock (_gate)
        {
            if (_isSending)
            {
                _isClosed = true;
            }
            else
            {
                CloseLocked("closed by this side");
            }
        }
    }

    public void Dispose() => Close("closed by this side");

    /// <summary>Closes at once; <see cref="ReadAsync"/> answers the first reason given.</summary>
    public void Close(string why)
    {
        lock (_gate)
        {
            CloseLocked(why);
        }
    }

    void IThreadPoolWorkItem.Execute() => _ = SendAllAsync();

    private static bool TakeLines(ReadOnlySpan<byte> bytes, LineHandler onLine, out int taken)
    {
        taken = 0;
        while (bytes[taken..].IndexOf((byte)'\n') is >= 0 and var length)
        {
            if (!onLine(bytes.Slice(taken, length)))
            {
                return false;
            }

            taken += length + 1;
        }

        return bytes.Length - taken <= WireLine.MaxLength;
    }

    private async Task SendAllAsync()
    {
        while (true)
        {
            lock (_gate)
            {
                if (_waiting.WrittenCount == 0)
                {
                    _isSending = false;
                    if (_isClosed)
                    {
                        CloseLocked("closed by this side");
                    }

                    return;
                }

                (_waiting, _leaving) = (_leaving, _waiting);
            }

            try
            {
                for (var left = _leaving.WrittenMemory; !left.IsEmpty;)
                {
                    left = left[await socket.SendAsync(left, SocketFlags.None)..];
                }

                _leaving.ResetWrittenCount();
            }
            catch (Exception e) when (e is SocketException or ObjectDisposedException)
            {
                Close(e.Message);
                return;
            }
        }
    }

    private void CloseLocked(string why)
    {
        _isClosed = true;
        _closedFor ??= why;
        socket.Dispose();
    }
}
