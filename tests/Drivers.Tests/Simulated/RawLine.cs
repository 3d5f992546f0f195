using System.Net.Sockets;

namespace Dialer.Tests.Simulated;

/// <summary>A bare connection to a carrier, for what no well-behaved dialer says.</summary>
internal sealed class RawLine(TcpClient client) : IDisposable
{
    private readonly StreamReader _reader = new(client.GetStream());
    private readonly StreamWriter _writer = new(client.GetStream()) { AutoFlush = true, NewLine = "\n" };

    public Task SayAsync(string line) => _writer.WriteLineAsync(line.AsMemory(), TestContext.Current.CancellationToken);

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
