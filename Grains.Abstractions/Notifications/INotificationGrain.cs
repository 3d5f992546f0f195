namespace Dialer.Notifications;

/// <summary>The outbox of one campaign; its key is the campaign's id. Never loses one.</summary>
[Alias("dialer.INotificationGrain")]
public interface INotificationGrain : IGrainWithIntegerKey
{
    /// <summary>Hands the campaign's new events over to its webhooks. False: there are more, or another activation is at it.</summary>
    [Alias("HandOver")]
    Task<bool> HandOverAsync();
}
