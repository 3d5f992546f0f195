using System.Globalization;
using System.Security.Cryptography;
using Dialer.Campaigns;

namespace Dialer.Grains.Campaigns;

/// <summary>The token of the Calls API (P19): <c>1.CAMPAIGN.RANDOM</c>, 256 bits of it random.</summary>
internal sealed partial class CampaignGrain
{
    private const string Letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
    private const int RandomLetters = 43;

    public Task<Answer<CampaignView>> SetTokenAsync(bool isEnabled, string actor) => turns.RunAsync<Answer<CampaignView>>(async () =>
    {
        if (row is null || row.Status == CampaignStatus.Deleted)
        {
            return NoSuchCampaign();
        }

        await DemandEpochAsync();
        var token = isEnabled ? NewToken(Id) : CampaignView.NoToken(Id);
        await store.SetTokenAsync(Id, token);
        row = row with { Token = token };
        return await FreshViewAsync();
    });

    private static string NewToken(CampaignId id) =>
        string.Create(CultureInfo.InvariantCulture, $"1.{id.Value}.{RandomNumberGenerator.GetString(Letters, RandomLetters)}");
}
