using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Threading.Channels;
using Microsoft.Extensions.Logging;

namespace Dialer.Silo.Telephony.Sip;

/// <summary>
/// One TCP or TLS connection (RFC 3261 §18.2.1, §18.3): messages are cut out of the stream by Content-Length, what is sent waits in a
/// bounded queue. A connection that cannot be understood, or that dawdles in the middle of a message, is closed.
/// </summary>
internal sealed partial class StreamConnection : SipSource, IDisposable
{
    /// <summary>What may wait to be sent, in bytes.</summary>
    private const int MaxQueued = 16 << 20;

    /// <summary>On a connection that others opened: answers to them only.</summary>
    private const int MaxQueuedAnswers = 256 << 10;

    /// <summary>The same when calls of ours go over it.</summary>
    private const int MaxQueuedAnswersInCalls = 2 << 20;

    /// <summary>What a message that waits takes besides its bytes.</summary>
    private const int MessageCost = 256;
    private const int ReadBytes = 16 * 1024;

    /// <summary>After so long a message that could not be taken is handed over again.</summary>
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(20);

    private readonly Channel<(ReadOnlyMemory<byte> Bytes, ISipParty? Sender)> outbox =
        Channel.CreateUnbounded<(ReadOnlyMemory<byte>, ISipParty?)>(new UnboundedChannelOptions { SingleReader = true });
    private readonly CancellationTokenSource closing = new();
    private readonly StreamUse use;
    private readonly IPEndPoint address;
    private readonly bool isOurs;
    private readonly StrangerShare? strangers;
    private long heardAt = Environment.TickCount64;
    private long sentAt = Environment.TickCount64;
    private int queued;
    private SipMessage? untaken;
    private StreamProgress progress;
    private bool hasHalfPing;
    private volatile bool isClosed;

    private StreamConnection(IPEndPoint address, bool isOurs, StreamUse use, StrangerShare? strangers = null) =>
        (this.address, this.isOurs, this.use, this.strangers) = (address, isOurs, use, strangers);

    private static ReadOnlySpan<byte> Pong => "\r\n"u8;

    public override IPEndPoint Address => address;

    public override StrangerShare? Strangers => IsKnown ? null : strangers;

    /// <summary>It is open or about to be.</summary>
    public bool IsUsable => !isClosed;

    /// <summary>When the last message came, or the connection itself: on the clock of <see cref="Environment.TickCount64"/>.</summary>
    public long HeardAt => Volatile.Read(ref heardAt);

    /// <summary>When a message last came or was to be sent, on the same clock.</summary>
    public long UsedAt => Math.Max(HeardAt, Volatile.Read(ref sentAt));

    /// <summary>When it came about, on the same clock.</summary>
    public long OpenedAt { get; } = Environment.TickCount64;

    /// <summary>Why the last connection did not come about or ended; for people.</summary>
    public string? Fault { get; private set; }

    /// <summary>Over when the connection is.</summary>
    public Task Ended { get; private set; } = Task.CompletedTask;

    /// <summary>Begins to connect and does not wait for it.</summary>
    public static StreamConnection Open(SipTarget target, TlsSettings? tls, StreamUse use)
    {
        var connection = new StreamConnection(target.Address, isOurs: true, use);
        connection.Ended = Task.Run(() => connection.RunAsync(() => connection.ConnectAsync(target, tls)));
        return connection;
    }

    /// <summary>Takes over a connection that the far side opened.</summary>
    public static StreamConnection Accept(Socket socket, StreamUse use, StrangerShare strangers)
    {
        var connection = new StreamConnection((IPEndPoint)socket.RemoteEndPoint!, isOurs: false, use, strangers);
        connection.Ended = Task.Run(() => connection.RunAsync(() => connection.AcceptAsync(socket)));
        return connection;
    }

