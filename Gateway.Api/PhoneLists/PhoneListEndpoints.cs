using System.Security.Cryptography;
using System.Text.Json;
using CsvHelper;
using Dialer.Accounts;
using Dialer.Gateway.Access;
using Dialer.Gateway.Problems;
using Dialer.Gateway.Reports;
using Dialer.Gateway.Wire;
using Dialer.PhoneLists;

namespace Dialer.Gateway.PhoneLists;

/// <summary><c>/api/v1/phone-lists</c> (P33–P36).</summary>
internal static class PhoneListEndpoints
{
    public const string Path = "/api/v1/phone-lists";

    private const int MaxNameLength = 200;
    private const int MaxBasisLength = 2000;
    private static readonly string[] RejectedColumns = ["row", "line", "code", "reason", "content"];

    public static IServiceCollection AddPhoneLists(this IServiceCollection services)
    {
        services.AddSingleton<ListUploads>();
        return services.AddHostedService(s => s.GetRequiredService<ListUploads>());
    }

    public static void MapPhoneLists(this IEndpointRouteBuilder routes)
    {
        var lists = routes.MapGroup(Path).WithTags("Phone lists");
        lists.MapGet("", ListAsync).WithName("listPhoneLists").WithSummary("Phone lists, newest first; those being imported and those that failed too.")
            .Produces<Page<PhoneListView>>().ProducesProblem(400);
        lists.MapPost("", UploadAsync).WithName("uploadPhoneList")
            .WithSummary("A new list from a CSV or XLSX file, as the body or as the one file of a form (up to 20 MB; XLSX too; a CSV as the body may be of any size). Imported after the answer: follow the operation.")
            .Accepts<Stream>(ListBody.FormType, [.. ListBody.FileTypes])
            .Produces<UploadedView>(202).ProducesProblem(400).ProducesProblem(409).ProducesProblem(413).ProducesProblem(415).ProducesProblem(422).ProducesProblem(429).ProducesProblem(507)
            .RequireAuthorization(AccessNames.Operator).Audited("phone-list.create", target: null).Idempotent(hashesBody: false).WithMaxBody(null);
        lists.MapGet("/{id:long}", GetAsync).WithName("getPhoneList").WithSummary("A list and its counts. Campaigns may choose it when it is ready.")
            .Produces<PhoneListView>().ProducesProblem(404);
        lists.MapGet("/{id:long}/rejected", RejectedAsync).WithName("getRejectedRows").WithSummary("Rows that were not accepted, as CSV: row, line, code, reason, content.")
            .Produces<string>(200, CsvReport.ContentType).ProducesProblem(404);
        lists.MapDelete("/{id:long}", DeleteAsync).WithName("deletePhoneList").WithSummary("Deletes a list. Campaigns that have not started on it are paused; started ones have their own copy.")
            .Produces(204).ProducesProblem(404)
            .RequireAuthorization(AccessNames.Operator).Audited("phone-list.delete");
    }

    public static IResult NotFound() => Problem.Of(StatusCodes.Status404NotFound, "list_not_found", "There is no such phone list.");

    private static async Task<IResult> ListAsync(IListImport import, Paging paging) => paging.Fault ?? Results.Ok(Page.Of(
        await import.ReadListsAsync(paging.After ?? 0, paging.Limit), paging, l => l.Id.Value, l => PhoneListView.Of(l, null)));

    private static async Task<IResult> GetAsync(long id, IGrainFactory grains)
    {
        var grain = grains.GetGrain<IPhoneListGrain>(id);
        return await grain.GetAsync() is { } list
            ? Results.Ok(PhoneListView.Of(list, list.Status == PhoneListStatus.Importing ? await grain.GetProgressAsync() : null))
            : NotFound();
    }

    private static async Task<IResult> DeleteAsync(long id, IGrainFactory grains)
    {
        var answer = await grains.GetGrain<IPhoneListGrain>(id).DeleteAsync();
        return answer.IsDone ? Results.NoContent() : Problem.Of(answer.Refusals);
    }

    private static async Task<IResult> UploadAsync(
        HttpContext context, ListUploads uploads, IGrainFactory grains, INewIds ids, string? name = null, string? basis = null, string? encoding = null)
    {
        if (ListBody.Refuse(context.Request) is { } fault)
        {
            return fault;
        }

        using var place = uploads.TryEnter();
        if (place is null)
        {
            context.Response.Headers.RetryAfter = "5";
            return Problem.Of(429, "too_many_imports", $"{ListUploads.Places} lists are being imported already; send this one when one of them is done.");
        }

        var body = await uploads.ReceiveAsync(context.Request);
        if (body.Fault is not null)
        {
            return body.Fault;
        }

        try
        {
            var request = new ListImportRequest
            {
                Name = (name ?? body.Fields.Name ?? body.Fields.FileName ?? "").Trim(),
                Basis = Trimmed(basis ?? body.Fields.Basis),
                Encoding = Trimmed(encoding)?.ToLowerInvariant(),
                Country = (await grains.GetGrain<IAccountGrain>(1).GetAsync()).Settings.Country,
            };
            if (Refuse(request) is { Count: > 0 } refusals)
            {
                return Problem.Of(refusals);
            }

            if (context.Idempotence() is { } repeated && await repeated.SettleAsync(HashOf(request, body)) is { } settled)
            {
                return settled;
            }

            var id = new ListId(await context.NewIdAsync(ids));
            if (context.IsRepeat() && await grains.GetGrain<IPhoneListGrain>(id.Value).GetAsync() is { } known)
            {
                return Uploaded(context, known.Id);
            }

            var begun = await uploads.BeginAsync(request with { Id = id }, body, place, context.RequestAborted);
            if (!begun.IsDone)
            {
                return Problem.Of(begun.Refusals);
            }

            return Uploaded(context, begun.Value.Id);
        }
        finally
        {
            await body.DisposeAsync();
        }
    }

