using System.Net.Sockets;
using Dialer.Gateway;
using Dialer.Gateway.Commands;
using Dialer.Gateway.Commands.Dial;
using Dialer.Gateway.Hosting;
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
                await StartRefusals.AroundAsync(() => DialerStoreServices.PrepareAsync(storage, TimeProvider.System), storage);
                builder.Services.AddDialerStore(storage);
                if (options.Cluster)
                {
                    builder.AddDialerClient(options, storage);
                }
                else
                {
                    builder.AddDialerSilo(options, storage);
                }

                return await StartAsync(builder, start, options, storage, hold, cancel);
            }
            catch when (hold is not null)
            {
                await hold.DisposeAsync();
                throw;
            }
        }

        private static async Task<IEngine> StartAsync(
            WebApplicationBuilder builder, EngineStart start, DialerOptions options, StorageOptions storage, DataLock? hold, CancellationToken cancel)
        {
            if (!start.NeedsHttp)
            {
                // commands that serve nothing listen nowhere
                builder.Services.AddSingleton<Microsoft.AspNetCore.Hosting.Server.IServer, NoServer>();
            }

            builder.Services.AddSingleton<IHostLifetime, NoSignals>();
            CheckUrls(builder.Configuration["urls"]);
            builder.Services.AddGateway(options.Gateway);
            var app = builder.Build();
            app.UseGateway();
            var hasOwnUrl = options.Cluster || !start.NeedsHttp || options.Gateway.PublicUrl is not null;
            if (!hasOwnUrl)
            {
                // known before the silo dials, unless the port is any free one
                options.Gateway.PublicUrl = ReachedAt(app.Configuration["urls"]);
            }

            await StartServingAsync(app, storage, cancel);
            if (!hasOwnUrl)
            {
                options.Gateway.PublicUrl = ReachedAt(app.Urls.FirstOrDefault());
            }

            return new Engine(app, start.NeedsHttp ? app.Urls.FirstOrDefault() : null, hold);
        }

        private static async Task StartServingAsync(WebApplication app, StorageOptions storage, CancellationToken cancel)
        {
            try
            {
                await StartRefusals.AroundAsync(() => app.StartAsync(cancel), storage);
            }
            catch (Exception e) when (e is IOException or SocketException && Socket(e) is { } cause)
            {
                throw new CommandRefusedException(
                    $"Cannot listen on {app.Configuration["urls"]}: {cause.Message.TrimEnd('.')}. Give another with --urls http://127.0.0.1:PORT.", e);
            }
        }

        private static Exception? Socket(Exception e) =>
            e as SocketException ?? e as Microsoft.AspNetCore.Connections.AddressInUseException ?? (e.InnerException is null ? null : Socket(e.InnerException));

        // Kestrel takes a name that it does not understand for every interface, and a port that it does not for 80
        private static void CheckUrls(string? urls)
        {
            foreach (var url in urls?.Split(';', StringSplitOptions.RemoveEmptyEntries) ?? [])
            {
                var text = url.Replace("://*", "://0.0.0.0", StringComparison.Ordinal).Replace("://+", "://0.0.0.0", StringComparison.Ordinal);
                if (!Uri.TryCreate(text, UriKind.Absolute, out var address)
                    || address.Scheme != Uri.UriSchemeHttp
                    || (address.HostNameType is not (UriHostNameType.IPv4 or UriHostNameType.IPv6) && address.Host != "localhost"))
                {
                    throw new CommandRefusedException($"--urls is '{url}': write http://127.0.0.1:PORT. For https put a reverse proxy before it.");
                }
            }
        }

        /// <summary>Where a bot on this machine reaches us; one elsewhere needs Dialer:Gateway:PublicUrl. Null = not known yet.</summary>
        private static string? ReachedAt(string? urls)
        {
            var text = urls?.Split(';')[0]
                .Replace("://*", "://127.0.0.1", StringComparison.Ordinal)
                .Replace("://+", "://127.0.0.1", StringComparison.Ordinal)
                .Replace("://0.0.0.0", "://127.0.0.1", StringComparison.Ordinal)
                .Replace("://[::]", "://[::1]", StringComparison.Ordinal);
            return Uri.TryCreate(text, UriKind.Absolute, out var url) && url.Port > 0 ? url.GetLeftPart(UriPartial.Authority) : null;
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
            try
            {
                await app.StopAsync();
                await app.DisposeAsync();
            }
            catch (Exception e) when (StartRefusals.IsStorage(e) || e is OperationCanceledException or Orleans.Runtime.OrleansException)
            {
                // the store is away: what could not be written is settled by the next start
            }
            finally
            {
                if (hold is not null)
                {
                    await hold.DisposeAsync();
                }
            }
        }
    }
}
