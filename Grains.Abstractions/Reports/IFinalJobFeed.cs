namespace Dialer.Reports;

/// <summary>Tells, in this process only, which jobs became final, after their commit: for a report that is written as it goes.</summary>
public interface IFinalJobFeed
{
    /// <summary>The callback must not block; it is called from the store's loop. Disposing ends the subscription.</summary>
    IDisposable Subscribe(Action<CampaignId, JobId> onFinal);
}
