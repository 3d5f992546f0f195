using Dialer.Access;
using Dialer.Accounts;
using Dialer.Bots;
using Dialer.DoNotCall;
using Dialer.Events;
using Dialer.Files;
using Dialer.Grains.Accounts;
using Dialer.Grains.Campaigns;
using Dialer.Grains.Channels;
using Dialer.Grains.Common;
using Dialer.Grains.Notifications;
using Dialer.Grains.PhoneLists;
using Dialer.Grains.Silos;
using Dialer.Grains.Subscribers;
using Dialer.Silo.Callbacks;
using Dialer.Silo.Storage.Access;
using Dialer.Silo.Storage.Bots;
using Dialer.Silo.Storage.Accounts;
using Dialer.Silo.Storage.Campaigns;
using Dialer.Silo.Storage.Channels;
using Dialer.Silo.Storage.DoNotCall;
using Dialer.Silo.Storage.Events;
using Dialer.Intake;
using Dialer.Silo.Storage.GroupCommit;
using Dialer.Silo.Storage.Installations;
using Dialer.Silo.Storage.Intake;
using Dialer.Notifications;
using Dialer.Silo.Storage.Notifications;
using Dialer.Silo.Storage.PhoneLists;
using Dialer.Silo.Storage.PostgreSql;
using Dialer.PhoneLists;
using Dialer.Privacy;
using Dialer.Reports;
using Dialer.Silo.PhoneLists;
using Dialer.Silo.Storage.Privacy;
using Dialer.Silo.Storage.Queries;
using Dialer.Silo.Storage.Silos;
using Dialer.Silo.Storage.Sqlite;
using Dialer.Silo.Storage.Webhooks;
using Dialer.Webhooks;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace Dialer.Silo.Storage;

/// <summary>Puts the store into a process: the gateway's too, for reading and intake.</summary>
public static class DialerStoreServices
{
    /// <summary>Brings the database up to this binary. Before the host starts: providers read their queries at once.</summary>
    public static async Task PrepareAsync(StorageOptions options, TimeProvider clock)
    {
        ArgumentNullException.ThrowIfNull(options);
        if (options.Engine == StorageEngine.PostgreSql)
        {
            await using var source = NpgsqlDataSource.Create(options.ConnectionString!);
            await PostgreSqlMigrator.MigrateAsync(source, clock.Now());
            return;
        }

        Directory.CreateDirectory(options.DataDirectory);
        SqliteMigrator.Migrate(new SqliteFile(options.DialerFile), "Sqlite", hasQueries: false, clock.Now());
        SqliteMigrator.Migrate(new SqliteFile(options.OrleansFile), "SqliteOrleans", hasQueries: true, clock.Now());
    }

