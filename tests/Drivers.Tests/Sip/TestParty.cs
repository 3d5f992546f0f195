using System.Text;
using Dialer.Silo.Telephony.Sip;

namespace Dialer.Tests.Sip;

/// <summary>Somebody on a loop who counts what comes, and wants to be called each so many ms.</summary>
internal sealed class TestParty(SipLoop loop, string callId, int every = 0) : ISipParty
{
    private long due;
    private int received;
    private int ticks;

    public string CallId => callId;

    public bool IsGone => false;

    public long NextDue => every == 0 ? long.MaxValue : due;

    public int Received => Volatile.Read(ref received);

    public int Ticks => Volatile.Read(ref ticks);

    /// <summary>What it does with each message.</summary>
    public Action<SipMessage>? OnMessage { get; set; }

    public async Task<TestParty> JoinAsync()
    {
        var joined = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        loop.Post(() =>
        {
            due = loop.Now + every;
            loop.Add(this);
            loop.Touched(this);
            joined.SetResult();
        });
        await joined.Task;
        return this;
    }

    public void Receive(SipMessage message)
    {
        OnMessage?.Invoke(message);
        Interlocked.Increment(ref received);
    }

    public void Tick()
    {
        if (due <= loop.Now)
        {
            due = loop.Now + every;
            Interlocked.Increment(ref ticks);
        }
    }

    public void Undelivered(ReadOnlyMemory<byte> message)
    {
    }

    /// <summary>A request within this party's call, or a stranger's.</summary>
    public static byte[] Request(string callId, string method = "INFO", int number = 1, string extra = "") => Encoding.ASCII.GetBytes(
        $"{method} sip:dialer@127.0.0.1 SIP/2.0\r\nVia: SIP/2.0/UDP 127.0.0.1;rport;branch=z9hG4bK{number}\r\n{extra}Max-Forwards: 70\r\nFrom: <sip:p@127.0.0.1>;tag=p\r\n"
        + $"To: <sip:dialer@127.0.0.1>;tag=d\r\nCall-ID: {callId}\r\nCSeq: {number} {method}\r\nContent-Length: 0\r\n\r\n");

    public static SipMessage Message(string callId) =>
        SipParser.Parse(Request(callId), out var fault) ?? throw new InvalidOperationException(fault);
}
