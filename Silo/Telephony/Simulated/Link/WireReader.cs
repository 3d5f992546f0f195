using System.Buffers.Text;
using Dialer.Calls;

namespace Dialer.Silo.Telephony.Simulated.Link;

/// <summary>Reads the words of one line of the protocol. A word that is missing or not of the kind asked for makes the line bad.</summary>
internal ref struct WireReader(ReadOnlySpan<byte> line)
{
    private ReadOnlySpan<byte> _rest = line;

    public bool IsAtEnd => _rest.IsEmpty;

    public bool TryWord(out ReadOnlySpan<byte> word)
    {
        var space = _rest.IndexOf((byte)' ');
        word = space < 0 ? _rest : _rest[..space];
        _rest = space < 0 ? default : _rest[(space + 1)..];
        return !word.IsEmpty;
    }

    public bool TryNumber(out long value)
    {
        value = 0;
        return TryWord(out var word) && TryWhole(word, out value);
    }

    public bool TryNumber(out double value)
    {
        value = 0;
        return TryWord(out var word) && Utf8Parser.TryParse(word, out value, out var used) && used == word.Length;
    }

    public bool TryId(out TryId id)
    {
        id = default;
        if (!TryWord(out var word))
        {
            return false;
        }

        var dash = word.IndexOf((byte)'-');
        if (dash <= 0 || !TryWhole(word[..dash], out var job) || !TryWhole(word[(dash + 1)..], out var number) || number > int.MaxValue)
        {
            return false;
        }

        id = new TryId(new JobId(job), (int)number);
        return true;
    }

    private static bool TryWhole(ReadOnlySpan<byte> word, out long value) =>
        Utf8Parser.TryParse(word, out value, out var used) && used == word.Length && value >= 0;
}
