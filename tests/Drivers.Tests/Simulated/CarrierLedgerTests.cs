using System.Collections.Concurrent;
using Dialer.Calls;
using Dialer.Channels;
using Dialer.Grains.Calls;
using Dialer.Numbers;
using Dialer.Silo.Storage;
using Dialer.Silo.Telephony.Simulated;
using Dialer.Tests.Contract;
using Microsoft.Extensions.Logging.Abstractions;

namespace Dialer.Tests.Simulated;

/// <summary>The carrier's own books: what they say is written before anybody is told, and is complete (P44).</summary>
public sealed class CarrierLedgerTests
{
    [Fact]
    public async Task Lines_AreWrittenBeforeTheirEvents()
    {
        await using var rig = new CarrierRig();
        var missing = new ConcurrentQueue<string>();
        rig.Events.OnPost = e =>
        {
            var word = e is CallEnded ? "end" : "start";
            if (!File.ReadAllText(rig.LedgerPath).Contains($" {word} {e.Try} {e.Phone.Digits}\n", StringComparison.Ordinal))
            {
                missing.Enqueue($"{e}: no {word}");
            }
        };
        for (var job = 1; job <= 100; job++)
        {
            await rig.DialAsync(rig.Callees.Answers(TimeSpan.FromMilliseconds(job % 7), TimeSpan.FromMilliseconds(job % 5)), job);
        }

        rig.Clock.Advance(TimeSpan.FromSeconds(1));
        await rig.Events.EndsAsync(100, "a second later");
        Assert.Empty(missing);
        Assert.All(rig.Ledger(), line => Assert.True(line.At >= UnixTime.From(CarrierRig.Begin)));
    }

    [Fact]
    public async Task Start_IsWrittenBeforeTheDialReturns()
    {
        await using var rig = new CarrierRig();
        var id = await rig.DialAsync(rig.Callees.RingsForEver(), job: 5);
        Assert.Equal($"{UnixTime.From(CarrierRig.Begin).Ms} start {id} 79990000001\n", await File.ReadAllTextAsync(rig.LedgerPath, TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task ManyAtOnceFromSeveralCarriers_EveryCallIsThereOnceWholeAndInOrder()
    {
        const int Dialers = 4;
        const int Calls = 2_000;
        var folder = Directory.CreateTempSubdirectory("ledger");
        var path = Path.Combine(folder.FullName, "deep", "ledger");
        var settings = new ChannelSettings
        {
            Name = "ledger",
            Kind = ChannelKind.Simulated,
            Simulated = new SimulatedSettings { Ledger = path, RingSeconds = new(0, 0.02), TalkSeconds = new(0, 0.02) },
        };

        // each driver has a carrier of its own, and all keep one ledger: several silos of a test cluster
        await Task.WhenAll(Enumerable.Range(0, Dialers).Select(dialer => Task.Run(async () =>
        {
            var events = new RecordingSink();
            var factory = new SimulatedCallDriverFactory(TimeProvider.System, NullLoggerFactory.Instance);
            await using var driver = factory.Create(new ChannelId(dialer), settings, events);
            for (var i = 1; i <= Calls; i++)
            {
                var id = new TryId(new JobId((dialer * Calls) + i), 1);
                await driver.DialAsync(
                    new DialCommand(id, new CampaignId(1), new PhoneNumber(79_990_000_000 + i), CarrierRig.Limit, CarrierRig.Limit, Scenario.None),
                    TestContext.Current.CancellationToken);
            }

            await events.EndsAsync(Calls, $"dialer {dialer}");
            events.CheckLaws();
        })));

        var lines = CarrierRig.ReadLedger(path);
        Assert.Equal(2 * Dialers * Calls, lines.Count);
        Assert.Equal(lines.Select(l => l.At).Order(), lines.Select(l => l.At));
        Assert.All(lines.GroupBy(l => l.Id), call => Assert.Equal([true, false], call.Select(l => l.IsStart)));
        Assert.Empty(Directory.GetFiles(folder.FullName, "*.lock", SearchOption.AllDirectories));
        folder.Delete(recursive: true);
    }

    [Fact]
    public async Task LedgerGivenByName_LiesInTheDataDirectory_P44()
    {
        var folder = Directory.CreateTempSubdirectory("ledger");
        var settings = new ChannelSettings { Name = "ledger", Kind = ChannelKind.Simulated, Simulated = new SimulatedSettings { Ledger = "books.txt" } };
        var factory = new SimulatedCallDriverFactory(
            TimeProvider.System, NullLoggerFactory.Instance, storage: new StorageOptions { DataDirectory = folder.FullName });
        await using (factory.Create(new ChannelId(1), settings, new RecordingSink()))
        {
            Assert.True(File.Exists(Path.Combine(folder.FullName, "ledgers", "books.txt")));
        }

        folder.Delete(recursive: true);
    }

    [Fact]
    public async Task LedgerOfAnEarlierRun_IsContinued()
    {
        var path = Path.Combine(Path.GetTempPath(), Path.GetRandomFileName());
        for (var run = 1; run <= 2; run++)
        {
            await using var rig = new CarrierRig(o => o with { Ledger = path });
            await rig.DialAsync(rig.Callees.Answers(TimeSpan.Zero, TimeSpan.Zero), job: run);
        }

        Assert.Equal([1, 1, 2, 2], CarrierRig.ReadLedger(path).Select(l => l.Id.Job.Value));
        File.Delete(path);
    }

    [Fact]
    public void LedgerOfAnotherProcess_IsRefusedInClearWords()
    {
        var path = Path.Combine(Path.GetTempPath(), Path.GetRandomFileName());
        using var other = new FileStream(path + ".lock", FileMode.Create, FileAccess.ReadWrite, FileShare.None, 1, FileOptions.DeleteOnClose);
        var refusal = Assert.Throws<IOException>(() => CarrierLedger.Open(path, TimeProvider.System));
        Assert.Contains("another process", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task BooksThatCannotBeWritten_CallIsNotTaken()
    {
        Assert.True(OperatingSystem.IsLinux(), "this test fills a disk by /dev/full");
        var path = Path.Combine(Path.GetTempPath(), Path.GetRandomFileName());
        File.CreateSymbolicLink(path, "/dev/full");
        await using (var rig = new CarrierRig(o => o with { Ledger = path }))
        {
            var ended = await rig.Events.EndedAsync(await rig.DialAsync(rig.Callees.RingsForEver(), job: 1), "the disk is full");
            Assert.Equal((CallClass.Technical, true), (ended.Class, ended.IsChannelClass));
            Assert.Equal(0, rig.Carrier.Tally.Received);
        }

        File.Delete(path);
    }

    [Theory]
    [InlineData("1764000000123 start 17-2 79991234567", true)]
    [InlineData("1764000000123 end 17-2 79991234567", true)]
    [InlineData("1764000000123 end 17-2 ", false)]
    [InlineData("1764000000123 sta", false)]
    [InlineData("1764000000123 begin 17-2 79991234567", false)]
    [InlineData("x start 17-2 79991234567", false)]
    [InlineData("1764000000123 start 17 79991234567", false)]
    [InlineData("", false)]
    public void Line_IsReadOnlyIfItIsWhole(string text, bool isWhole)
    {
        Assert.Equal(isWhole, LedgerLine.TryParse(text, out var line));
        Assert.Equal(isWhole ? new TryId(new JobId(17), 2) : default, line.Id);
    }
}
