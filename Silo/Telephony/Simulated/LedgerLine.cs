using System.Globalization;
using Dialer.Calls;
using Dialer.Numbers;

namespace Dialer.Silo.Telephony.Simulated;

/// <summary>One line of a carrier's ledger: <c>&lt;unix ms&gt; start|end &lt;callId&gt; &lt;phone&gt;</c>.</summary>
public readonly record struct LedgerLine(UnixTime At, bool IsStart, TryId Id, PhoneNumber Phone)
{
    /// <summary>The longest line with its line feed: two 64-bit and one 32-bit number, a phone and the words.</summary>
    internal const int MaxLength = 80;

    /// <summary>Reads one line; false if it is not whole (the writer may have been killed).</summary>
    public static bool TryParse(string? text, out LedgerLine line)
    {
        line = default;
        var words = (text ?? string.Empty).Split(' ');
        if (words.Length != 4
            || !long.TryParse(words[0], NumberStyles.None, CultureInfo.InvariantCulture, out var ms)
            || words[1] is not ("start" or "end")
            || !TryId.TryParse(words[2], out var id)
            || !long.TryParse(words[3], NumberStyles.None, CultureInfo.InvariantCulture, out var phone))
        {
            return false;
        }

        line = new LedgerLine(new UnixTime(ms), words[1] == "start", id, new PhoneNumber(phone));
        return true;
    }

    /// <summary>Writes the line with its line feed into a buffer of <see cref="MaxLength"/>; answers how long it is.</summary>
    internal int Format(Span<byte> into)
    {
        System.Text.Unicode.Utf8.TryWrite(
            into,
            CultureInfo.InvariantCulture,
            $"{At.Ms} {(IsStart ? "start" : "end")} {Id.Job.Value}-{Id.Number} {Phone.Value}\n",
            out var length);
        return length;
    }
}
