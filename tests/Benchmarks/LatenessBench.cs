using Dialer.Campaigns;
using Dialer.Calendars;
using Dialer.Intake;
using Dialer.Numbers;
using Dialer.Reports;
using Dialer.Tests;
using Microsoft.Extensions.DependencyInjection;

namespace Dialer.Benchmarks;

/// <summary>How late calls come that fall due two hundred a second, among a million that wait in the same campaign and lane.</summary>
internal static class LatenessBench
{
    private const int PerSecond = 200;
    private const int Seconds = 30;
    private const int Chunk = 100_000;

    public static async Task<(TimeSpan P50, TimeSpan P99)> RunAsync(DialerHost host)
    {
        var channel = await host.CreateChannelAsync(BenchSettings.Answering(1000));
        var campaign = await host.CreateCampaignAsync(BenchSettings.Campaign(channel, 300));
        var intake = host.Services.GetRequiredService<IJobIntake>();
        var id = new CampaignId(campaign.GetPrimaryKeyLong());
        var random = new Random(1);
        var tomorrow = TimeProvider.System.Now() + TimeSpan.FromDays(1);
        for (var from = 0; from < BenchSettings.Million; from += Chunk)
        {
            await AddAsync(intake, id, Enumerable.Range(from, Chunk).Select(n => (79_040_000_000L + n, tomorrow + TimeSpan.FromSeconds(random.Next(600_000)))));
        }

        await campaign.StartAsync("bench");
        var begin = TimeProvider.System.Now() + TimeSpan.FromSeconds(5);
        var due = await AddAsync(
            intake,
            id,
            Enumerable.Range(0, PerSecond * Seconds).Select(n => (79_030_000_000L + n, begin + TimeSpan.FromMilliseconds(n * 1000.0 / PerSecond))));
        await DialerHost.UntilAsync(campaign, p => p.Counters.Final == due.Count, TimeSpan.FromSeconds(Seconds + 60), "all that were due");
        var reports = await host.Services.GetRequiredService<IDialerQueries>().ReadJobsAsync(id, due);
        var late = reports.Select((r, n) => r.LastStartedAt - (begin + TimeSpan.FromMilliseconds(n * 1000.0 / PerSecond))).Order().ToList();
        return (late[late.Count / 2], late[late.Count * 99 / 100]);
    }

    private static async Task<IReadOnlyList<JobId>> AddAsync(IJobIntake intake, CampaignId campaign, IEnumerable<(long Phone, UnixTime At)> jobs)
    {
        var added = await intake.AddAsync(
            campaign, [.. jobs.Select(j => new NewJob { Phone = new PhoneNumber(j.Phone), StartAt = j.At, Policy = new CallPolicy() })], null);
        return added.Value?.Jobs ?? throw new InvalidOperationException(added.Refusal.Text);
    }
}
