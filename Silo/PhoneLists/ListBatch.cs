namespace Dialer.Silo.PhoneLists;

/// <summary>The next rows of a list file.</summary>
/// <param name="Rows">Those that can be called.</param>
/// <param name="Rejected">Those that cannot (P34).</param>
/// <param name="IsLast">Nothing follows.</param>
/// <param name="Refusal">
/// Not null: the file turned out to be broken, and no row of it, of earlier batches neither, may be used (P35).
/// </param>
internal sealed record ListBatch(IReadOnlyList<ListRow> Rows, IReadOnlyList<RejectedRow> Rejected, bool IsLast, Refusal? Refusal = null);
