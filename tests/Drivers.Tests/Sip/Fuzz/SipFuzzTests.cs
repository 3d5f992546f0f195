using System.Globalization;
using System.Text;
using Dialer.Silo.Telephony.Sip;

namespace Dialer.Tests.Sip.Fuzz;

/// <summary>
/// Whatever bytes come, reading them throws nothing and costs time and memory in proportion to their number (RFC 4475 is the corpus).
/// <c>DIALER_FUZZ_SEED=n</c> does one seed again, <c>DIALER_FUZZ_SEEDS=n</c> does more of them.
/// </summary>
public class SipFuzzTests
{
    private const int PlainCount = 15_000;

    private static readonly Bounds Parsing = new(FixedBytes: 20_000, BytesPerByte: 4, TimeSpan.FromMilliseconds(100));

    /// <summary>All readings together: some forty headers are asked for, several times each.</summary>
    private static readonly Bounds Reading = new(FixedBytes: 120_000, BytesPerByte: 30, TimeSpan.FromMilliseconds(200));

    [Fact]
    public void Mutants_AreReadOrRefused_WithinTimeAndMemory_AndConsistently()
    {
        var one = Environment.GetEnvironmentVariable("DIALER_FUZZ_SEED");
        var count = int.Parse(Environment.GetEnvironmentVariable("DIALER_FUZZ_SEEDS") ?? $"{PlainCount}", CultureInfo.InvariantCulture);
        var seeds = one is null ? Enumerable.Range(1, count) : [int.Parse(one, CultureInfo.InvariantCulture)];
        var readable = 0;
        foreach (var seed in seeds)
        {
            var bytes = new MessageMutator(seed).Next();
            string? wrong;
            try
            {
                wrong = Wrong(bytes, out var isReadable);
                readable += isReadable ? 1 : 0;
            }
            catch (Exception e)
            {
                wrong = e.ToString();
            }

            Assert.True(wrong is null, $"{wrong}\nseed {seed}, again with DIALER_FUZZ_SEED={seed}\n{Shown(bytes)}");
        }

        // mutants that are all refused at the first line would prove little
        Assert.True(one is not null || readable > count / 4, $"only {readable} of {count} mutants could be read");
    }

    public static TheoryData<string, string, string> Hostile { get; } = new()
    {
        { "commas in a Via", "Via: SIP/2.0/UDP h", "," },
        { "semicolons in a Via", "Via: SIP/2.0/UDP h", ";" },
        { "parameters in a Via", "Via: SIP/2.0/UDP h", ";a=b" },
        { "quotes in a Contact", "Contact: ", "\"" },
        { "opening brackets in a Contact", "Contact: ", "<" },
        { "quotes with brackets in a Route", "Route: ", "\"<" },
        { "escapes in a quoted name", "From: \"", "\\\"" },
        { "contacts", "Contact: <sip:a@h>", ",<sip:a@h>" },
        { "folds in a To", "To: <sip:a@h>", "\r\n " },
        { "short folds in a To", "To: <sip:a@h>", "\n\t" },
        { "lines of nothing", "X: y", "\r\nl:" },
        { "lines of Content-Length", "X: y", "\r\nl:0" },
        { "lines of Via", "X: y", "\r\nv:," },
        { "challenges", "WWW-Authenticate: Digest nonce=1", ", a=\"\\\"\"" },
        { "lines of challenges", "X: y", "\r\nWWW-Authenticate: Digest nonce=a" },
        { "digits of a CSeq", "CSeq: 1", "0" },
        { "digits of a Content-Length", "Content-Length: 0", "0" },
        { "colons", "X", ":" },
        { "carriage returns", "X: y", "\r" },
        { "blanks before a colon", "X", " " },
        { "escapes in a Request-URI's parameter", "Contact: <sip:a@h;x", "%41" },
        { "brackets of IPv6", "Via: SIP/2.0/UDP [", "[" },
        { "colons of IPv6", "Via: SIP/2.0/UDP [", ":" },
    };

    /// <summary>One text again and again up to the longest message: what is done for each byte anew would take seconds here.</summary>
    [Theory]
    [MemberData(nameof(Hostile))]
    public void LongestMessage_MadeToBeSlow_IsNot(string what, string start, string run)
    {
        const string Before = "INVITE sip:a@h SIP/2.0\r\nVia: SIP/2.0/UDP h;branch=z9hG4bK1\r\nFrom: <sip:a@h>;tag=1\r\nTo: <sip:b@h>\r\nCall-ID: c\r\nCSeq: 1 INVITE\r\n";
        foreach (var length in (int[])[16_000, 65_000])
        {
            // as one line, and as lines as long as a header may be
            var repeats = (length - Before.Length - start.Length) / run.Length;
            var whole = Before + start + string.Concat(Enumerable.Repeat(run, repeats)) + "\r\n\r\n";
            var line = start + string.Concat(Enumerable.Repeat(run, (15_000 - start.Length) / run.Length)) + "\r\n";
            var lines = Before + string.Concat(Enumerable.Repeat(line, Math.Max(1, (length - Before.Length) / line.Length))) + "\r\n";
            foreach (var text in (string[])[whole, lines])
            {
                Assert.True(Wrong(Encoding.ASCII.GetBytes(text), out _) is null, $"{what}: {Wrong(Encoding.ASCII.GetBytes(text), out _)}");
            }
        }
    }

    [Fact]
    public void Bounds_CatchAReaderThatTakesASquare_OfTimeOrOfMemory()
    {
        var text = new string('a', 60_000);
        var turns = 0L;
        Assert.Contains("ms", Parsing.Over(text.Length, () =>
        {
            foreach (var _ in text)
            {
                turns += text.AsSpan().Count('b') + text.AsSpan().Count('c') + text.AsSpan().Count('d');
            }
        }), StringComparison.Ordinal);
        Assert.Contains("memory", Parsing.Over(1_000, () => turns += Enumerable.Range(0, 1_000).Sum(i => text[..i].Length)), StringComparison.Ordinal);
    }

    private static string? Wrong(byte[] bytes, out bool isReadable)
    {
        // copies are made outside of what is measured: the parser changes its bytes
        var copies = new Queue<byte[]>(Enumerable.Range(0, 3).Select(_ => bytes.ToArray()));
        SipMessage? message = null;
        var over = Parsing.Over(bytes.Length, () =>
        {
            SipParser.LengthOfFirst(bytes, out _);
            message = SipParser.Parse(copies.Dequeue(), out _);
        });
        isReadable = message is not null;
        return over ?? (message is null ? null : Reading.Over(bytes.Length, () => EveryReader.Read(message)) ?? EveryReader.Contradiction(bytes, message));
    }

    private static string Shown(byte[] bytes) =>
        Convert.ToBase64String(bytes.AsSpan(0, Math.Min(bytes.Length, 3_000))) + (bytes.Length > 3_000 ? $"… ({bytes.Length} bytes)" : "");
}