    /// <summary>False: it is closed, or the far side takes nothing any more.</summary>
    public bool Send(ReadOnlyMemory<byte> message, ISipParty? sender)
    {
        if (isClosed)
        {
            return false;
        }

        Volatile.Write(ref sentAt, Environment.TickCount64);
        var cost = message.Length + MessageCost;
        if (Interlocked.Add(ref queued, cost) <= MostQueued && outbox.Writer.TryWrite((message, sender)))
        {
            return true;
        }

        Interlocked.Add(ref queued, -cost);
        if (!isOurs && !isClosed)
        {
            // it asks and does not read; not here, as whoever sends may have a leg's turn
            isClosed = true;
            ThreadPool.UnsafeQueueUserWorkItem(static c => c.Dispose(), this, preferLocal: false);
        }

        return false;
    }

    public override void Reply(SipMessage request, ReadOnlyMemory<byte> response) => Send(response, null);

    public void Dispose()
    {
        isClosed = true;
        try
        {
            closing.Cancel();
        }
        catch (ObjectDisposedException)
        {
            // it has ended by itself
        }
    }

    private int MostQueued => isOurs ? MaxQueued : IsKnown ? MaxQueuedAnswersInCalls : MaxQueuedAnswers;

    private int MaxHeaders => isOurs || IsKnown ? SipLimits.MaxMessageBytes : SipLimits.MaxStrangerHeadersBytes;

