namespace Dialer.Silo.Telephony.Sip;

/// <summary>To one address over one connection, which is opened when something is sent and opened again when it has ended.</summary>
internal sealed class StreamHop(SipTarget target, TlsSettings? tls, string sentBy, StreamUse use) : SipHop, IAsyncDisposable
{
    private readonly Lock gate = new();
    private StreamConnection? connection;
    private int opened;
    private bool isClosed;

    public override SipTransport Transport => target.Transport;

    public override string SentBy => sentBy;

    public override string Name => target.Address.ToString();

    public bool IsConnected
    {
        get
        {
            lock (gate)
            {
                return connection is { IsUsable: true };
            }
        }
    }

    public override int Connection
    {
        get
        {
            lock (gate)
            {
                return connection is { IsUsable: true } ? opened : opened + 1;
            }
        }
    }

    public override bool Send(ReadOnlyMemory<byte> message, ISipParty? sender) =>
        Usable() is { } open
        && (open.Send(message, sender)
            // it ended just now, and took nothing: the next
            || (!open.IsUsable && Usable()?.Send(message, sender) == true));

    public async ValueTask DisposeAsync()
    {
        StreamConnection? last;
        lock (gate)
        {
            isClosed = true;
            last = connection;
        }

        if (last is not null)
        {
            last.Dispose();
            await last.Ended;
        }
    }

    private StreamConnection? Usable()
    {
        lock (gate)
        {
            if (isClosed)
            {
                return null;
            }

            if (connection is not { IsUsable: true })
            {
                connection = StreamConnection.Open(target, tls, use);
                opened++;
            }

            return connection;
        }
    }
}
