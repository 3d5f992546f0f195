using Dialer.Files;

namespace Dialer.Gateway.CallsApi;

/// <summary>Error bodies (calls-api §1.13): <c>type</c>, and <c>error</c> beside it for those who look there.</summary>
internal static class CallsErrors
{
    public static IResult NoSuchToken() =>
        Of(StatusCodes.Status404NotFound, new CallsError("invalid.token", "There is no campaign with this token."));

    public static IResult BadRequest(string message) => Of(new CallsError("bad.request", message));

    public static IResult NotFound(string message) => Of(StatusCodes.Status404NotFound, new CallsError("not.found", message));

    public static IResult Of(CallsError error) => Of(StatusCodes.Status400BadRequest, error);

    public static IResult TooLarge(string message) => Of(StatusCodes.Status413PayloadTooLarge, new CallsError("bad.request", message));

    /// <summary>Null: there is room on the database's disk. One that is full stops calling people, so it is kept from becoming so.</summary>
    public static IResult? DiskFull(ISpool spool, HttpRequest request) =>
        spool.IsOnDatabasesDisk && spool.FreeBytes <= (request.ContentLength ?? 0)
            ? Of(StatusCodes.Status507InsufficientStorage, new CallsError("disk.full", "The dialer's disk has no room for more numbers; ask whoever runs it, then send the request again."))
            : null;

    /// <summary>The campaign takes no numbers: <c>state</c> in upper case.</summary>
    public static IResult State(string state) => Of(new CallsError("invalid.call.task.state", $"The campaign is {state} and takes no more numbers.")
    {
        State = state.ToUpperInvariant(),
    });

    /// <summary>The other shape, of control operations: <c>error</c>, <c>message</c>, <c>args</c>.</summary>
    public static IResult Control(string code, string message, string state) => Results.Json(
        new { error = code, type = code, message, args = new Dictionary<string, string> { ["state"] = state.ToUpperInvariant() } },
        Json,
        statusCode: StatusCodes.Status400BadRequest);

    public static IResult NoSuchAction(string action) => Of(
        StatusCodes.Status404NotFound,
        new CallsError("not.found", $"There is no action '{(action.Length > 40 ? action[..40] + "…" : action)}': it is pause, resume or stop."));

    private static IResult Of(int status, CallsError error) => Results.Json(error, Json, statusCode: status);

    private static System.Text.Json.JsonSerializerOptions Json { get; } = new(CallsJson.Options)
    {
        DefaultIgnoreCondition = System.Text.Json.Serialization.JsonIgnoreCondition.WhenWritingNull,
    };
}

/// <summary>What is wrong with a request.</summary>
internal sealed record CallsError(string Type, string Message)
{
    /// <summary>The same as <see cref="Type"/>.</summary>
    public string Error => Type;

    public string? Phone { get; init; }

    public string? GmtZone { get; init; }

    public string? State { get; init; }

    public IReadOnlyList<string>? PhonesDuplicates { get; init; }
}
