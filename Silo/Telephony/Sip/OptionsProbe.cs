using System.Collections.Concurrent;
using System.Globalization;
using System.Text;
using Dialer.Grains.Calls;

namespace Dialer.Silo.Telephony.Sip;

/// <summary>
/// Asks a trunk by OPTIONS whether it is there (P42). Whatever it answers but 503 says yes: many answer 404 or 405 and are well.
/// </summary>
internal sealed class OptionsProbe(LegSettings settings, string domain, Func<ReadOnlyMemory<byte>, bool> send, TimeProvider clock)
{
    /// <summary>Sent again after these, as datagrams get lost.</summary>
    private static readonly TimeSpan[] Waits = [TimeSpan.FromMilliseconds(500), TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(2)];

    private readonly ConcurrentDictionary<string, TaskCompletionSource<int>> open = new(StringComparer.Ordinal);
    private int last;

    public async Task<TrunkHealth> AskAsync(CancellationToken cancel)
    {
        var name = $"probe-{Interlocked.Increment(ref last)}-{clock.GetTimestamp():x}";
        var answer = open.GetOrAdd($"{name}@{domain}", _ => new(TaskCreationOptions.RunContinuationsAsynchronously));
        try
        {
            foreach (var wait in Waits)
            {
                send(Request(name));
                try
                {
                    var status = await answer.Task.WaitAsync(wait, clock, cancel);
                    return status == 503 ? new(false, "503 to OPTIONS") : new(true, $"{status} to OPTIONS");
                }
                catch (TimeoutException)
                {
                    // once more
                }
            }

            return new(false, "no answer to OPTIONS");
        }
        finally
        {
            open.TryRemove($"{name}@{domain}", out _);
        }
    }

    /// <summary>True: the response was for a probe.</summary>
    public bool Take(SipMessage message)
    {
        if (message.IsRequest || !open.TryGetValue(message.CallId, out var answer))
        {
            return false;
        }

        if (message.Status >= 200)
        {
            answer.TrySetResult(message.Status);
        }

        return true;
    }

    private byte[] Request(string name)
    {
        var target = settings.Target with { User = null };
        var text = string.Create(
            CultureInfo.InvariantCulture,
            $"OPTIONS {target} SIP/2.0\r\nVia: SIP/2.0/{settings.Transport} {settings.SentBy};rport;branch={SipVia.MagicCookie}{name}\r\nMax-Forwards: 70\r\n"
            + $"From: <{settings.From}>;tag={name}\r\nTo: <{target}>\r\nCall-ID: {name}@{domain}\r\nCSeq: 1 OPTIONS\r\n"
            + $"Contact: <{settings.Contact}>\r\nAccept: application/sdp\r\nUser-Agent: {settings.UserAgent}\r\nContent-Length: 0\r\n\r\n");
        return Encoding.UTF8.GetBytes(text);
    }
}