    private static IResult Uploaded(HttpContext context, ListId list)
    {
        context.AuditTarget(list.ToString());
        return Results.Accepted(Operations.OperationEndpoints.AddressOf(list), new UploadedView(list.ToString(), list.ToString()));
    }

    /// <summary>Of the file and what it is imported with, however it was sent: the boundary of a form is another with each try.</summary>
    private static string HashOf(ListImportRequest request, ReceivedList received)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        hash.AppendData(JsonSerializer.SerializeToUtf8Bytes<string?[]>([request.Name, request.Basis, request.Encoding]));
        hash.AppendData(received.Hash);
        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }

    private static List<Refusal> Refuse(ListImportRequest request)
    {
        var refusals = new List<Refusal>();
        if (request.Name.Length is 0 or > MaxNameLength || !PlainTexts.IsPlain(request.Name))
        {
            refusals.Add(new Refusal("invalid_setting", $"Give the list a name of 1 to {MaxNameLength} characters: ?name=…", Field: "name"));
        }

        if (request.Basis?.Length > MaxBasisLength)
        {
            refusals.Add(new Refusal("invalid_setting", $"The basis for calling has at most {MaxBasisLength} characters: who, when, text or link.", Field: "basis"));
        }

        if (PlainTexts.Refuse(request.Basis, "basis", mayHaveLines: true) is { } unplain)
        {
            refusals.Add(unplain);
        }

        return refusals;
    }

    private static async Task<IResult> RejectedAsync(long id, IListImport import, IGrainFactory grains, CancellationToken cancel)
    {
        if (await grains.GetGrain<IPhoneListGrain>(id).GetAsync() is not { } list)
        {
            return NotFound();
        }

        return Results.Stream(
            async body =>
            {
                await using var csv = CsvReport.WriterOf(body);
                await csv.WriteRecordAsync(RejectedColumns, cancel);
                await foreach (var row in import.ReadRejectedAsync(list.Id, cancel))
                {
                    await csv.WriteRecordAsync(
                        [Text(row.Row), Text(row.Line), row.Code, row.Reason, SpreadsheetCell.Safe(row.Content)], cancel);
                }

                await csv.FlushAsync(cancel);
            },
            CsvReport.ContentType,
            FileNames.Of(list.Name, "rejected", "csv"));
    }

    private static string Text(long number) => number.ToString(System.Globalization.CultureInfo.InvariantCulture);

    private static string? Trimmed(string? text) => string.IsNullOrWhiteSpace(text) ? null : text.Trim();
}

/// <summary>A list whose file has been received.</summary>
/// <param name="Id">Of the list.</param>
/// <param name="Operation">Of its import: <c>/api/v1/operations/{operation}</c>.</param>
internal sealed record UploadedView(string Id, string Operation);

/// <summary>A list and its counts: <c>rows = accepted + duplicates + rejected</c> once it is ready; until then what has been read.</summary>
/// <param name="Fixed">Accepted after a leading 8 became 7.</param>
/// <param name="Basis">Basis for calling these people.</param>
/// <param name="Operation">Its import.</param>
/// <param name="Error">Why it failed.</param>
internal sealed record PhoneListView(
    string Id,
    string Name,
    PhoneListStatus Status,
    long Rows,
    long Accepted,
    long Duplicates,
    long Rejected,
    long Fixed,
    string? Basis,
    DateTimeOffset CreatedAt,
    DateTimeOffset? FinishedAt,
    string Operation,
    ListError? Error)
{
    public static PhoneListView Of(PhoneListSummary list, ListImportProgress? progress) => new(
        list.Id.ToString(),
        list.Name,
        list.Status,
        progress is null ? list.Rows : progress.Accepted + progress.Rejected,
        progress?.Accepted ?? list.Accepted,
        list.Duplicates,
        progress?.Rejected ?? list.Rejected,
        list.Fixed,
        list.Basis,
        list.CreatedAt.ToDateTimeOffset(),
        Instants.Of(list.FinishedAt),
        list.Id.ToString(),
        ListError.Of(list));
}

/// <param name="Code">Stable, in snake_case.</param>
/// <param name="Detail">What is wrong and how to mend it.</param>
internal sealed record ListError(string Code, string Detail)
{
    public static ListError? Of(PhoneListSummary list) => list.Status == PhoneListStatus.Failed
        ? new ListError(list.ErrorCode ?? PhoneListErrors.Failed, list.Error ?? "")
        : null;
}
