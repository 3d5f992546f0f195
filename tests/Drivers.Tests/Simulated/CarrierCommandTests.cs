using System.Net;
using System.Net.Sockets;
using Dialer.Silo.Telephony.Simulated;
using Dialer.Silo.Telephony.Simulated.Link;

namespace Dialer.Tests.Simulated;

/// <summary>The carrier as a command: one line when it is ready, one line when it is refused.</summary>
public sealed class CarrierCommandTests
{
    [Fact]
    public async Task Run_SaysWhereItListensAndServesUntilStopped()
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        using var output = new FirstLine();
        var run = CarrierCommand.RunAsync(new CarrierOptions { Listen = "localhost:0" }, output, TextWriter.Null, null, stop.Token);
        var line = await output.Line.WaitAsync(TimeSpan.FromSeconds(20), TestContext.Current.CancellationToken);
        Assert.StartsWith("carrier listening on 127.0.0.1:", line, StringComparison.Ordinal);
        var address = IPEndPoint.Parse(line["carrier listening on ".Length..]);
        Assert.NotEqual(0, address.Port);
        using (var admin = await CarrierAdmin.ConnectAsync(address, TestContext.Current.CancellationToken))
        {
            Assert.Empty(await admin.ListAsync(TestContext.Current.CancellationToken));
        }

        await stop.CancelAsync();
        Assert.Equal(0, await run);
        await Assert.ThrowsAsync<SocketException>(() => CarrierAdmin.ConnectAsync(address, TestContext.Current.CancellationToken));
    }

    [Theory]
    [InlineData("0.0.0.0:5099")]
    [InlineData("example.org:5099")]
    [InlineData("127.0.0.1")]
    [InlineData("5099")]
    public async Task Run_RefusesAnAddressThatIsNotThisMachinesOwn(string listen)
    {
        var error = await RefusedAsync(new CarrierOptions { Listen = listen });
        Assert.Contains(listen, error, StringComparison.Ordinal);
        Assert.Contains("loopback", error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Run_RefusesATakenPort()
    {
        using var other = new TcpListener(IPAddress.Loopback, 0);
        other.Start();
        Assert.Contains("--listen", await RefusedAsync(new CarrierOptions { Listen = other.LocalEndpoint.ToString()! }), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Run_RefusesALedgerThatCannotBeKept()
    {
        var folder = Directory.CreateTempSubdirectory("taken");
        Assert.Contains("--ledger", await RefusedAsync(new CarrierOptions { Ledger = folder.FullName }), StringComparison.Ordinal);
        folder.Delete(recursive: true);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(-1)]
    [InlineData(double.NaN)]
    public async Task Run_RefusesASpeedOfNothing(double speed) =>
        Assert.Contains("speed", await RefusedAsync(new CarrierOptions { Speed = speed }), StringComparison.Ordinal);

    private static async Task<string> RefusedAsync(CarrierOptions options)
    {
        await using var errors = new StringWriter();
        Assert.Equal(1, await CarrierCommand.RunAsync(options, TextWriter.Null, errors, null, TestContext.Current.CancellationToken));
        Assert.Single(errors.ToString().TrimEnd().Split('\n'));
        return errors.ToString();
    }

    private sealed class FirstLine : StringWriter
    {
        private readonly TaskCompletionSource<string> _line = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public Task<string> Line => _line.Task;

        public override Task WriteLineAsync(string? value)
        {
            _line.TrySetResult(value ?? string.Empty);
            return Task.CompletedTask;
        }
    }
}
