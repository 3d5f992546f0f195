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
