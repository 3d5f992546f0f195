using Dialer.Silo.Hosting;
using Dialer.Silo.Storage;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

// One silo of a cluster: run it as often as wanted, on one PostgreSQL. On one machine Gateway.Api does everything by itself.
try
{
    var builder = Host.CreateApplicationBuilder(new HostApplicationBuilderSettings { Args = args, ContentRootPath = AppContext.BaseDirectory });
    var options = DialerConfiguration.Read(builder.Configuration);
    if (!options.Cluster)
    {
        throw new ConfigurationRefusedException(
            "A silo of its own is part of a cluster: give --Dialer:Cluster=true --Dialer:Storage=PostgreSql and ConnectionStrings:Dialer. On one machine run Gateway.Api instead.");
    }

    var storage = DialerConfiguration.Storage(options, builder.Configuration);
    builder.Logging.UseDialerLog();
    await DialerStoreServices.PrepareAsync(storage, TimeProvider.System);
    builder.Services.AddDialerStore(storage);
    builder.AddDialerSilo(options, storage);
    using var host = builder.Build();
    await host.StartAsync();
    Console.WriteLine($"silo {host.Services.GetRequiredService<Dialer.Grains.Common.ISiloIdentity>().Number} of the cluster is up. Ctrl-C ends it.");
    await host.WaitForShutdownAsync();
    return 0;
}
catch (ConfigurationRefusedException e)
{
    await Console.Error.WriteLineAsync(e.Message);
    return 1;
}
