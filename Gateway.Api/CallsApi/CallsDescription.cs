namespace Dialer.Gateway.CallsApi;

/// <summary>What the description says of operations whose bodies are read by hand.</summary>
internal static class CallsDescription
{
    public static RouteHandlerBuilder Described<TAnswer>(this RouteHandlerBuilder builder, string summary) => builder
        .WithSummary(summary).WithTags(CallsRoutes.Tag)
        .Produces<TAnswer>().Produces<CallsError>(StatusCodes.Status400BadRequest).Produces<CallsError>(StatusCodes.Status404NotFound);

    public static RouteHandlerBuilder Takes<TBody>(this RouteHandlerBuilder builder)
        where TBody : notnull => builder.WithMetadata(new DescribedBody(typeof(TBody)));
}

/// <summary>A body that the description tells of and that binds nobody: clients of other hosts send it under any content type.</summary>
internal sealed record DescribedBody(Type Type);

/// <summary>A number to be called (calls-api §1.2).</summary>
internal sealed record CallJobParameters
{
    /// <summary>With country code; must fit the country's numbering plan.</summary>
    public required string Phone { get; init; }

    /// <summary>Handed to the bot as it is.</summary>
    public Dictionary<string, object>? Payload { get; init; }

    /// <summary>No attempt before it.</summary>
    public DateTimeOffset? StartDateTime { get; init; }

    /// <summary>No attempt from it on.</summary>
    public DateTimeOffset? FinishDateTime { get; init; }

    /// <summary>mon … sun.</summary>
    public IReadOnlyList<string>? AllowedDays { get; init; }

    /// <summary>Windows by day mon … sun and default.</summary>
    public Dictionary<string, IReadOnlyList<LocalWindow>>? AllowedTime { get; init; }

    /// <summary>1–2880.</summary>
    public int? RetryIntervalInMinutes { get; init; }

    /// <summary>1–50.</summary>
    public int? MaxAttempts { get; init; }

    /// <summary>An offset such as +03:00, or an IANA id; found from the number if left out.</summary>
    public string? GmtZone { get; init; }

    /// <summary>1 (first) – 5.</summary>
    public int? DialerPriority { get; init; }
}

/// <summary>HH:MM, from before to, within one day.</summary>
internal sealed record LocalWindow(string LocalTimeFrom, string LocalTimeTo);

/// <summary>Jobs named by phones, ids or both.</summary>
internal sealed record CallNumbersAndCallJobIds(IReadOnlyList<string>? Phones = null, IReadOnlyList<string>? Ids = null);

/// <summary>A page of a report by date. Filters: createdAtFrom, createdAtTo, startedAtFrom, startedAtTo, finishedAtFrom, finishedAtTo.</summary>
internal sealed record ByDate(Dictionary<string, object>? Filter = null, CallsPagination? Pagination = null);
