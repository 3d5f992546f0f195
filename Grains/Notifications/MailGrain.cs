using Dialer.Notifications;
using Orleans.Concurrency;

namespace Dialer.Grains.Notifications;

/// <summary>Answers wherever it is asked: it keeps nothing.</summary>
[StatelessWorker]
internal sealed class MailGrain(IMailer mailer) : Grain, IMailGrain
{
    public Task<bool> IsConfiguredAsync() => Task.FromResult(mailer.IsConfigured);

    public Task<Answer<MailReceipt>> TestAsync(string to) => mailer.TestAsync(to);
}
