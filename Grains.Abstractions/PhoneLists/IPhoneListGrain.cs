namespace Dialer.PhoneLists;

/// <summary>One phone list: its import's progress and its life cycle (P35, P36). Holds no rows. Key: list id.</summary>
[Alias("dialer.IPhoneListGrain")]
public interface IPhoneListGrain : IGrainWithIntegerKey
{
    /// <summary>Null when there is no such list.</summary>
    [Alias("Get")]
    Task<PhoneListSummary?> GetAsync();

    /// <summary>The importer tells how far it is; false = the import was cancelled: stop and remove what was read.</summary>
    [Alias("Progress")]
    Task<bool> ProgressAsync(ListImportProgress progress);

    /// <summary>How far the import is; null when none is going on.</summary>
    [Alias("GetProgress")]
    Task<ListImportProgress?> GetProgressAsync();

    /// <summary>Ends the import: nothing of the list stays. Refused when it is over.</summary>
    [Alias("CancelImport")]
    Task<Answer<PhoneListSummary>> CancelImportAsync();

    /// <summary>
    /// Deletes the list. Campaigns that have not started on it are paused (P36); its rows stay until every loading from it has
    /// ended.
    /// </summary>
    [Alias("Delete")]
    Task<Answer<PhoneListSummary>> DeleteAsync();
}
