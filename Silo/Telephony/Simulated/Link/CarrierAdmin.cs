using System.Net;
using System.Net.Sockets;
using Dialer.Numbers;

namespace Dialer.Silo.Telephony.Simulated.Link;

/// <summary>
/// Speaks to a carrier in another process without being a dialer: which calls live, and the switch of its trunk. For the demo, the
/// crash harness and tests. One question at a time.
/// </summary>
public sealed class CarrierAdmin : IDisposable
{
    private readonly TcpClient _client;
    private readonly StreamReader _reader;
    private readonly StreamWriter _writer;

    private CarrierAdmin(TcpClient client)
    {
        _client = client;
        _reader = new StreamReader(client.GetStream());
        _writer = new StreamWriter(client.GetStream()) { AutoFlush = true, NewLine = "\n" };
    }

    /// <exception cref="SocketException">Nothing listens there.</exception>
    /// <exception cref="IOException">It is no carrier.</exception>
    public static async Task<CarrierAdmin> ConnectAsync(IPEndPoint carrier, CancellationToken cancel)
    {
        ArgumentNullException.ThrowIfNull(carrier);
        var client = new TcpClient(carrier.AddressFamily) { NoDelay = true };
        try
        {
            await client.ConnectAsync(carrier, cancel);
            var admin = new CarrierAdmin(client);
            var greeting = await admin.ReadAsync(cancel);
            return greeting == System.Text.Encoding.ASCII.GetString(CarrierWire.Greeting)
                ? admin
                : throw new IOException($"{carrier} is not a simulated carrier of this version.");
        }
        catch
        {
            client.Dispose();
            throw;
        }
    }

    /// <summary>The calls that are up, by the carrier's own account, oldest first.</summary>
    public async Task<IReadOnlyList<CarrierLiveCall>> ListAsync(CancellationToken cancel)
    {
        await _writer.WriteLineAsync("list".AsMemory(), cancel);
        var calls = new List<CarrierLiveCall>();
        while (true)
        {
            var line = await ReadAsync(cancel);
            if (line.StartsWith("listed ", StringComparison.Ordinal))
            {
                return calls;
            }

            calls.Add(Read(line));
        }
    }

    /// <summary>Makes the trunk die, or brings it back (P42).</summary>
    public async Task SetTrunkAsync(bool isUp, CancellationToken cancel)
    {
        await _writer.WriteLineAsync((isUp ? "up" : "down").AsMemory(), cancel);
        await ReadAsync(cancel);
    }

    public void Dispose()
    {
        _reader.Dispose();
        _client.Dispose();
    }

    private static CarrierLiveCall Read(string line)
    {
        var words = new WireReader(System.Text.Encoding.ASCII.GetBytes(line));
        return words.TryWord(out var verb) && verb.SequenceEqual("call"u8) && words.TryId(out var id) && words.TryNumber(out long phone)
            && words.TryNumber(out long startedAt) && words.TryWord(out var state)
            ? new CarrierLiveCall(id, new PhoneNumber(phone), state.SequenceEqual("answered"u8), new UnixTime(startedAt))
            : throw new IOException("The carrier's list could not be read.");
    }

    private async Task<string> ReadAsync(CancellationToken cancel) =>
        await _reader.ReadLineAsync(cancel) ?? throw new IOException("The carrier closed the connection.");
}
