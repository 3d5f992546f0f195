using Dialer.Silo.Storage;
using Dialer.Silo.Storage.GroupCommit;
using Dialer.Tests;
using Microsoft.Extensions.DependencyInjection;

namespace Dialer.Benchmarks;

/// <summary>Durable tries end to end: zero ring and talk, every call answered; three durable steps each (intent, answer, outcome).</summary>
internal static class TriesBench
{
    private const int Numbers = 40_000;
    private const int Cap = 500;

    public sealed record Result(double TriesPerSecond, double OwnCpuMicros, double ServerCpuMicros, double WritesPerCommit)
    {
        // intent: job, phone; answer: job; outcome: job, phone, try
        public double RowsPerSecond => 6 * TriesPerSecond;
    }

    public static async Task<Result> RunAsync(StorageOptions storage)
    {
        await using var host = await DialerHost.StartAsync(storage);
        var channel = await host.CreateChannelAsync(BenchSettings.Answering(Cap * 2));
        var campaign = await host.CreateCampaignAsync(BenchSettings.Campaign(channel, Cap));
        await host.AddAsync(campaign, Enumerable.Range(0, Numbers).Select(n => 79_010_000_000 + n));
        var writer = host.Services.GetRequiredService<GroupCommitWriter>();
        var (batches, writes) = (writer.Batches, writer.Writes);
        var (own, server) = (ProcessCpu.Own(), ProcessCpu.Of("postgres"));
        var began = TimeProvider.System.GetTimestamp();
        await campaign.StartAsync("bench");
        await DialerHost.UntilAsync(campaign, p => p.Counters.Final == Numbers, TimeSpan.FromMinutes(5), "all final");
        var seconds = TimeProvider.System.GetElapsedTime(began).TotalSeconds;
        return new Result(
            Numbers / seconds,
            (ProcessCpu.Own() - own).TotalMicroseconds / Numbers,
            (ProcessCpu.Of("postgres") - server).TotalMicroseconds / Numbers,
            (double)(writer.Writes - writes) / (writer.Batches - batches));
    }
}
