using System.Diagnostics;
using System.Globalization;
using Dialer.Campaigns;
using Dialer.Reports;
using Dialer.Silo.Storage;
using Dialer.Tests;
using Microsoft.Extensions.DependencyInjection;

namespace Dialer.Benchmarks;

/// <summary>Resident memory of a fresh process after a forced collection: on an empty store, and on one where a million numbers wait.</summary>
internal static class MemoryBench
{
    public const string Child = "memory-child";
    private static readonly TimeSpan Settle = TimeSpan.FromSeconds(12);

    /// <summary>Megabytes, as the fresh process tells them.</summary>
    public static async Task<double> RunAsync(StorageOptions storage)
    {
        var start = new ProcessStartInfo(Environment.ProcessPath!) { RedirectStandardOutput = true };
        start.ArgumentList.Add(Path.Combine(AppContext.BaseDirectory, "Benchmarks.dll"));
        foreach (var argument in new[] { Child, storage.Engine.ToString(), storage.DataDirectory, storage.ConnectionString ?? "-" })
        {
            start.ArgumentList.Add(argument);
        }

        using var process = Process.Start(start)!;
        var output = await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();
        var line = output.Split('\n').LastOrDefault(l => l.StartsWith("resident ", StringComparison.Ordinal))
            ?? throw new InvalidOperationException($"the memory process said: {output}");
        return double.Parse(line.Split(' ')[1], CultureInfo.InvariantCulture);
    }

    /// <summary>The fresh process: a dialer that has looked at its campaigns and has nothing to call now.</summary>
    public static async Task ChildAsync(string engine, string directory, string connectionString)
    {
        var storage = new StorageOptions
        {
            Engine = Enum.Parse<StorageEngine>(engine),
            DataDirectory = directory,
            ConnectionString = connectionString == "-" ? null : connectionString,
        };
        await using var host = await DialerHost.StartAsync(storage);
        foreach (var campaign in await host.Services.GetRequiredService<IDialerQueries>().ReadCampaignsAsync(100))
        {
            if (campaign.Status == CampaignStatus.Running)
            {
                await DialerHost.UntilAsync(
                    host.Grains.GetGrain<ICampaignGrain>(campaign.Id.Value), p => p.Idle is not null, TimeSpan.FromMinutes(1), "nothing to call now");
            }
        }

        // its loops have all been round at least once
        await Task.Delay(Settle);
        GC.Collect(2, GCCollectionMode.Aggressive, blocking: true, compacting: true);
        GC.WaitForPendingFinalizers();
        GC.Collect(2, GCCollectionMode.Aggressive, blocking: true, compacting: true);
        using var self = Process.GetCurrentProcess();
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"resident {self.WorkingSet64 / 1048576.0:0.0} MB"));
    }
}
