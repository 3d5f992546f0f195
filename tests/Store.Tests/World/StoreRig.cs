using Dialer.Accounts;
using Dialer.Campaigns;
using Dialer.Channels;
using Dialer.DoNotCall;
using Dialer.Grains.Campaigns;
using Dialer.Grains.Channels;
using Dialer.Grains.Common;
using Dialer.Grains.Silos;
using Dialer.Grains.Subscribers;
using Dialer.Intake;
using Dialer.PhoneLists;
using Dialer.Reports;
using Dialer.Silo.Storage;
using Dialer.Silo.Storage.GroupCommit;
using Dialer.Silo.Storage.PhoneLists;
using Dialer.Silo.Storage.Privacy;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Dialer.Tests.Stores;

/// <summary>The store as a process composes it, without a silo.</summary>
internal sealed class StoreRig : ICareResolver, IAsyncDisposable
{
    private readonly ServiceProvider services;

    private StoreRig(StorageOptions options)
    {
        Options = options;
        Hints = new HintRecorder();
        services = new ServiceCollection()
            .AddSingleton<TimeProvider>(Clock)
            .AddSingleton<ICareResolver>(this)
            .AddSingleton(Hints.Factory)
            .AddLogging(l => l.SetMinimumLevel(LogLevel.None))
            .AddDialerStore(options)
            .BuildServiceProvider();
    }

    public StorageOptions Options { get; }

    public ManualClock Clock { get; } = new();

    public HintRecorder Hints { get; }

    public CareSettings Care { get; set; } = CareSettings.Off;

    public bool IsPostgreSql => Options.Engine == StorageEngine.PostgreSql;

    public UnixTime Now => Clock.Now();

    public IDialStore Dial => Get<IDialStore>();

    public IBatchEngine Engine => Get<IBatchEngine>();

    public IDatabase Database => Get<IDatabase>();

    public ICampaignStore Campaigns => Get<ICampaignStore>();

    public IChannelStore Channels => Get<IChannelStore>();

    public IJobIntake Intake => Get<IJobIntake>();

    public IDoNotCallStore DoNotCall => Get<IDoNotCallStore>();

    public IDialerQueries Queries => Get<IDialerQueries>();

    public ISiloStore Silos => Get<ISiloStore>();

    public PhoneListStore Lists => Get<PhoneListStore>();

    public IListImport Import => Get<IListImport>();

    public ErasureStore Erasure => Get<ErasureStore>();

    public INewIds Ids => Get<INewIds>();

    /// <summary>On a fresh, migrated database of its own.</summary>
    public static async Task<StoreRig> NewAsync(Engines engines, StorageEngine engine) => await OnAsync(await engines.NewAsync(engine));

    public static async Task<StoreRig> OnAsync(StorageOptions options)
    {
        await DialerStoreServices.PrepareAsync(options, new ManualClock());
        return new StoreRig(options);
    }

    /// <summary>The same database as a second process sees it.</summary>
    public StoreRig Another() => new(Options) { Care = Care };

    public T Get<T>()
        where T : notnull => services.GetRequiredService<T>();

    public CampaignTerms Terms(CampaignId campaign, CampaignSettings settings, ChannelSettings channel, CampaignStatus status) => new()
    {
        Campaign = campaign,
        Settings = settings,
        Channel = channel,
        Care = Care,
        Status = status,
    };

    public ValueTask DisposeAsync() => services.DisposeAsync();
}
