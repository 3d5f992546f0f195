using Dialer.Numbers;

namespace Dialer.DoNotCall;

/// <summary>
/// The organisation's do-not-call list (P38). A number on it is refused in the intent's transaction: one that was entered a
/// second before its call is not called.
/// </summary>
public interface IDoNotCallStore
{
    /// <summary>Enters numbers in one transaction: all or none. Those on the list already stay as they are. Answers how many are new.</summary>
    Task<int> AddAsync(IReadOnlyList<PhoneNumber> phones, string reason, string source, string actor, UnixTime now);

    Task<bool> RemoveAsync(PhoneNumber phone);

    Task<bool> ContainsAsync(PhoneNumber phone);

    /// <summary>The entry of a number; null if it is not on the list.</summary>
    Task<DoNotCallEntry?> FindAsync(PhoneNumber phone);

    /// <summary>Entries by number, after one.</summary>
    Task<IReadOnlyList<DoNotCallEntry>> ListAsync(PhoneNumber after, int limit);

    /// <summary>Campaigns that have jobs of this phone which are not final.</summary>
    Task<IReadOnlyList<CampaignId>> ReadCampaignsOfAsync(PhoneNumber phone);

    /// <summary>Which of these phones have jobs that are not final, and where.</summary>
    /// <param name="phones">At most some thousands: they are asked for at once.</param>
    Task<IReadOnlyList<(PhoneNumber Phone, CampaignId Campaign)>> ReadOpenJobsAsync(IReadOnlyCollection<PhoneNumber> phones);
}

/// <summary>A number on the list.</summary>
/// <param name="Source">How it came.</param>
public sealed record DoNotCallEntry(PhoneNumber Phone, string Reason, string Source, UnixTime AddedAt, string AddedBy);
