using Dialer.Grains.Accounts;
using Dialer.Numbers;
using Dialer.Silo.Notifications;
using Dialer.Silo.PhoneLists;
using Dialer.Silo.Storage;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Npgsql;
using Orleans.Configuration;
using Orleans.Hosting;

namespace Dialer.Silo.Hosting;

/// <summary>Puts a client of the cluster into a host: for gateways, which dial nothing themselves. The store must have been prepared.</summary>
public static class DialerClientServices
{
    private static readonly TimeSpan Retry = TimeSpan.FromSeconds(1);

    public static IHostApplicationBuilder AddDialerClient(this IHostApplicationBuilder builder, DialerOptions options, StorageOptions storage)
    {
        ArgumentNullException.ThrowIfNull(builder);
        ArgumentNullException.ThrowIfNull(options);
        builder.Services.AddSingleton(options);
        builder.Services.AddSingleton(NumberRangesFile.Read(options.NumberRanges));
        builder.Services.AddSingleton<INumberReader, NumberReader>();
        builder.Services.AddSingleton(new OrganisationBoard(options.ToOrganisation()));
        builder.Services.AddNotificationRules(options);
        builder.Services.AddHostedService<OrganisationListener>();
        builder.UseOrleansClient(client =>
        {
            client.UseAdoNetClustering(o =>
            {
                o.Invariant = "Npgsql";
                o.DataSource = NpgsqlDataSource.Create(storage.ConnectionString!);
            });
            client.Configure<ClusterOptions>(o => (o.ServiceId, o.ClusterId) = (DialerSiloServices.ServiceId, DialerSiloServices.ServiceId));
            client.Configure<ClientMessagingOptions>(o => o.ResponseTimeout = TimeSpan.FromSeconds(15));
            // silos and gateways start in any order
            client.UseConnectionRetryFilter(async (_, cancel) =>
            {
                await Task.Delay(Retry, cancel);
                return true;
            });
        });
        return builder;
    }
}
