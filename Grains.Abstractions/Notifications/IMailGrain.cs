using Orleans.Concurrency;

namespace Dialer.Notifications;

/// <summary>The way from a gateway to the silos' mail server (P17). Key: 1; keeps nothing.</summary>
[Alias("dialer.IMailGrain")]
public interface IMailGrain : IGrainWithIntegerKey
{
    /// <summary>Whether a mail server is set up; without one mails wait.</summary>
    [Alias("IsConfigured"), ReadOnly]
    Task<bool> IsConfiguredAsync();

    /// <summary>Sends a mail to this address now, and answers what the server said to it.</summary>
    [Alias("Test")]
    Task<Answer<MailReceipt>> TestAsync(string to);
}

/// <summary>What the server answered when it took a mail.</summary>
/// <param name="Server"><c>HOST:PORT</c>, and whether the way to it was encrypted.</param>
/// <param name="Said">Its words.</param>
[GenerateSerializer, Immutable, Alias("dialer.MailReceipt")]
public sealed record MailReceipt([property: Id(0)] string Server, [property: Id(1)] string Said);
