using System.Net.Http.Headers;
using Dialer.Access;
using Dialer.Calendars;
using Dialer.Campaigns;
using Dialer.Channels;
using Dialer.Gateway.Access;
using Dialer.Gateway.Hosting;
using Dialer.Silo.Hosting;
using Dialer.Silo.Storage;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Orleans.TestingHost;

namespace Dialer.Tests;

/// <summary>A real gateway with a silo in one process over HTTP on loopback, a scripted carrier, and a clock that can be set forward.</summary>
public sealed class GatewayRig : IAsyncDisposable
{
    private static long phones = 79_011_000_000;

    private readonly WebApplication app;

    private GatewayRig(WebApplication app, ScriptedCarrier carrier, ShiftedClock clock, StorageOptions storage) =>
        (this.app, Carrier, Clock, Storage) = (app, carrier, clock, storage);

    public ScriptedCarrier Carrier { get; }

    public ShiftedClock Clock { get; }

    public StorageOptions Storage { get; }

    public Uri Url => new(app.Urls.First());

    public IServiceProvider Services => app.Services;

    public IGrainFactory Grains => Get<IGrainFactory>();

    public T Get<T>()
        where T : notnull => app.Services.GetRequiredService<T>();

    /// <summary>Numbers that no other test of this assembly has.</summary>
    public static IReadOnlyList<long> Phones(int count)
    {
        var last = Interlocked.Add(ref phones, count);
        return [.. Enumerable.Range(0, count).Select(i => last - count + i)];
    }

    public static async Task<GatewayRig> StartAsync(StorageOptions storage, DialerOptions? options = null, Action<IServiceCollection>? configure = null)
    {
        options ??= new DialerOptions { Storage = storage.Engine, ShutdownSeconds = 0, DataDirectory = storage.DataDirectory, Gateway = new GatewayOptions { RequestsPerSecond = 0 } };
        var clock = new ShiftedClock();
        var carrier = new ScriptedCarrier { Clock = clock };
        await DialerStoreServices.PrepareAsync(storage, TimeProvider.System);
        var builder = WebApplication.CreateSlimBuilder(new WebApplicationOptions { ContentRootPath = AppContext.BaseDirectory });
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.Logging.ClearProviders().SetMinimumLevel(LogLevel.Warning).AddSimpleConsole(o => o.SingleLine = true);
        builder.Services.AddDialerStore(storage);
        builder.AddDialerSilo(options, storage);
        builder.Services.RemoveAll<TimeProvider>();
        builder.Services.AddSingleton<TimeProvider>(clock);

        // a silo whose own clock jumps by days declares itself dead: only the dialer's is set forward
        builder.Services.UseTimeProviderForBackgroundAreas(TimeProvider.System);
        carrier.Replace(builder.Services);
        builder.Services.AddGateway(options.Gateway);
        configure?.Invoke(builder.Services);
        var app = builder.Build();
        app.UseGateway();
        await app.StartAsync();
        return new GatewayRig(app, carrier, clock, storage);
    }

    /// <summary>A client with a new key of a role; null = without a key.</summary>
    public async Task<HttpClient> ClientAsync(AccessRole? role)
    {
        var client = new HttpClient(new SocketsHttpHandler { AllowAutoRedirect = false, UseCookies = false }) { BaseAddress = Url, Timeout = TimeSpan.FromSeconds(60) };
        if (role is { } named)
        {
            client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", await KeyAsync(named));
        }

        return client;
    }

    public async Task<string> KeyAsync(AccessRole role) => (await Get<ApiKeys>().CreateAsync($"test {role}", role, "test")).Text;

    public async Task<ChannelId> ChannelAsync(Func<ChannelSettings, ChannelSettings>? change = null)
    {
        var plain = new ChannelSettings { Name = "scripted", Kind = ChannelKind.Simulated, Lines = 1000, RingTimeoutSeconds = 30 };
        var id = await Get<INewIds>().NextAsync();
        var made = await Grains.GetGrain<IChannelGrain>(id).CreateAsync(change?.Invoke(plain) ?? plain);
        Assert.True(made.IsDone, made.IsDone ? null : made.Refusal.Text);
        return new ChannelId(id);
    }

    /// <summary>A campaign that may call at any hour; not started.</summary>
    public async Task<CampaignView> CampaignAsync(Func<CampaignSettings, CampaignSettings>? change = null, ChannelId? on = null)
    {
        var channel = on ?? await ChannelAsync();
        var plain = new CampaignSettings
        {
            Name = "campaign",
            Channel = channel,
            MaxSimultaneousCalls = 10,
            TimeZone = "Europe/Moscow",
            CallingWindows = WeeklyHours.Always,
        };
        var id = await Get<INewIds>().NextAsync();
        var made = await Grains.GetGrain<ICampaignGrain>(id).CreateAsync(change?.Invoke(plain) ?? plain, default);
        Assert.True(made.IsDone, made.IsDone ? null : made.Refusal.Text);
        return made.Value;
    }

    public async ValueTask DisposeAsync()
    {
        await app.StopAsync();
        await app.DisposeAsync();
    }
}
