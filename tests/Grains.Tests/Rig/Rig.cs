using System.Text;
using Dialer.Calendars;
using Dialer.Campaigns;
using Dialer.Channels;
using Dialer.PhoneLists;
using Dialer.Silo.Hosting;
using Dialer.Silo.Storage;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Orleans.TestingHost;

namespace Dialer.Tests;

/// <summary>A real silo with a scripted carrier, a clock that can be set forward and a store that can fail.</summary>
public sealed class Rig : IAsyncDisposable
{
    private static long phones = 79_001_000_000;

    private readonly StorageOptions storage;
    private readonly DialerOptions options;

    private Rig(StorageOptions storage, DialerOptions options, ShiftedClock clock)
    {
        this.storage = storage;
        this.options = options;
        Clock = clock;
        Carrier = new ScriptedCarrier { Clock = clock };
    }

    public DialerHost Host { get; private set; } = null!;

    public ScriptedCarrier Carrier { get; }

    public ShiftedClock Clock { get; }

    public LostMessages Lost { get; } = new();

    public FaultyStore Store { get; } = new();

    public CountedPackages Packages { get; } = new();

    public IGrainFactory Grains => Host.Grains;

    public UnixTime Now => Clock.Now();

    public static async Task<Rig> StartAsync(StorageOptions storage, DialerOptions options)
    {
        var rig = new Rig(storage, options, new ShiftedClock());
        await rig.StartAsync();
        return rig;
    }

    /// <summary>Numbers that no other test of this assembly has.</summary>
    public static IReadOnlyList<long> Phones(int count)
    {
        var last = Interlocked.Add(ref phones, count);
        return [.. Enumerable.Range(0, count).Select(i => last - count + i)];
    }

    public async Task<ListId> ImportAsync(string text)
    {
        using var content = new MemoryStream(Encoding.UTF8.GetBytes(text));
        var answer = await Get<IListImport>().ImportAsync(
            new ListImportRequest { Name = "list", Country = "RU" }, content, null, TestContext.Current.CancellationToken);
        Assert.True(answer.IsDone, answer.IsDone ? null : answer.Refusal.Text);
        return answer.Value.Id;
    }

    public T Get<T>()
        where T : notnull => Host.Services.GetRequiredService<T>();

    /// <summary>A campaign that may call at any hour, on a channel of its own unless one is given; not started.</summary>
    public async Task<Stage> StageAsync(
        Func<CampaignSettings, CampaignSettings>? campaign = null,
        Func<ChannelSettings, ChannelSettings>? channel = null,
        ChannelId? on = null,
        UnixTime startsAt = default)
    {
        var plainChannel = new ChannelSettings { Name = "scripted", Kind = ChannelKind.Simulated, Lines = 1000, RingTimeoutSeconds = 30 };
        var id = on ?? await Host.CreateChannelAsync(channel?.Invoke(plainChannel) ?? plainChannel);
        var plain = new CampaignSettings
        {
            Name = "campaign",
            Channel = id,
            MaxSimultaneousCalls = 10,
            TimeZone = "Europe/Moscow",
            CallingWindows = WeeklyHours.Always,
        };
        var grain = await Host.CreateCampaignAsync(campaign?.Invoke(plain) ?? plain, startsAt);
        return new Stage(this, id, grain);
    }

    /// <summary>The process is killed and another starts on the same data: calls stay up at the carrier, nobody drains.</summary>
    public async Task RestartAsync(Func<Task>? meanwhile = null)
    {
        Carrier.Abandon();
        await Host.DisposeAsync();
        if (meanwhile is not null)
        {
            await meanwhile();
        }

        await StartAsync();
    }

    /// <summary>The process ends in good order and starts again.</summary>
    public async Task StopAndStartAsync()
    {
        await Host.DisposeAsync();
        await StartAsync();
    }

    public ValueTask DisposeAsync() => Host.DisposeAsync();

    private async Task StartAsync() => Host = await DialerHost.StartAsync(storage, options, services =>
    {
        services.RemoveAll<TimeProvider>();
        services.AddSingleton<TimeProvider>(Clock);

        // a silo whose own clock jumps by days declares itself dead: only the dialer's is set forward
        services.UseTimeProviderForBackgroundAreas(TimeProvider.System);
        services.AddSingleton<IIncomingGrainCallFilter>(Lost);
        Carrier.Replace(services);
        Store.Wrap(services);
        Packages.Wrap(services);
    });
}
