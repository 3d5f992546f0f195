using Dialer.Silo.Hosting;
using Dialer.Silo.Http;
using Dialer.Webhooks;
using Microsoft.Extensions.DependencyInjection;
using Orleans.Runtime;

namespace Dialer.Silo.Notifications;

/// <summary>Puts events and webhooks into a process.</summary>
internal static class NotificationServices
{
    /// <summary>What gateways need too.</summary>
    public static IServiceCollection AddNotificationRules(this IServiceCollection services, DialerOptions options)
    {
        services.AddSingleton(options.Events);
        services.AddSingleton(options.Webhooks);
        services.AddSingleton(AddressGuard.Of(options.Webhooks.AllowPrivate));
        services.AddSingleton<IWebhookAddresses, WebhookAddresses>();
        return services;
    }

    public static IServiceCollection AddNotifications(this IServiceCollection services, DialerOptions options)
    {
        services.AddNotificationRules(options);
        services.AddSingleton<WebhookPost>();
        services.AddSingleton<EventPump>();
        services.AddSingleton<WebhookSender>();
        services.AddSingleton<ILifecycleParticipant<ISiloLifecycle>>(s => s.GetRequiredService<EventPump>());
        services.AddSingleton<ILifecycleParticipant<ISiloLifecycle>>(s => s.GetRequiredService<WebhookSender>());
        return services;
    }
}
