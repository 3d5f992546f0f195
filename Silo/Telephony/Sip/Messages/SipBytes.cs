using System.Text;

namespace Dialer.Silo.Telephony.Sip;

/// <summary>
/// Builds the bytes of one message. The buffer is the thread's own and used again: between <see cref="Begin"/> and
/// <see cref="ToArray"/> no other message may be begun.
/// </summary>
internal sealed class SipBytes
{
    [ThreadStatic]
    private static SipBytes? own;

    private byte[] buffer = new byte[2_048];
    private int length;

    private SipBytes()
    {
    }

    public static SipBytes Begin()
    {
        var bytes = own ??= new SipBytes();
        bytes.length = 0;
        return bytes;
    }

    public SipBytes Append(string? text)
    {
        if (text is not null)
        {
            Grow(Encoding.UTF8.GetMaxByteCount(text.Length));
            length += Encoding.UTF8.GetBytes(text, buffer.AsSpan(length));
        }

        return this;
    }

    public SipBytes Append(int number)
    {
        Grow(11);
        number.TryFormat(buffer.AsSpan(length), out var written, provider: System.Globalization.CultureInfo.InvariantCulture);
        length += written;
        return this;
    }

    public byte[] ToArray() => buffer.AsSpan(0, length).ToArray();

    private void Grow(int more)
    {
        if (buffer.Length - length < more)
        {
            Array.Resize(ref buffer, Math.Max(buffer.Length * 2, length + more));
        }
    }
}
