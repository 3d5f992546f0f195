using System.Globalization;
using System.Text;

namespace Dialer.Silo.Telephony.Sip;

/// <summary>
/// The messages of one call in order, as they went over the wire, but for what <see cref="TraceMask"/> leaves out. Kept on the call's loop.
/// </summary>
internal sealed class SipTrace(string call, TimeProvider clock)
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
        if (text.Length < MaxBytes)
        {
            Append($"{head}\n{TraceMask.Of(message.Span)}\n\n");
        }
    }

    private void Append(string part)
    {
        if (text.Length < MaxBytes)
        {
            text.Append(CultureInfo.InvariantCulture, $"{clock.GetUtcNow():yyyy-MM-dd HH:mm:ss.fff} +{clock.GetElapsedTime(began).TotalMilliseconds:0} ms ").Append(part);
        }
    }
}
