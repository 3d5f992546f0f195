using System.Net;
using System.Net.Sockets;
using Dialer.Accounts;
using Dialer.Grains.Accounts;
using Dialer.Grains.Calls;
using Dialer.Grains.Channels;
using Dialer.Grains.Common;
using Dialer.Grains.DoNotCall;
using Dialer.Grains.Silos;
using Dialer.Grains.Subscribers;
using Dialer.Numbers;
using Dialer.Silo.Notifications;
using Dialer.Silo.PhoneLists;
using Dialer.Silo.Recovery;
using Dialer.Silo.Storage;
using Dialer.Silo.Storage.Sqlite;
using Dialer.Silo.Telephony.HttpBots;
using Dialer.Silo.Telephony.Simulated;
using Dialer.Silo.Telephony.Sip;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Npgsql;
using Orleans.Configuration;
using Orleans.Hosting;
using Orleans.Runtime;
using Orleans.Runtime.Placement;

namespace Dialer.Silo.Hosting;

/// <summary>Puts a silo into a host: grains, drivers, recovery, Orleans' own storage. The store must have been prepared.</summary>
public static class DialerSiloServices
{
    public const string ServiceId = "dialer";

    public static IHostApplicationBuilder AddDialerSilo(this IHostApplicationBuilder builder, DialerOptions options, StorageOptions storage)
    {
        ArgumentNullException.ThrowIfNull(builder);
        builder.UseOrleans(silo =>
        {
            UseMembership(silo, options, storage);
            silo.UseDialerGrains(options, storage);
        });
        return builder;
    }

    /// <summary>Everything but the membership: what a test cluster, which has its own, uses too.</summary>
    public static ISiloBuilder UseDialerGrains(this ISiloBuilder silo, DialerOptions options, StorageOptions storage)
    {
        ArgumentNullException.ThrowIfNull(silo);
        UseOrleansStorage(silo, storage);
        silo.Configure<GrainCollectionOptions>(o => o.CollectionAge = TimeSpan.FromMinutes(5));
        silo.Configure<SiloMessagingOptions>(o => o.ResponseTimeout = TimeSpan.FromSeconds(15));
        silo.Configure<ReminderOptions>(o => o.MinimumReminderPeriod = TimeSpan.FromMinutes(1));
        AddGrainServices(silo.Services, options);
        return silo;
    }

    private static void AddGrainServices(IServiceCollection services, DialerOptions options)
    {
        services.AddSingleton(options);
        services.AddSingleton(new OrganisationBoard(options.ToOrganisation()));
        services.AddSingleton<ICareResolver, CareResolver>();
        // the last registration holds: the store's own is the chain without a table
        services.AddSingleton(NumberRangesFile.Read(options.NumberRanges));
        services.AddSingleton<INumberReader, NumberReader>();
        services.AddSingleton<SiloIdentity>();
        services.AddSingleton<ISiloIdentity>(s => s.GetRequiredService<SiloIdentity>());
        services.AddSingleton<CallEventRelay>();
        services.AddSingleton<CallDesk>();
        services.AddSingleton<ChannelPulse>();
        services.AddSingleton(TokenLife.Usual);
        services.AddSingleton<LaneCalendars>();
        services.AddSingleton<BackoffReminders>();
        services.AddSingleton<DoNotCallDesk>();
        services.AddSingleton<LineBook>();
        services.AddSimulatedTelephony();
        services.AddSipTelephony(options.Sip, Path.Combine(Path.GetFullPath(options.DataDirectory), "traces"));
        services.AddNotifications(options);
        services.AddHttpBots();
        services.AddMail();
        services.AddSingleton<SiloRoster>();
        services.AddSingleton<CampaignWatch>();
        services.AddSingleton<CallReconciler>();
        services.AddSingleton<Janitor>();
        services.AddSingleton<TraceJanitor>();
        services.AddSingleton<GracefulStop>();
        services.AddSingleton<MembershipWatch>();
        services.AddSingleton<ILifecycleParticipant<ISiloLifecycle>>(s => s.GetRequiredService<SiloIdentity>());
        services.AddSingleton<ILifecycleParticipant<ISiloLifecycle>>(s => s.GetRequiredService<InstallationFacts>());
        services.AddSingleton<ILifecycleParticipant<ISiloLifecycle>>(s => s.GetRequiredService<CampaignWatch>());
        services.AddSingleton<ILifecycleParticipant<ISiloLifecycle>>(s => s.GetRequiredService<CallReconciler>());
        services.AddSingleton<ILifecycleParticipant<ISiloLifecycle>>(s => s.GetRequiredService<Janitor>());
        services.AddSingleton<ILifecycleParticipant<ISiloLifecycle>>(s => s.GetRequiredService<TraceJanitor>());
        services.AddSingleton<ILifecycleParticipant<ISiloLifecycle>>(s => s.GetRequiredService<GracefulStop>());
        // more than the talks may take, the drain of results, and the grains' own end
        services.Configure<HostOptions>(o => o.ShutdownTimeout = TimeSpan.FromSeconds(options.ShutdownSeconds + 30));
        services.AddSingleton<ILifecycleParticipant<ISiloLifecycle>>(s => s.GetRequiredService<MembershipWatch>());
        services.AddPlacementDirector<SiloCallsPlacement, SiloCallsPlacementDirector>();
    }

    private static void UseMembership(ISiloBuilder silo, DialerOptions options, StorageOptions storage)
    {
        if (options.Cluster)
        {
            silo.UseAdoNetClustering(o =>
            {
                o.Invariant = "Npgsql";
                o.DataSource = NpgsqlDataSource.Create(storage.ConnectionString!);
            });
            silo.Configure<ClusterOptions>(o => (o.ServiceId, o.ClusterId) = (ServiceId, ServiceId));
            silo.Configure<ClusterMembershipOptions>(o =>
            {
                // a dead silo is found in about 6 s; one that was frozen learns of its death within 10 s
                o.ProbeTimeout = TimeSpan.FromSeconds(2);
                o.NumMissedProbesLimit = 3;
                o.TableRefreshTimeout = TimeSpan.FromSeconds(10);
                o.IAmAliveTablePublishTimeout = TimeSpan.FromSeconds(10);
            });
            silo.ConfigureEndpoints(SiloPorts.Take(), SiloPorts.Take(), AddressFamily.InterNetwork, listenOnAnyHostAddress: false);
            return;
        }

        silo.UseLocalhostClustering(SiloPorts.Take(), SiloPorts.Take(), null, ServiceId, ServiceId);
    }

    private static void UseOrleansStorage(ISiloBuilder silo, StorageOptions storage)
    {
        // `System.Data.SQLite` is the name by which the provider knows Microsoft.Data.Sqlite
        var invariant = storage.Engine == StorageEngine.PostgreSql ? "Npgsql" : "System.Data.SQLite";
        silo.AddAdoNetGrainStorageAsDefault(o =>
        {
            o.Invariant = invariant;
            o.DataSource = OrleansSource(storage);
        });
        silo.UseAdoNetReminderService(o =>
        {
            o.Invariant = invariant;
            o.DataSource = OrleansSource(storage);
        });
    }

    private static System.Data.Common.DbDataSource OrleansSource(StorageOptions storage) => storage.Engine == StorageEngine.PostgreSql
        ? NpgsqlDataSource.Create(new NpgsqlConnectionStringBuilder(storage.ConnectionString) { MaxAutoPrepare = 50, ApplicationName = "dialer-orleans" }.ToString())
        : new SqliteDataSource(storage.OrleansFile);
}
