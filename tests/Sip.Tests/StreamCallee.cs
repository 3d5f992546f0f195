using System.Net;
using System.Net.Sockets;
using System.Text;
using Dialer.Silo.Telephony.Sip;

namespace Dialer.Tests.Sip;

/// <summary>A callee over TCP, written out step by step by the test: for what SIPp cannot do with connections.</summary>
internal sealed class StreamCallee : IDisposable
{
    private readonly TcpListener listener = new(IPAddress.Loopback, 0);

    /// <param name="receiveBytes">What a connection holds that nobody reads; 0 = as much as the system likes.</param>
    public StreamCallee(int receiveBytes = 0)
    {
        if (receiveBytes > 0)
        {
            listener.Server.ReceiveBufferSize = receiveBytes;
        }

        listener.Start();
    }

    public IPEndPoint Address => (IPEndPoint)listener.LocalEndpoint;

    public async Task<Line> AcceptAsync(CancellationToken cancel = default) =>
        new(await listener.AcceptTcpClientAsync(cancel).AsTask().WaitAsync(Until.Limit, TestContext.Current.CancellationToken));

    /// <summary>A connection from the callee to an address that the caller named.</summary>
    public static async Task<Line> ConnectAsync(IPEndPoint to)
    {
        var client = new TcpClient();
        await client.ConnectAsync(to);
        return new Line(client);
    }

    public void Dispose() => listener.Dispose();

    /// <summary>The response to a request, with the callee's tag.</summary>
    public static string Response(SipMessage request, int status, string extra = "") =>
        $"SIP/2.0 {status} Said\r\n{string.Concat(request.Lines(SipHeader.Via).Select(v => $"Via: {v}\r\n"))}From: {request.First(SipHeader.From)}\r\n"
        + $"To: {request.First(SipHeader.To)}{(request.To!.Tag is null ? ";tag=callee" : "")}\r\nCall-ID: {request.CallId}\r\n"
        + $"CSeq: {request.First(SipHeader.CSeq)}\r\n{extra}Content-Length: 0\r\n\r\n";

    /// <summary>One connection, message by message.</summary>
    internal sealed class Line(TcpClient client) : IDisposable
    {
        private readonly NetworkStream stream = client.GetStream();
        private byte[] rest = [];

        /// <summary>The next message; null when the other side has closed.</summary>
        public async Task<SipMessage?> NextAsync(CancellationToken cancel = default)
        {
            var buffer = new byte[8_192];
            int length;
            while ((length = SipParser.LengthOfFirst(rest, out _)) == 0)
            {
                var read = await stream.ReadAsync(buffer, cancel).AsTask().WaitAsync(Until.Limit, TestContext.Current.CancellationToken);
                if (read == 0)
                {
                    return null;
                }

                rest = [.. rest, .. buffer[..read]];
            }

            var message = SipParser.Parse(rest[..length], out var fault);
            Assert.True(message is not null, fault);
            rest = rest[length..];
            return message;
        }

        public async Task<SipMessage> NextAsync(string method)
        {
            var message = await NextAsync();
            Assert.Equal(method, message?.Method);
            return message!;
        }

        public Task SayAsync(string text) => stream.WriteAsync(Encoding.UTF8.GetBytes(text)).AsTask();

        /// <summary>Says that nothing more comes, and waits until the other side has understood.</summary>
        public async Task CloseAsync()
        {
            client.Client.Shutdown(SocketShutdown.Send);
            Assert.Null(await NextAsync());
        }

        public void Dispose() => client.Dispose();
    }
}
