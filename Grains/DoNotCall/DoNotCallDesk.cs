using Dialer.DoNotCall;
using Dialer.Numbers;
using Dialer.Subscribers;

namespace Dialer.Grains.DoNotCall;

/// <summary>
/// Ends the jobs of a phone that has entered do-not-call, everywhere, at once (P59). If this is lost the jobs end at their
/// next admission: the list is checked in the intent's transaction.
/// </summary>
public sealed class DoNotCallDesk(IDoNotCallStore store, IGrainFactory grains)
{
    public async Task EndJobsAsync(PhoneNumber phone)
    {
        IReadOnlyList<CampaignId> campaigns;
        try
        {
            campaigns = await store.ReadCampaignsOfAsync(phone);
        }
        catch (System.Data.Common.DbException)
        {
            // they end at their next admission
            return;
        }

        foreach (var campaign in campaigns)
        {
            // not awaited: the caller may be one of these subscribers itself
            grains.GetGrain<ISubscriberGrain>(SubscriberKey.Of(campaign, phone)).CancelAsync(null, EndReason.DoNotCall).Ignore();
        }
    }
}
