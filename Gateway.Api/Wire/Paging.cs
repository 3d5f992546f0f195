using System.Buffers.Binary;
using System.Buffers.Text;
using System.Globalization;
using Dialer.Gateway.Problems;

namespace Dialer.Gateway.Wire;

/// <summary>
/// <c>?limit=50&amp;cursor=…</c>: the next rows after a cursor, which is a place in the order and not a count, so that a page costs
/// the same however far down it is.
/// </summary>
/// <param name="After">What the cursor stands for; null = from the beginning.</param>
/// <param name="Limit">1–500.</param>
/// <param name="Fault">The answer if the parameters cannot be read.</param>
internal sealed record Paging(long? After, int Limit, IResult? Fault)
{
    public const int DefaultLimit = 50;
    public const int MaxLimit = 500;

    /// <summary>Binds a parameter of an endpoint.</summary>
    public static ValueTask<Paging> BindAsync(HttpContext context)
    {
        var query = context.Request.Query;
        var limit = DefaultLimit;
        if (query["limit"].FirstOrDefault() is { } text
            && (!int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out limit) || limit is < 1 or > MaxLimit))
        {
            return ValueTask.FromResult(Bad("limit", $"limit is a number from 1 to {MaxLimit}."));
        }

        if (query["cursor"].FirstOrDefault() is not { Length: > 0 } cursor)
        {
            return ValueTask.FromResult(new Paging(null, limit, null));
        }

        return ValueTask.FromResult(TryRead(cursor, out var after)
            ? new Paging(after, limit, null)
            : Bad("cursor", "cursor is what nextCursor of the page before said; leave it out to begin again."));
    }

    public static string CursorOf(long place)
    {
        Span<byte> bytes = stackalloc byte[8];
        BinaryPrimitives.WriteInt64BigEndian(bytes, place);
        return Base64Url.EncodeToString(bytes);
    }

    private static bool TryRead(string cursor, out long place)
    {
        Span<byte> bytes = stackalloc byte[12];
        place = 0;
        if (cursor.Length > 12 || !Base64Url.IsValid(cursor) || !Base64Url.TryDecodeFromChars(cursor, bytes, out var length) || length != 8)
        {
            return false;
        }

        place = BinaryPrimitives.ReadInt64BigEndian(bytes);
        return true;
    }

    private static Paging Bad(string parameter, string detail) => new(
        null, 0, Problem.Of(StatusCodes.Status400BadRequest, $"bad_{parameter}", detail, [new ProblemError(parameter, $"bad_{parameter}", detail)]));
}

/// <summary>A page of a list.</summary>
/// <param name="Items">At most as many as asked for.</param>
/// <param name="NextCursor">For the next page; null = this is the last.</param>
internal sealed record Page<T>(IReadOnlyList<T> Items, string? NextCursor);

internal static class Page
{
    /// <summary>A page of rows that were read with the page's limit; a full one may have another after it.</summary>
    public static Page<TView> Of<TRow, TView>(IReadOnlyList<TRow> rows, Paging paging, Func<TRow, long> place, Func<TRow, TView> view) =>
        new([.. rows.Select(view)], rows.Count == paging.Limit ? Paging.CursorOf(place(rows[^1])) : null);
}
