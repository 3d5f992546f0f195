using Dialer.Calls;
using Dialer.Channels;
using Dialer.Grains.Calls;
using Dialer.Numbers;
using Dialer.Silo.Telephony.Simulated;
using Dialer.Tests.Contract;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;

namespace Dialer.Tests.Simulated;

/// <summary>A carrier in this process under a fake clock, with any number of drivers before it, and a folder of its own for ledgers.</summary>
internal sealed class CarrierRig : IAsyncDisposable
{
    public static readonly DateTimeOffset Begin = new(2026, 3, 2, 9, 0, 0, TimeSpan.Zero);
    public static readonly TimeSpan Limit = TimeSpan.FromSeconds(60);

    private readonly List<ICallDriver> _drivers = [];
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("carrier");

    public CarrierRig(Func<CarrierOptions, CarrierOptions>? options = null)
    {
        LedgerPath = Path.Combine(_folder.FullName, "ledger");
        var plain = new CarrierOptions { Ledger = LedgerPath, Script = Callees.Script };
        Carrier = new Carrier(options?.Invoke(plain) ?? plain, Clock);
        Driver = NewDriver(Events);
    }

    public FakeTimeProvider Clock { get; } = new(Begin);

    public string LedgerPath { get; }

    public CalleeBook Callees { get; } = new();

    public Carrier Carrier { get; }

    public RecordingSink Events { get; } = new();

    public ICallDriver Driver { get; }

    public ICallDriver NewDriver(ICallEventSink sink, SimulatedSettings? settings = null)
    {
        var driver = new SimulatedCallDriverFactory(Clock, NullLoggerFactory.Instance, Carrier).Create(
            new ChannelId(1), new ChannelSettings { Name = "rig", Kind = ChannelKind.Simulated, Simulated = settings }, sink);
        _drivers.Add(driver);
        return driver;
    }

    public async Task<TryId> DialAsync(PhoneNumber phone, long job, ICallDriver? driver = null)
    {
        var id = new TryId(new JobId(job), 1);
        var command = new DialCommand(id, new CampaignId(1), phone, Limit, Limit, Scenario.None);
        var admission = await (driver ?? Driver).DialAsync(command, TestContext.Current.CancellationToken);
        Assert.True(admission.IsAccepted, admission.Refusal);
        return id;
    }

    public IReadOnlyList<LedgerLine> Ledger() => ReadLedger(LedgerPath);

    public static IReadOnlyList<LedgerLine> ReadLedger(string path) =>
    [
        .. File.ReadLines(path).Select(text =>
        {
            Assert.True(LedgerLine.TryParse(text, out var line), $"not a line of a ledger: {text}");
            return line;
        }),
    ];

    public async ValueTask DisposeAsync()
    {
        foreach (var driver in _drivers)
        {
            await driver.DisposeAsync();
        }

        await Carrier.DisposeAsync();
        _folder.Delete(recursive: true);
        Events.CheckLaws();
    }
}
