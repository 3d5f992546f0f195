using System.Globalization;
using Dialer.Gateway.Access;
using Dialer.Gateway.PhoneLists;
using Dialer.Gateway.Problems;
using Dialer.Gateway.Wire;
using Dialer.PhoneLists;

namespace Dialer.Gateway.Operations;

/// <summary>
/// <c>/api/v1/operations</c>: work that goes on after its request was answered. It is kept by what it makes, and has its id: there are
/// no two books that could disagree after a crash.
/// </summary>
internal static class OperationEndpoints
{
    private const string Path = "/api/v1/operations";

    /// <summary>Rows may all be in while the possible duplicates are still decided.</summary>
    private const double ReadShare = 0.95;

    public static void MapOperations(this IEndpointRouteBuilder routes)
    {
        var operations = routes.MapGroup(Path).WithTags("Operations");
        operations.MapGet("/{id:long}", GetAsync).WithName("getOperation").WithSummary("How far a piece of work is, and what came of it.")
            .Produces<OperationView>().ProducesProblem(404);
        operations.MapPost("/{id:long}/cancel", CancelAsync).WithName("cancelOperation").WithSummary("Ends a piece of work; nothing of what it was making stays.")
            .Produces<OperationView>().ProducesProblem(404).ProducesProblem(409)
            .RequireAuthorization(AccessNames.Operator).Audited("operation.cancel").Idempotent();
    }

    public static string AddressOf(ListId list) => string.Create(CultureInfo.InvariantCulture, $"{Path}/{list.Value}");

    private static async Task<IResult> GetAsync(long id, IGrainFactory grains)
    {
        var grain = grains.GetGrain<IPhoneListGrain>(id);
        return await grain.GetAsync() is { } list
            ? Results.Ok(OperationView.Of(list, list.Status == PhoneListStatus.Importing ? await ShareAsync(grain) : 1))
            : Problem.Of(404, "operation_not_found", "There is no such operation, or what it made has been deleted.");
    }

    private static async Task<IResult> CancelAsync(long id, IGrainFactory grains)
    {
        var grain = grains.GetGrain<IPhoneListGrain>(id);
        var answer = await grain.CancelImportAsync();
        if (!answer.IsDone && answer.Refusal.Code == "list_not_found")
        {
            return Problem.Of(404, "operation_not_found", "There is no such operation, or what it made has been deleted.");
        }

        // to ask twice is to ask once
        var list = answer.IsDone ? answer.Value : await grain.GetAsync();
        return list is { ErrorCode: PhoneListErrors.Cancelled }
            ? Results.Ok(OperationView.Of(list, 1))
            : Problem.Of(answer.Refusals);
    }

    private static async Task<double> ShareAsync(IPhoneListGrain grain) =>
        await grain.GetProgressAsync() is { BytesTotal: > 0 } progress
            ? Math.Round(ReadShare * Math.Clamp((double)progress.BytesRead / progress.BytesTotal.Value, 0, 1), 3)
            : 0;
}

internal enum OperationStatus
{
    Running,
    Done,
    Failed,
    Cancelled,
}

/// <summary>A piece of work.</summary>
/// <param name="Kind">What it does: <c>importPhoneList</c>.</param>
/// <param name="Progress">0 to 1; a piece that is over has 1.</param>
/// <param name="Result">The address of what it makes.</param>
/// <param name="Error">Why it failed or was cancelled.</param>
internal sealed record OperationView(string Id, string Kind, OperationStatus Status, double Progress, string Result, ListError? Error)
{
    public static OperationView Of(PhoneListSummary list, double progress) => new(
        list.Id.ToString(),
        "importPhoneList",
        list.Status switch
        {
            PhoneListStatus.Importing => OperationStatus.Running,
            PhoneListStatus.Ready => OperationStatus.Done,
            _ => list.ErrorCode == PhoneListErrors.Cancelled ? OperationStatus.Cancelled : OperationStatus.Failed,
        },
        progress,
        $"{PhoneListEndpoints.Path}/{list.Id}",
        ListError.Of(list));
}
