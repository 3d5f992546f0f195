using Dialer.Grains.Notifications;
using Microsoft.Extensions.DependencyInjection;
using Orleans.Runtime;

namespace Dialer.Silo.Notifications;

/// <summary>Puts the mail sender into a silo.</summary>
internal static class MailServices
{
    public static IServiceCollection AddMail(this IServiceCollection services)
    {
        services.AddSingleton<MailComposer>();
        services.AddSingleton<IMailer, Mailer>();
        services.AddSingleton<MailSender>();
        services.AddSingleton<ILifecycleParticipant<ISiloLifecycle>>(s => s.GetRequiredService<MailSender>());
        return services;
    }
}
