using Dialer.Campaigns;
using Dialer.Channels;
using Dialer.Grains.Common;
using Dialer.Intake;
using Dialer.Numbers;
using Dialer.Silo.Hosting;
using Dialer.Silo.Storage;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Dialer.Tests;

/// <summary>A real silo in this process on a data directory of its own.</summary>
public sealed class DialerHost : IAsyncDisposable
{
    private readonly IHost host;

    private DialerHost(IHost host) => this.host = host;

    public IServiceProvider Services => host.Services;

    public IGrainFactory Grains => Services.GetRequiredService<IGrainFactory>();

    public static async Task<DialerHost> StartAsync(StorageOptions storage, DialerOptions? options = null, Action<IServiceCollection>? configure = null)
    {
        options ??= new DialerOptions { Storage = storage.Engine, ShutdownSeconds = 0 };
        await DialerStoreServices.PrepareAsync(storage, TimeProvider.System);
        var builder = Host.CreateApplicationBuilder(new HostApplicationBuilderSettings { DisableDefaults = true });
        builder.Logging.SetMinimumLevel(LogLevel.Warning).AddSimpleConsole(o => o.SingleLine = true);
        builder.Services.AddDialerStore(storage);
        builder.AddDialerSilo(options, storage);
        configure?.Invoke(builder.Services);
        var host = builder.Build();
        await host.StartAsync();
        return new DialerHost(host);
    }

    public async Task<ChannelId> CreateChannelAsync(ChannelSettings settings)
    {
        var id = await Services.GetRequiredService<INewIds>().NextAsync();
        var made = await Grains.GetGrain<IChannelGrain>(id).CreateAsync(settings);
        Assert.True(made.IsDone, made.IsDone ? null : made.Refusal.Text);
        return new ChannelId(id);
    }

    public async Task<ICampaignGrain> CreateCampaignAsync(CampaignSettings settings, UnixTime startsAt = default)
    {
        var id = await Services.GetRequiredService<INewIds>().NextAsync();
        var grain = Grains.GetGrain<ICampaignGrain>(id);
        var made = await grain.CreateAsync(settings, startsAt);
        Assert.True(made.IsDone, made.IsDone ? null : made.Refusal.Text);
        return grain;
    }

    public Task<IReadOnlyList<JobId>> AddAsync(ICampaignGrain campaign, IEnumerable<long> phones) =>
        AddAsync(campaign, [.. phones.Select(p => new NewJob { Phone = new PhoneNumber(p) })]);

    public async Task<IReadOnlyList<JobId>> AddAsync(ICampaignGrain campaign, IReadOnlyList<NewJob> jobs)
    {
        var answer = await Services.GetRequiredService<IJobIntake>().AddAsync(new CampaignId(campaign.GetPrimaryKeyLong()), jobs, null);
        Assert.True(answer.IsDone, answer.IsDone ? null : answer.Refusal.Text);
        return answer.Value.Jobs;
    }

    /// <summary>Waits for a state of the campaign; on the limit says what it was instead.</summary>
    public static async Task<CampaignProgress> UntilAsync(ICampaignGrain campaign, Func<CampaignProgress, bool> reached, TimeSpan limit, string what)
    {
        var began = TimeProvider.System.GetTimestamp();
        while (true)
        {
            var progress = await campaign.ProgressAsync();
            Assert.NotNull(progress);
            if (reached(progress))
            {
                return progress;
            }

            Assert.True(TimeProvider.System.GetElapsedTime(began) < limit, $"{what} was not reached: {progress.Counters}, {progress.Idle}");
            await Task.Delay(20);
        }
    }

    public async ValueTask DisposeAsync()
    {
        await host.StopAsync();
        if (host is IAsyncDisposable disposable)
        {
            await disposable.DisposeAsync();
        }
    }
}
