namespace Dialer.Silo.Telephony.Sip;

/// <summary>What a message may measure. Far above what trunks send; a hostile peer costs no more than this.</summary>
internal static class SipLimits
{
    /// <summary>A whole message; also the largest datagram.</summary>
    public const int MaxMessageBytes = 65_535;

    public const int MaxHeaders = 256;

    /// <summary>One header with its folded lines.</summary>
    public const int MaxHeaderBytes = 16 * 1024;

    /// <summary>All headers of a message on a connection that no call of ours came over yet.</summary>
    public const int MaxStrangerHeadersBytes = 16 * 1024;

    /// <summary>Elements read of a header that is a list (routes, contacts, challenges), and parameters read of one element.</summary>
    public const int MaxListElements = 64;
}
