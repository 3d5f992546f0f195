using Dialer.Calendars;

namespace Dialer.PhoneLists;

/// <summary>Imports lists (P33–P35): streams, reports bad rows, leaves no half list behind.</summary>
public interface IListImport
{
    /// <summary>
    /// Imports a CSV file of this machine. Refused with one clear reason when the file as a whole cannot be used; bad rows do
    /// not fail it. Cancelling removes what was read.
    /// </summary>
    Task<Answer<PhoneListSummary>> ImportFileAsync(
        ListImportRequest request, string path, IProgress<ListImportProgress>? progress, CancellationToken cancel);

    /// <summary>Imports a CSV stream of any size; see <see cref="ImportFileAsync"/>.</summary>
    Task<Answer<PhoneListSummary>> ImportAsync(
        ListImportRequest request, Stream content, IProgress<ListImportProgress>? progress, CancellationToken cancel);

    /// <summary>
    /// The list of a file that was uploaded, not yet a row of it: from now on it is shown, and its import can be cancelled
    /// (<see cref="IPhoneListGrain.CancelImportAsync"/>). Refused when the beginning of the file shows that it is no list. Then
    /// <see cref="RunAsync"/>.
    /// </summary>
    /// <param name="request">What it is imported as.</param>
    /// <param name="content">Can seek; stays at its beginning.</param>
    /// <param name="cancel">Stops it.</param>
    Task<Answer<PhoneListSummary>> BeginAsync(ListImportRequest request, Stream content, CancellationToken cancel);

    /// <summary>
    /// Imports into a list that <see cref="BeginAsync"/> made. However it ends, the list says so: ready, or failed with the reason
    /// and without rows. Never throws but for a bug.
    /// </summary>
    /// <param name="list">The list.</param>
    /// <param name="request">As it was begun.</param>
    /// <param name="content">Can seek.</param>
    /// <param name="stopping">This process ends: the list fails as cut short.</param>
    Task RunAsync(ListId list, ListImportRequest request, Stream content, CancellationToken stopping);

    /// <summary>Lists that are not deleted, newest first.</summary>
    /// <param name="before">Only those with a lower id; 0 = from the newest.</param>
    /// <param name="limit">At most so many.</param>
    Task<IReadOnlyList<PhoneListSummary>> ReadListsAsync(long before, int limit);

    /// <summary>Rows that were not accepted, in the order of the file (P34).</summary>
    IAsyncEnumerable<RejectedListRow> ReadRejectedAsync(ListId list, CancellationToken cancel);

    /// <summary>
    /// Accepted rows by the zone found for them, most first (P4). Touches every row of the list once: for people who look at it.
    /// </summary>
    Task<IReadOnlyList<ListZone>> ReadZonesAsync(ListId list);

    /// <summary>The newest list that is complete and has this source mark; null if there is none.</summary>
    Task<PhoneListSummary?> FindBySourceAsync(string source);
}

/// <summary>What a list is imported as.</summary>
public sealed record ListImportRequest
{
    public required string Name { get; init; }

    /// <summary>ISO country of the numbers written without a country code, and of the 8 → 7 rule (P33).</summary>
    public required string Country { get; init; }

    /// <summary>A mark by which the same content is known again; null = none.</summary>
    public string? Source { get; init; }

    /// <summary>Basis for calling these people: who, when, text or link (P57).</summary>
    public string? Basis { get; init; }

    /// <summary>Encoding of the text, where the sender knows better than what the file looks like; null = found out.</summary>
    public string? Encoding { get; init; }

    /// <summary>An id that was reserved for the list; null = a new one.</summary>
    public ListId? Id { get; init; }
}

/// <summary>How far an import is.</summary>
/// <param name="BytesTotal">Null when the stream does not tell.</param>
[GenerateSerializer, Immutable, Alias("dialer.ListImportProgress")]
public sealed record ListImportProgress(
    [property: Id(0)] ListId List,
    [property: Id(1)] long BytesRead,
    [property: Id(2)] long? BytesTotal,
    [property: Id(3)] long Accepted,
    [property: Id(4)] long Rejected);

/// <summary>How many accepted rows of a list have a zone.</summary>
public sealed record ListZone(ZoneFound Zone, long Rows);

/// <summary>A row that was not accepted.</summary>
public sealed record RejectedListRow(long Row, long Line, string Code, string Reason, string Content);
