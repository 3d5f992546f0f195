namespace Dialer.Silo.Telephony.Sip;

/// <summary>To one address over one connection, which is opened when something is sent and opened again when it has ended.</summary>
/// <param name="target">Where to.</param>
/// <param name="tls">How the far side is judged.</param>
/// <param name="sentBy">Our address in Via.</param>
/// <param name="open">Opens a connection; null = there is none any more.</param>
internal sealed class StreamHop(SipTarget target, TlsSettings? tls, string sentBy, Func<StreamHop, SipTarget, TlsSettings?, StreamConnection?> open) : SipHop
{
    private readonly Lock gate = new();
    private StreamConnection? connection;
    private int opened;
    private volatile bool isLasting;

    public override SipTransport Transport => target.Transport;

    public override string SentBy => sentBy;

    public override string Name => target.Address.ToString();

    /// <summary>A trunk's own: its connection is not closed for idleness. The others are to what far sides named as their address.</summary>
    public bool IsLasting
    {
        get => isLasting;
        set => isLasting = value;
    }

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
        Usable() is { } usable
        && (usable.Send(message, sender)
            // it ended just now, and took nothing: the next
            || (!usable.IsUsable && Usable()?.Send(message, sender) == true));

    private StreamConnection? Usable()
    {
        lock (gate)
        {
            if (connection is not { IsUsable: true } && open(this, target, tls) is { } next)
            {
                connection = next;
                opened++;
            }

            return connection;
        }
    }
}
