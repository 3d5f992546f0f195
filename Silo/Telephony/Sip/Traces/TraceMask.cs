using System.Text;
using System.Text.RegularExpressions;

namespace Dialer.Silo.Telephony.Sip;

/// <summary>
/// A message as text without what proves who we or a bot are or opens the media: digest answers, callback addresses, and the keys of SRTP in all the ways that
/// SDP has for them (RFC 4568, RFC 4567, RFC 8866 §5.12).
/// </summary>
internal static partial class TraceMask
{
    private const string Masked = "(masked)";

    /// <summary>
    /// Headers are told apart as the parser does it, at LF and at nothing else: whoever takes any other character for a line's end
    /// leaves in the open what stands behind one within a quoted text.
    /// </summary>
    public static string Of(ReadOnlySpan<byte> message)
    {
        var text = new StringBuilder(message.Length);
        var isMasked = false;
        message = message.TrimStart("\r\n"u8);
        while (!message.IsEmpty)
        {
            var feed = message.IndexOf((byte)'\n');
            var line = (feed < 0 ? message : message[..feed]).TrimEnd((byte)'\r');
            message = feed < 0 ? default : message[(feed + 1)..];
            if (line.IsEmpty)
            {
                text.Append('\n').Append(Session(message));
                break;
            }

            if (line is [(byte)' ' or (byte)'\t', ..] && isMasked)
            {
                // a folded line belongs to the header before it
                continue;
            }

            isMasked = IsSecret(NameOf(line));
            text.Append(isMasked ? $"{SipText.Decode(NameOf(line))}: {Masked}" : SipText.Decode(line)).Append('\n');
        }

        return text.ToString().ReplaceLineEndings("\n").TrimEnd('\n');
    }

    private static string Session(ReadOnlySpan<byte> body) => Keys().Replace(SipText.Decode(body), $"${{what}}{Masked}");

    private static bool IsSecret(ReadOnlySpan<byte> name) =>
        SipHeaderNames.Find(name) is SipHeader.Authorization or SipHeader.ProxyAuthorization or SipHeader.AuthenticationInfo
        || Ascii.EqualsIgnoreCase(name, SipCall.CallbackHeader);

    private static ReadOnlySpan<byte> NameOf(ReadOnlySpan<byte> line)
    {
        var colon = line.IndexOf((byte)':');
        return colon < 0 ? default : line[..colon].Trim(" \t"u8);
    }

    [GeneratedRegex(@"(?<![^\r\n])(?<what>k=|a=key-mgmt:)[^\r\n]+|(?<what>inline:)[^ \t\r\n|;]+", RegexOptions.IgnoreCase)]
    private static partial Regex Keys();
}
