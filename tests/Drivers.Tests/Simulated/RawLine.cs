using System.Net.Sockets;
using System.Text;

namespace Dialer.Tests.Simulated;

/// <summary>A bare connection to a carrier, for what no well-behaved dialer says.</summary>
internal sealed class RawLine(TcpClient client) : IDisposable
{
    private readonly StreamReader _reader = new(client.GetStream());

    /// <summary>Says one line in one piece, however long: a carrier that hangs up on it does so afterwards.</summary>
    public async Task SayAsync(string line) =>
        await client.GetStream().WriteAsync(Encoding.ASCII.GetBytes(line + "\n"), TestContext.Current.CancellationToken);

    /// <summary>The next line; null when the carrier has closed the connection.</summary>
    public async Task<string?> HearAsync()
    {
        try
        {
            return await _reader.ReadLineAsync(TestContext.Current.CancellationToken).AsTask().WaitAsync(TimeSpan.FromSeconds(20));
        }
        catch (IOException)
        {
            return null;
        }
    }

    public void Dispose()
    {
        _reader.Dispose();
        client.Dispose();
    }
}
