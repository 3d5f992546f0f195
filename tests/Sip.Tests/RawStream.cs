using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Dialer.Tests.Sip;

/// <summary>A TCP connection to our listener over which a test sends what it likes.</summary>
internal sealed class RawStream : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    private readonly TcpClient client = new() { NoDelay = true };
    private readonly byte[] buffer = new byte[64 * 1024];

    private RawStream()
    {
    }

    /// <param name="to">Where to.</param>
    /// <param name="from">Our own address; null = any.</param>
    /// <param name="receiveBytes">What it holds that nobody reads; 0 = as much as the system likes.</param>
    public static async Task<RawStream> ConnectAsync(IPEndPoint to, IPAddress? from = null, int receiveBytes = 0)
    {
        var stream = new RawStream();
        if (from is not null)
        {
            stream.client.Client.Bind(new IPEndPoint(from, 0));
        }

        if (receiveBytes > 0)
        {
            stream.client.ReceiveBufferSize = receiveBytes;
        }

        await stream.client.ConnectAsync(to);
        return stream;
    }

    /// <summary>An OPTIONS, which is answered by 200 whoever asks.</summary>
    public static string Options(int number, string extra = "") =>
        "OPTIONS sip:dialer@127.0.0.1 SIP/2.0\r\n" + extra + "Via: SIP/2.0/TCP 127.0.0.1:5060;branch=z9hG4bKo" + number
        + "\r\nMax-Forwards: 70\r\nFrom: <sip:peer@127.0.0.1>;tag=p\r\nTo: <sip:dialer@127.0.0.1>\r\nCall-ID: options-" + number
        + "@peer\r\nCSeq: 1 OPTIONS\r\nContent-Length: 4\r\n\r\nbody";

    public async Task SendAsync(string text) => await client.GetStream().WriteAsync(Encoding.ASCII.GetBytes(text));

    public async Task SendAsync(byte[] bytes) => await client.GetStream().WriteAsync(bytes);

    /// <summary>False: the other side has closed the connection.</summary>
    public async Task<bool> TrySendAsync(string text)
    {
        try
        {
            await SendAsync(text);
            return !(client.Client.Poll(0, SelectMode.SelectRead) && client.Client.Available == 0);
        }
        catch (IOException)
        {
            return false;
        }
    }

    /// <summary>Reads until this text has come so often; what came.</summary>
    public async Task<string> UntilAsync(string text, int times = 1)
    {
        var all = "";
        while (all.Split(text).Length <= times)
        {
            var length = await ReadAsync();
            Assert.True(length > 0, $"closed after: {all}");
            all += Encoding.ASCII.GetString(buffer, 0, length);
        }

        return all;
    }

    /// <summary>What comes next; empty = it was closed.</summary>
    public async Task<string> TryReadAsync() => Encoding.ASCII.GetString(buffer, 0, await ReadAsync());

    /// <summary>The other side closes it, and says nothing before.</summary>
    public async Task ClosesAsync(string why) => Assert.True(await ReadAsync() == 0, $"it is not closed: {why}");

    public void Dispose() => client.Dispose();

    private async Task<int> ReadAsync()
    {
        try
        {
            return await client.GetStream().ReadAsync(buffer).AsTask().WaitAsync(Patience, TestContext.Current.CancellationToken);
        }
        catch (IOException)
        {
            // closed with what we sent unread
            return 0;
        }
    }
}