    private async Task<Stream> ConnectAsync(SipTarget target, TlsSettings? tls)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(closing.Token);
        limit.CancelAfter(use.Limits.Connect);
        var socket = new Socket(target.Address.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
        try
        {
            StreamSockets.Prepare(socket);
            await socket.ConnectAsync(target.Address, limit.Token);
            var plain = new NetworkStream(socket, ownsSocket: true);
            if (target.Transport != SipTransport.Tls)
            {
                return plain;
            }

            var secure = new SslStream(plain, leaveInnerStreamOpen: false);
            await secure.AuthenticateAsClientAsync((tls ?? TlsSettings.System).ClientOptions(target.HostName), limit.Token);
            return secure;
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    /// <summary>TCP and TLS come to the same port: a trunk over TLS sends its requests within a call to our Contact.</summary>
    private async Task<Stream> AcceptAsync(Socket socket)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(closing.Token);
        limit.CancelAfter(use.Limits.Silence);
        var plain = new NetworkStream(socket, ownsSocket: true);
        try
        {
            if (!await StreamSockets.SpeaksTlsAsync(socket, limit.Token))
            {
                return plain;
            }

            limit.CancelAfter(use.Limits.Connect);
            var secure = new SslStream(plain, leaveInnerStreamOpen: false);
            await secure.AuthenticateAsServerAsync(ServerCertificate.Options(), limit.Token);
            return secure;
        }
        catch
        {
            await plain.DisposeAsync();
            throw;
        }
    }

    private async Task RunAsync(Func<Task<Stream>> open)
    {
        try
        {
            await using var stream = await open();
            using var all = CancellationTokenSource.CreateLinkedTokenSource(closing.Token);
            var tasks = new[] { ReadAsync(stream, all.Token), WriteAsync(stream, all.Token) };
            try
            {
                await await Task.WhenAny(tasks);
            }
            finally
            {
                // the other one is over too before it is said what has not left
                isClosed = true;
                await all.CancelAsync();
                await Task.WhenAll(tasks).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }
        catch (Exception e) when (e is IOException or SocketException or AuthenticationException or OperationCanceledException or InvalidDataException or ObjectDisposedException)
        {
            Fault = e is OperationCanceledException ? "no connection within its time" : (e.InnerException ?? e).Message;
            LogEnded(use.Log, address.Port, Fault);
        }
        finally
        {
            isClosed = true;
            outbox.Writer.TryComplete();
            while (outbox.Reader.TryRead(out var item))
            {
                // what still waited has certainly not left
                NotSent(item.Sender, item.Bytes);
            }

            await closing.CancelAsync();
            closing.Dispose();
        }
    }

    private async Task WriteAsync(Stream stream, CancellationToken cancel)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        await foreach (var (bytes, sender) in outbox.Reader.ReadAllAsync(cancel))
        {
            if (cancel.IsCancellationRequested)
            {
                NotSent(sender, bytes);
                return;
            }

            // what waits behind one that is not taken must not leave when nobody reckons with it any more
            limit.CancelAfter(use.Limits.Message);
            await stream.WriteAsync(bytes, limit.Token);
            limit.CancelAfter(Timeout.InfiniteTimeSpan);
            Interlocked.Add(ref queued, -(bytes.Length + MessageCost));
        }
    }

    private void NotSent(ISipParty? sender, ReadOnlyMemory<byte> message)
    {
        if (sender is not null)
        {
            use.Undelivered(sender, message);
        }
    }

    private async Task ReadAsync(Stream stream, CancellationToken cancel)
    {
        var buffer = new byte[ReadBytes];
        var length = 0;
        var hasSpoken = isOurs;
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        while (true)
        {
            // while a message is unfinished, and until the first one, there is a limit; it is not set anew by each byte that trickles in
            if (length == 0)
            {
                limit.CancelAfter(hasSpoken ? Timeout.InfiniteTimeSpan : use.Limits.Silence);
            }

            var read = await stream.ReadAsync(buffer.AsMemory(length), limit.Token);
            if (read == 0)
            {
                throw new IOException("the far side closed the connection");
            }

            var wasEmpty = length == 0;
            length += read;
            var taken = Take(buffer.AsSpan(0, length), ref hasSpoken);
            while (untaken is { } message)
            {
                // the far side waits with us: what came over a connection does not come again
                limit.CancelAfter(Timeout.InfiniteTimeSpan);
                await Task.Delay(Pause, cancel);
                if (use.Receive(message))
                {
                    untaken = null;
                    taken += Take(buffer.AsSpan(taken, length - taken), ref hasSpoken);
                }
            }

            length -= taken;
            if (taken > 0)
            {
                buffer.AsSpan(taken, length).CopyTo(buffer);
            }

            if (length > 0 && (wasEmpty || taken > 0))
            {
                limit.CancelAfter(use.Limits.Message);
            }

            if (length == buffer.Length)
            {
                Array.Resize(ref buffer, Math.Min(buffer.Length * 2, SipLimits.MaxMessageBytes + ReadBytes));
            }
            else if (length == 0 && buffer.Length > ReadBytes)
            {
                buffer = new byte[ReadBytes];
            }
        }
    }

    /// <summary>Cuts whole messages out of what has come; answers how much was taken.</summary>
    private int Take(ReadOnlySpan<byte> stream, ref bool hasSpoken)
    {
        var taken = 0;
        while (taken < stream.Length)
        {
            var rest = stream[taken..];
            var ping = hasHalfPing ? "\r\n"u8 : "\r\n\r\n"u8;
            if (rest.StartsWith(ping))
            {
                // a keep-alive asks for an answer (RFC 5626 §3.5.1)
                Send(Pong.ToArray(), null);
                (hasSpoken, hasHalfPing, progress) = (true, false, default);
                taken += ping.Length;
                continue;
            }

            var length = SipParser.LengthOfFirst(rest, MaxHeaders, ref progress, out var fault);
            if (length < 0)
            {
                throw new InvalidDataException(fault);
            }

            if (length == 0)
            {
                if (!rest.SequenceEqual("\r\n"u8))
                {
                    return taken;
                }

                // half of one, or an answer to one: the next bytes say
                hasHalfPing = true;
                return taken + 2;
            }

            taken += length;
            (hasSpoken, hasHalfPing) = (true, false);
            Volatile.Write(ref heardAt, Environment.TickCount64);
            if (SipParser.Parse(rest[..length].ToArray(), out fault) is not { } message)
            {
                if (!isOurs)
                {
                    throw new InvalidDataException(fault);
                }

                // where it ends is known: one message that cannot be read does not cost the trunk's connection with all its calls
                LogUnreadable(use.Log, fault!);
                continue;
            }

            message.Source = this;
            if (!use.Receive(message))
            {
                untaken = message;
                return taken;
            }
        }

        return taken;
    }

    [LoggerMessage(Level = LogLevel.Debug, Message = "A message on a SIP connection was dropped: {Fault}")]
    private static partial void LogUnreadable(ILogger log, string fault);

    [LoggerMessage(Level = LogLevel.Debug, Message = "A SIP connection (port {Port}) ended: {Fault}")]
    private static partial void LogEnded(ILogger log, int port, string fault);
}
