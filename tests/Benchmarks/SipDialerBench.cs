using Dialer.Campaigns;
using Dialer.Channels;
using Dialer.Silo.Hosting;
using Dialer.Silo.Storage;
using Dialer.Tests;
using Microsoft.Extensions.DependencyInjection;

namespace Dialer.Benchmarks;

/// <summary>A campaign over a SIP trunk whose callees answer at once and hang up at once, with every result stored.</summary>
internal static class SipDialerBench
{
    public const int Numbers = 10_000;
    private const int Cap = 500;

    /// <param name="PerSecond">Calls from start to the last stored result.</param>
    /// <param name="Counted">What the campaign counts.</param>
    /// <param name="Rows">Tries in the store.</param>
    /// <param name="FarCalls">What SIPp counts.</param>
    public sealed record Result(double PerSecond, double OwnCpuMicros, int Counted, int Rows, int FarCalls)
    {
        public int Lost => Numbers - Math.Min(Counted, Math.Min(Rows, FarCalls));

        /// <summary>Nobody lost, and nobody called twice.</summary>
        public bool IsExact => Counted == Numbers && Rows == Numbers && FarCalls == Numbers;
    }

    public static async Task<Result> RunAsync(StorageOptions storage)
    {
        await using var far = await Sipp.ServeAsync("uas-brief.xml");
        // the same numbers would be called again only after minutes, and perhaps not at this hour
        var options = new DialerOptions { Storage = storage.Engine, ShutdownSeconds = 0 };
        (options.Care.GapMinutes, options.Care.CallsPerDay, options.Care.OuterHours, options.Care.SuspiciousOutcomes) = (0, 0, false, false);
        options.Sip.Address = "127.0.0.1";
        await using var host = await DialerHost.StartAsync(storage, options);
        var channel = await host.CreateChannelAsync(new ChannelSettings
        {
            Name = "bench",
            Kind = ChannelKind.Sip,
            Lines = Cap * 2,
            Sip = new SipSettings { Host = "127.0.0.1", Port = far.Address.Port, Probe = false, DestinationPrefixes = "7" },
        });
        var campaign = await host.CreateCampaignAsync(BenchSettings.Campaign(channel, Cap) with { AllowSilence = true });
        await host.AddAsync(campaign, Enumerable.Range(0, Numbers).Select(n => 79_050_000_000 + n));
        var own = ProcessCpu.Own();
        var began = TimeProvider.System.GetTimestamp();
        await campaign.StartAsync("bench");
        var end = await DialerHost.UntilAsync(campaign, p => p.Counters.Final == Numbers, TimeSpan.FromMinutes(3), "all final");
        var seconds = TimeProvider.System.GetElapsedTime(began).TotalSeconds;
        var cpu = (ProcessCpu.Own() - own).TotalMicroseconds / Numbers;
        var database = host.Services.GetRequiredService<IDatabase>();
        var rows = Convert.ToInt32(await database.ReadAsync(connection => connection.ScalarAsync("select count(*) from call_try")), System.Globalization.CultureInfo.InvariantCulture);
        return new Result(Numbers / seconds, cpu, (int)end.Counters.Tries, rows, await far.StopAsync());
    }
}
