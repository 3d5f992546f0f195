using Dialer.PhoneLists;

namespace Dialer.Grains.PhoneLists;

/// <summary>What campaigns need to know of lists.</summary>
public interface IPhoneListLookup
{
    /// <summary>Null when there is no such list or it was deleted.</summary>
    Task<PhoneListSummary?> ReadAsync(ListId id);

    /// <summary>Ends a list's import as cancelled; false = it is over. What was written of it is removed by its importer or later.</summary>
    Task<bool> CancelImportAsync(ListId id);

    /// <summary>Hides a list; its rows are removed later. Answers the campaigns that were to start on it.</summary>
    Task<IReadOnlyList<CampaignId>> DeleteAsync(ListId id, UnixTime now);
}
