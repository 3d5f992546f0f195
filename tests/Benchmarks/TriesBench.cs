using Dialer.Calendars;
using Dialer.Campaigns;
using Dialer.Channels;
using Dialer.Numbers;
using Dialer.Silo.Storage;
using Dialer.Silo.Storage.GroupCommit;
using Dialer.Tests;
using Microsoft.Extensions.DependencyInjection;

namespace Dialer.Benchmarks;

/// <summary>Durable tries end to end: zero ring and talk, every call answered; three durable steps each (intent, answer, outcome).</summary>
internal static class TriesBench
{
    public sealed record Result(double TriesPerSecond, double WritesPerSecond, double RowsPerSecond, double OwnCpuMicros, double ServerCpuMicros, double WritesPerCommit);

    public static async Task<Result> RunAsync(StorageOptions storage, int numbers, int cap)
    {
        await using var host = await DialerHost.StartAsync(storage);
        var channel = await host.CreateChannelAsync(Answering("bench", cap * 2));
        var campaign = await host.CreateCampaignAsync(new CampaignSettings
        {
            Name = "bench",
            Channel = channel,
            MaxSimultaneousCalls = cap,
            TimeZone = "Europe/Moscow",
            CallingWindows = WeeklyHours.Always,
        });
        for (var i = 0; i < numbers; i += 50_000)
        {
            await host.AddAsync(campaign, Enumerable.Range(i, Math.Min(50_000, numbers - i)).Select(n => 79_010_000_000 + n));
        }

        var writer = host.Services.GetRequiredService<GroupCommitWriter>();
        var (batches, writes) = (writer.Batches, writer.Writes);
        var (own, server) = (ProcessCpu.Own(), ProcessCpu.Of("postgres"));
        var began = TimeProvider.System.GetTimestamp();
        await campaign.StartAsync("bench");
        await DialerHost.UntilAsync(campaign, p => p.Counters.Final == numbers, TimeSpan.FromMinutes(5), "all final");
        var seconds = TimeProvider.System.GetElapsedTime(began).TotalSeconds;
        (batches, writes) = (writer.Batches - batches, writer.Writes - writes);
        return new Result(
            numbers / seconds,
            writes / seconds,
            // intent: job, phone; answer: job; outcome: job, phone, try
            6 * numbers / seconds,
            (ProcessCpu.Own() - own).TotalMicroseconds / numbers,
            (ProcessCpu.Of("postgres") - server).TotalMicroseconds / numbers,
            (double)writes / batches);
    }

    public static ChannelSettings Answering(string name, int lines) => new()
    {
        Name = name,
        Kind = ChannelKind.Simulated,
        Lines = lines,
        Simulated = new SimulatedSettings { Answer = 1, Busy = 0, NoAnswer = 0, Nonexistent = 0, Error = 0, RingSeconds = new(0, 0), TalkSeconds = new(0, 0) },
    };
}
