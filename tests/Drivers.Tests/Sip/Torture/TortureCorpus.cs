using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;
using Dialer.Silo.Telephony.Sip;

namespace Dialer.Tests.Sip.Torture;

/// <summary>One message of a torture test as it is on the wire.</summary>
internal sealed record TortureMessage(string Rfc, string Section, string Name, byte[] Bytes)
{
    public override string ToString() => $"{Rfc} §{Section} {Name}";
}

/// <summary>The test messages of RFC 4475 and RFC 5118, read from their files in the notation of RFC 4475 §2.1.</summary>
internal static partial class TortureCorpus
{
    public static IReadOnlyList<TortureMessage> Rfc4475 { get; } = Read("rfc4475");

    public static IReadOnlyList<TortureMessage> Rfc5118 { get; } = Read("rfc5118");

    public static IEnumerable<TortureMessage> All => Rfc4475.Concat(Rfc5118);

    /// <summary>A message's own copy: the parser changes what it reads.</summary>
    public static byte[] Bytes(string name) => [.. All.Single(m => m.Name == name).Bytes];

    public static SipMessage Parse(string name) =>
        SipParser.Parse(Bytes(name), out var fault) ?? throw new InvalidOperationException($"{name}: {fault}");

    private static List<TortureMessage> Read(string rfc)
    {
        using var stream = typeof(TortureCorpus).Assembly.GetManifestResourceStream(rfc + ".txt")!;
        using var reader = new StreamReader(stream, Encoding.UTF8);
        var all = reader.ReadToEnd().ReplaceLineEndings("\n");
        // each message has its last line's end back, which stood before the next title
        return [.. all[..^1].Split("\n=== ").Skip(1).Select(part =>
        {
            var line = part.IndexOf('\n', StringComparison.Ordinal);
            var title = part[..line].Split(' ');
            return new TortureMessage(rfc, title[0], title[1], Wire(part[(line + 1)..] + "\n"));
        })];
    }

    private static byte[] Wire(string text)
    {
        var joined = OneLine().Replace(text, m => m.Groups[1].Value.Replace("\n", "", StringComparison.Ordinal));
        var repeated = Repeat().Replace(
            joined, m => string.Concat(Enumerable.Repeat(m.Groups[2].Value, int.Parse(m.Groups[1].Value, CultureInfo.InvariantCulture))));
        using var bytes = new MemoryStream();
        var at = 0;
        foreach (Match hex in Hex().Matches(repeated))
        {
            Write(repeated[at..hex.Index]);
            bytes.Write(Convert.FromHexString(hex.Groups[1].Value.Replace(" ", "", StringComparison.Ordinal)));
            at = hex.Index + hex.Length;
        }

        Write(repeated[at..]);
        return bytes.ToArray();

        void Write(string plain) => bytes.Write(Encoding.UTF8.GetBytes(plain.Replace("\n", "\r\n", StringComparison.Ordinal)));
    }

    [GeneratedRegex(@"<allOneLine>\n(.*?)\n</allOneLine>", RegexOptions.Singleline)]
    private static partial Regex OneLine();

    [GeneratedRegex("<repeat count=([0-9]+)>(.*?)</repeat>")]
    private static partial Regex Repeat();

    [GeneratedRegex("<hex>([0-9A-F ]+)</hex>")]
    private static partial Regex Hex();
}
