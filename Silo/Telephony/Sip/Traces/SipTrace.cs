using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;

namespace Dialer.Silo.Telephony.Sip;

/// <summary>
/// The messages of one call in order, as they went over the wire, with what proves who we are or opens the media left out: digest
/// answers and SRTP keys. Kept on the call's loop.
/// </summary>
internal sealed partial class SipTrace(string call, TimeProvider clock)
{
    private const int MaxBytes = 256 * 1024;

    private readonly StringBuilder text = new();
    private readonly long began = clock.GetTimestamp();

    /// <summary>The try's id.</summary>
    public string Call => call;

    public void Sent(string leg, SipHop hop, ReadOnlyMemory<byte> message) => Add($"-> {leg} {hop.Transport.ViaToken()} {hop.Name}", message);

    public void Received(string leg, SipMessage message) => Add($"<- {leg} {message.Source?.Address}", message.Bytes);

    public void Replied(string leg, SipMessage request, ReadOnlyMemory<byte> response) => Add($"-> {leg} {request.Source?.Address}", response);

    /// <summary>A remark between messages.</summary>
    public void Say(string remark) => Append($"-- {remark}\n\n");

    public string Text() => text.ToString();

    private void Add(string head, ReadOnlyMemory<byte> message)
    {
        var body = Encoding.UTF8.GetString(message.Span).ReplaceLineEndings("\n").TrimEnd('\n');
        Append($"{head}\n{Keys().Replace(Answers().Replace(body, "$1: (masked)"), "inline:(masked)")}\n\n");
    }

    private void Append(string part)
    {
        if (text.Length < MaxBytes)
        {
            text.Append(CultureInfo.InvariantCulture, $"{clock.GetUtcNow():yyyy-MM-dd HH:mm:ss.fff} +{clock.GetElapsedTime(began).TotalMilliseconds:0} ms ").Append(part);
        }
    }

    [GeneratedRegex(@"^(Authorization|Proxy-Authorization)\s*:.*$", RegexOptions.Multiline | RegexOptions.IgnoreCase)]
    private static partial Regex Answers();

    [GeneratedRegex(@"inline:[^\s|]+")]
    private static partial Regex Keys();
}
