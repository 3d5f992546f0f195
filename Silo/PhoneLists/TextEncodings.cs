using System.Text;

namespace Dialer.Silo.PhoneLists;

/// <summary>The encodings of list files (P33).</summary>
internal static class TextEncodings
{
    public const string Utf8 = "utf-8";
    public const string Windows1251 = "windows-1251";

    private static readonly (byte[] Mark, string Name)[] Marks =
    [
        ([0xFF, 0xFE, 0x00, 0x00], "utf-32"),
        ([0x00, 0x00, 0xFE, 0xFF], "utf-32be"),
        ([0xEF, 0xBB, 0xBF], Utf8),
        ([0xFF, 0xFE], "utf-16"),
        ([0xFE, 0xFF], "utf-16be"),
    ];

    /// <summary>The encoding that a byte order mark names; null without one.</summary>
    public static string? ByMark(ReadOnlySpan<byte> head)
    {
        foreach (var (mark, name) in Marks)
        {
            if (head.StartsWith(mark))
            {
                return name;
            }
        }

        return null;
    }

    /// <summary>Whether a mark of UTF-16 or UTF-32 explains zero bytes.</summary>
    public static bool HasUnicodeMark(ReadOnlySpan<byte> head) => ByMark(head) is { } name && name != Utf8;

    /// <summary>Null for a name that is not one of ours.</summary>
    public static Encoding? Find(string name) => name switch
    {
        Utf8 => new UTF8Encoding(false),
        Windows1251 => CodePagesEncodingProvider.Instance.GetEncoding(1251),
        "utf-16" => Encoding.Unicode,
        "utf-16be" => Encoding.BigEndianUnicode,
        "utf-32" => Encoding.UTF32,
        "utf-32be" => new UTF32Encoding(bigEndian: true, byteOrderMark: true),
        _ => null,
    };
}
