using System.Buffers.Text;
using Dialer.Calls;

namespace Dialer.Silo.Telephony.Simulated.Link;

/// <summary>
/// Writes one line of the protocol (<see cref="CarrierWire"/>): words divided by one space, ended by a line feed. The buffer must
/// hold <see cref="MaxLength"/> bytes.
/// </summary>
internal ref struct WireLine(Span<byte> into)
{
    /// <summary>The longest line of the protocol; whoever sends a longer one is cut off.</summary>
    public const int MaxLength = 512;

    private readonly Span<byte> _into = into;
    private int _length;

    public WireLine Word(ReadOnlySpan<byte> word)
    {
        Space();
        word.CopyTo(_into[_length..]);
        _length += word.Length;
        return this;
    }

    public WireLine Number(long value)
    {
        Space();
        Digits(value);
        return this;
    }

    public WireLine Number(double value)
    {
        Space();
        Utf8Formatter.TryFormat(value, _into[_length..], out var written);
        _length += written;
        return this;
    }

    public WireLine Id(TryId id)
    {
        Space();
        Digits(id.Job.Value);
        _into[_length++] = (byte)'-';
        Digits(id.Number);
        return this;
    }

    public ReadOnlySpan<byte> End()
    {
        _into[_length++] = (byte)'\n';
        return _into[.._length];
    }

    private void Space()
    {
        if (_length > 0)
        {
            _into[_length++] = (byte)' ';
        }
    }

    private void Digits(long value)
    {
        Utf8Formatter.TryFormat(value, _into[_length..], out var written);
        _length += written;
    }
}
