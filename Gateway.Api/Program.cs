using System.CommandLine;
using Dialer.Gateway;
using Dialer.Gateway.CallsApi;
using Dialer.Gateway.Commands;
using Dialer.Gateway.Commands.Dial;
using Dialer.Gateway.Hosting;
using Dialer.Gateway.Status;
using Dialer.Silo.Hosting;
using Dialer.Silo.Storage;
using Dialer.Silo.Telephony.Simulated;
using Dialer.Silo.Telephony.Simulated.Link;

// The one place that composes: everything else in this project knows the contracts only.
return await CommandLineRoot.RunAsync(args, Composition.StartAsync, Composition.CarrierAsync, Composition.SwitchTrunkAsync);

namespace Dialer.Gateway
{
    /// <summary>Starts the dialer in this process: store, silo and, where asked for, HTTP.</summary>
    internal static class Composition
    {
        public static async Task<IEngine> StartAsync(EngineStart start, CancellationToken cancel)
        {
            ArgumentNullException.ThrowIfNull(start);
            try
            {
                return await ComposeAsync(start, cancel);
            }
            catch (ConfigurationRefusedException e)
            {
                throw new CommandRefusedException(e.Message, e);
            }
        }

        public static Task<int> CarrierAsync(string listen, string? ledger, int? seed, double speed, CancellationToken cancel) =>
            CarrierCommand.RunAsync(new CarrierOptions { Listen = listen, Ledger = ledger, Seed = seed, Speed = speed }, cancel);

        public static async Task SwitchTrunkAsync(string endpoint, bool isUp)
        {
            using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(5));
            using var admin = await CarrierAdmin.ConnectAsync(System.Net.IPEndPoint.Parse(endpoint), limit.Token);
            await admin.SetTrunkAsync(isUp, limit.Token);
        }

        private static async Task<IEngine> ComposeAsync(EngineStart start, CancellationToken cancel)
        {
            var builder = WebApplication.CreateSlimBuilder(new WebApplicationOptions { Args = [.. start.Arguments], ContentRootPath = AppContext.BaseDirectory });
            builder.Configuration.AddInMemoryCollection(Defaults(start, builder.Configuration));
            var options = DialerConfiguration.Read(builder.Configuration);
            var storage = DialerConfiguration.Storage(options, builder.Configuration);
            builder.Logging.UseDialerLog(start.IsQuiet);
            var hold = options.Cluster ? null : await DataLock.TakeAsync(storage);
            try
            {
                await DialerStoreServices.PrepareAsync(storage, TimeProvider.System);
                builder.Services.AddDialerStore(storage);
                builder.AddDialerSilo(options, storage);
                builder.Services.AddStatus();
                return await StartAsync(builder, start, hold, cancel);
            }
            catch when (hold is not null)
            {
                await hold.DisposeAsync();
                throw;
            }
        }

        private static async Task<IEngine> StartAsync(WebApplicationBuilder builder, EngineStart start, DataLock? hold, CancellationToken cancel)
        {
            if (!start.NeedsHttp)
            {
                // commands that serve nothing listen nowhere
                builder.Services.AddSingleton<Microsoft.AspNetCore.Hosting.Server.IServer, NoServer>();
            }

            var app = builder.Build();
            app.MapStatus();
            app.MapAddPhones();
            await StartServingAsync(app, cancel);
            return new Engine(app, start.NeedsHttp ? app.Urls.FirstOrDefault() : null, hold);
        }

        private static async Task StartServingAsync(WebApplication app, CancellationToken cancel)
        {
            try
            {
                await app.StartAsync(cancel);
            }
            catch (IOException e) when (e.InnerException is Microsoft.AspNetCore.Connections.AddressInUseException)
            {
                throw new CommandRefusedException($"{e.InnerException.Message.TrimEnd('.')}: {string.Join(", ", app.Urls)}. Give another with --urls http://127.0.0.1:PORT.", e);
            }
        }

        private static Dictionary<string, string?> Defaults(EngineStart start, ConfigurationManager configuration)
        {
            var defaults = new Dictionary<string, string?>();
            if (configuration["Dialer:DataDirectory"] is null)
            {
                defaults["Dialer:DataDirectory"] = start.DataDirectory;
            }

            if (start.NeedsHttp && configuration["urls"] is null)
            {
                defaults["urls"] = "http://127.0.0.1:5080";
            }

            return defaults;
        }
    }

    internal sealed class Engine(WebApplication app, string? url, DataLock? hold) : IEngine
    {
        public IServiceProvider Services => app.Services;

        public string? Url => url;

        public CancellationToken Stopping => app.Lifetime.ApplicationStopping;

        public async ValueTask DisposeAsync()
        {
            await app.StopAsync();
            await app.DisposeAsync();
            if (hold is not null)
            {
                await hold.DisposeAsync();
            }
        }
    }
}
