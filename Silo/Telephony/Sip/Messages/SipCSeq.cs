using System.Text;

namespace Dialer.Silo.Telephony.Sip;

/// <summary>CSeq (RFC 3261 §20.16). Number −1 = it could not be read, or it is 2^31 or above (§8.1.1.5).</summary>
public sealed record SipCSeq(int Number, string Method)
{
    private static readonly SipCSeq Bad = new(-1, "");

    internal static SipCSeq Parse(ReadOnlySpan<byte> text)
    {
        var blank = text.IndexOfAny((byte)' ', (byte)'\t');
        return blank > 0
            && SipText.Digits(text[..blank]) is { } number
            ? new SipCSeq(number, SipMethods.Of(text[blank..].Trim(" \t"u8)))
            : Bad;
    }
}

/// <summary>Methods; those that the user agent knows are shared texts.</summary>
internal static class SipMethods
{
    public const string Invite = "INVITE";
    public const string Ack = "ACK";
    public const string Bye = "BYE";
    public const string Cancel = "CANCEL";
    public const string Options = "OPTIONS";
    public const string Update = "UPDATE";
    public const string Prack = "PRACK";
    public const string Notify = "NOTIFY";
    public const string Refer = "REFER";
    public const string Info = "INFO";
    public const string Register = "REGISTER";
    public const string Message = "MESSAGE";

    private static readonly string[] Known = [Invite, Ack, Bye, Cancel, Options, Update, Prack, Notify, Refer, Info, Register, Message];

    /// <summary>Methods are told apart by case (RFC 3261 §7.1).</summary>
    public static string Of(ReadOnlySpan<byte> text)
    {
        foreach (var method in Known)
        {
            if (Ascii.Equals(text, method))
            {
                return method;
            }
        }

        return SipText.Decode(text);
    }
}