    public static IServiceCollection AddDialerStore(this IServiceCollection services, StorageOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        services.TryAddSingleton(TimeProvider.System);
        services.AddSingleton(options);
        if (options.Engine == StorageEngine.PostgreSql)
        {
            AddPostgreSql(services, options);
        }
        else
        {
            AddSqlite(services, options);
        }

        services.AddSingleton<FinalJobFeed>();
        services.AddSingleton<StorageWatch>();
        services.AddSingleton<ListenBoard>();
        services.AddSingleton<IEventFeed>(s => new EventFeed(s.GetRequiredService<IDatabase>()));
        services.AddSingleton(s => new EventPruning(s.GetRequiredService<IDatabase>()));
        services.AddSingleton(s => new WebhookListening(s.GetRequiredService<IDatabase>()));
        services.AddSingleton<IWebhookStore>(s => new WebhookStore(s.GetRequiredService<IDatabase>(), s.GetRequiredService<INewIds>(), s.GetRequiredService<WebhookListening>()));
        services.AddSingleton<INotificationStore>(s => new NotificationStore(s.GetRequiredService<IDatabase>()));
        services.AddSingleton(s => new DeliveryStore(s.GetRequiredService<IDatabase>()));
        services.AddSingleton<IFinalJobFeed>(s => s.GetRequiredService<FinalJobFeed>());
        services.AddSingleton(s => new GroupCommitWriter(
            s.GetRequiredService<IBatchEngine>(), s.GetRequiredService<FinalJobFeed>(), s.GetRequiredService<StorageWatch>(), s.GetRequiredService<ILogger<GroupCommitWriter>>()));
        services.AddSingleton<IDialStore>(s => new DialStore(
            s.GetRequiredService<IDatabase>(), s.GetRequiredService<GroupCommitWriter>(), s.GetRequiredService<ICareResolver>()));
        services.AddSingleton<ICampaignStore>(s => new CampaignStore(s.GetRequiredService<IDatabase>()));
        services.AddSingleton(s => new MailOutbox(s.GetRequiredService<IDatabase>()));
        services.AddSingleton<IMailOutbox>(s => s.GetRequiredService<MailOutbox>());
        services.AddSingleton<IPackageStore>(s => new PackageStore(s.GetRequiredService<IDatabase>()));
        services.AddSingleton<IChannelStore>(s => new ChannelStore(s.GetRequiredService<IDatabase>()));
        services.AddSingleton<ISiloStore>(s => new SiloStore(s.GetRequiredService<IDatabase>()));
        services.AddSingleton<IDoNotCallStore>(s => new DoNotCallStore(s.GetRequiredService<IDatabase>()));
        services.AddSingleton<IAccessStore>(s => new AccessStore(s.GetRequiredService<IDatabase>()));
        services.AddSingleton<IAuditLog>(s => new AuditLog(s.GetRequiredService<IDatabase>()));
        services.AddSingleton<INewIds>(s => new IdAllocator(s.GetRequiredService<IDatabase>()));
        services.AddSingleton(s => new PhoneListStore(s.GetRequiredService<IDatabase>()));
        services.AddSingleton<IPhoneListLookup>(s => s.GetRequiredService<PhoneListStore>());
        services.TryAddSingleton(Domain.Numbers.ZoneFinder.Default);
        services.AddSingleton<IListImport, ListImporter>();
        services.AddSingleton<ISpool>(s => new Spool(s.GetRequiredService<StorageOptions>()));
        services.AddSingleton(s => new ErasureStore(s.GetRequiredService<IDatabase>(), s.GetRequiredService<TimeProvider>()));
        services.AddSingleton<IErasure>(s => s.GetRequiredService<ErasureStore>());
        services.AddSingleton<IDialerQueries>(s => new DialerQueries(s.GetRequiredService<IDatabase>()));
        services.AddSingleton<IReportExports>(s => new ReportExports(s.GetRequiredService<IDatabase>()));
        services.AddSingleton<IJobReports>(s => new JobReports(s.GetRequiredService<IDatabase>()));
        services.AddSingleton<ICallBriefs>(s => new CallBriefs(s.GetRequiredService<IDatabase>(), s.GetRequiredService<TimeProvider>()));
        services.AddSingleton(s => new InstallationStore(s.GetRequiredService<IDatabase>()));
        services.AddSingleton<ICallbackSignatures, CallbackSignatures>();
        services.AddSingleton(s => new AnswerBook(s.GetRequiredService<IDatabase>()));
        services.AddSingleton<IAnswerBook>(s => s.GetRequiredService<AnswerBook>());
        services.AddSingleton<IRequestBook>(s => new RequestBook(s.GetRequiredService<IDatabase>()));
        services.AddSingleton(s => new IntakeGroup(s.GetRequiredService<IDatabase>(), s.GetRequiredService<TimeProvider>()));
        services.AddSingleton<IJobIntake>(s => new JobIntake(
            s.GetRequiredService<IDatabase>(), s.GetRequiredService<IGrainFactory>(), s.GetRequiredService<TimeProvider>(), s.GetRequiredService<IntakeGroup>()));
        return services;
    }

    private static void AddPostgreSql(IServiceCollection services, StorageOptions options)
    {
        services.AddSingleton(_ => PostgreSqlSources.General(options.ConnectionString!));
        services.AddSingleton<IDatabase>(s => new PostgreSqlDatabase(s.GetRequiredService<NpgsqlDataSource>()));
        services.AddSingleton<IBatchEngine>(s => new PostgreSqlBatchEngine(
            PostgreSqlSources.Hot(options.ConnectionString!), s.GetRequiredService<ListenBoard>(), s.GetRequiredService<TimeProvider>()));
    }

    private static void AddSqlite(IServiceCollection services, StorageOptions options)
    {
        var file = new SqliteFile(options.DialerFile);
        services.AddSingleton(_ => new SqliteWriter(file));
        services.AddSingleton<IDatabase>(s => new SqliteDatabase(file, s.GetRequiredService<SqliteWriter>()));
        services.AddSingleton<IBatchEngine>(s => new SqliteBatchEngine(s.GetRequiredService<SqliteWriter>(), s.GetRequiredService<TimeProvider>()));
    }
}
