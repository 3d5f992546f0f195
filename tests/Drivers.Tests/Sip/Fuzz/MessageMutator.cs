using System.Globalization;
using System.Text;
using Dialer.Tests.Sip.Torture;

namespace Dialer.Tests.Sip.Fuzz;

/// <summary>Makes a message out of the torture corpus that nobody would send, the same one for the same seed.</summary>
internal sealed class MessageMutator(int seed)
{
    public const int MaxBytes = 65_535;

    private static readonly byte[][] Corpus = [.. TortureCorpus.All.Select(m => m.Bytes)];
    private static readonly byte[] Odd = [0, 9, 10, 13, 32, (byte)'"', (byte)'\\', (byte)'<', (byte)'>', (byte)',', (byte)';', (byte)':', (byte)'@', (byte)'%', (byte)'[', (byte)']', (byte)'=', (byte)'?', 0x7F, 0x80, 0xC3, 0xFF];
    private static readonly string[] Runs = ["\"", "<", "\"<", "<\"", "\\\"", "[", "(", ",", ",,;", ";", ";a=\"", ",<", "a", "0", "%0", "\r\n ", "\n\t", " ", "\r", "\n", "=", ":", "\0", ";;x=y", "\xFF"];
    private static readonly string[] Numbers = ["-1", "+5", "0", "00000000000000000000007", "2147483647", "2147483648", "4294967296", "99999999999999999999999999", "1\0", "0x10", ""];

    private readonly Random random = new(seed);

    public byte[] Next()
    {
        var bytes = new List<byte>(Corpus[random.Next(Corpus.Length)]);
        for (var left = random.Next(1, 7); left > 0; left--)
        {
            Mutate(bytes);
            if (bytes.Count > MaxBytes)
            {
                bytes.RemoveRange(MaxBytes, bytes.Count - MaxBytes);
            }
        }

        return [.. bytes];
    }

    private void Mutate(List<byte> bytes)
    {
        if (bytes.Count == 0)
        {
            return;
        }

        switch (random.Next(10))
        {
            case 0:
                FlipBits(bytes);
                break;
            case 1:
                bytes[random.Next(bytes.Count)] = Odd[random.Next(Odd.Length)];
                break;
            case 2:
                Cut(bytes);
                break;
            case 3:
                Splice(bytes);
                break;
            case 4:
                RepeatLine(bytes);
                break;
            case 5:
            case 6:
            case 7:
                InsertRun(bytes);
                break;
            case 8:
                ChangeNumber(bytes);
                break;
            default:
                MoveLine(bytes);
                break;
        }
    }

    private void FlipBits(List<byte> bytes)
    {
        for (var left = random.Next(1, 9); left > 0; left--)
        {
            bytes[random.Next(bytes.Count)] ^= (byte)(1 << random.Next(8));
        }
    }

    /// <summary>The end, or something in the middle, is lost.</summary>
    private void Cut(List<byte> bytes)
    {
        var from = random.Next(bytes.Count);
        bytes.RemoveRange(from, random.Next(2) == 0 ? bytes.Count - from : random.Next(bytes.Count - from));
    }

    private void Splice(List<byte> bytes)
    {
        var other = Corpus[random.Next(Corpus.Length)];
        var from = random.Next(bytes.Count);
        bytes.RemoveRange(from, bytes.Count - from);
        bytes.AddRange(other.AsSpan(random.Next(other.Length)).ToArray());
    }

    private void RepeatLine(List<byte> bytes)
    {
        var (from, length) = Line(bytes);
        var line = bytes.GetRange(from, length);
        for (var left = Many(300); left > 0 && bytes.Count + length <= MaxBytes; left--)
        {
            bytes.InsertRange(from, line);
        }
    }

    private void MoveLine(List<byte> bytes)
    {
        var (from, length) = Line(bytes);
        var line = bytes.GetRange(from, length);
        bytes.RemoveRange(from, length);
        bytes.InsertRange(bytes.Count == 0 ? 0 : Line(bytes).From, line);
    }

    /// <summary>Nesting, folding, lists of nothing, long values: one short text many times over.</summary>
    private void InsertRun(List<byte> bytes)
    {
        var run = Encoding.Latin1.GetBytes(Runs[random.Next(Runs.Length)]);
        var count = Many(MaxBytes) / run.Length;
        var all = new byte[count * run.Length];
        for (var i = 0; i < all.Length; i++)
        {
            all[i] = run[i % run.Length];
        }

        bytes.InsertRange(random.Next(bytes.Count + 1), all);
    }

    private void ChangeNumber(List<byte> bytes)
    {
        var from = bytes.FindIndex(random.Next(bytes.Count), b => b is >= (byte)'0' and <= (byte)'9');
        if (from < 0)
        {
            return;
        }

        var to = from;
        while (to < bytes.Count && bytes[to] is >= (byte)'0' and <= (byte)'9')
        {
            to++;
        }

        bytes.RemoveRange(from, to - from);
        bytes.InsertRange(from, Encoding.ASCII.GetBytes(random.Next(2) == 0 ? Numbers[random.Next(Numbers.Length)] : random.Next(2_000).ToString(CultureInfo.InvariantCulture)));
    }

    private (int From, int Length) Line(List<byte> bytes)
    {
        var at = random.Next(bytes.Count);
        var from = at == 0 ? 0 : bytes.LastIndexOf((byte)'\n', at - 1) + 1;
        var feed = bytes.IndexOf((byte)'\n', at);
        return (from, (feed < 0 ? bytes.Count : feed + 1) - from);
    }

    /// <summary>Mostly few, seldom as many as there may be.</summary>
    private int Many(int most) => random.Next(50) switch
    {
        0 => most,
        < 10 => random.Next(1, most / 10),
        _ => random.Next(1, 40),
    };
}
