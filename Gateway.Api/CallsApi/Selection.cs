using System.Text.Json;
using Dialer.Gateway.Wire;
using Dialer.Numbers;
using Dialer.Reports;

namespace Dialer.Gateway.CallsApi;

/// <summary>Jobs named by phones, ids or both (calls-api §1.8, §1.9): strings or numbers; an unknown one fails the request.</summary>
internal sealed record Selection(IReadOnlyList<PhoneNumber> Phones, IReadOnlyList<JobId> Ids)
{
    private static readonly string[] Members = ["phones", "ids"];

    public bool IsEmpty => Phones.Count == 0 && Ids.Count == 0;

    public static async Task<(Selection? Value, IResult? Fault)> ReadAsync(HttpContext context, INumberReader numbers)
    {
        var (body, fault) = await CallsBody.ReadAsync(context);
        if (fault is not null)
        {
            return (null, fault);
        }

        if (Malformed(body) is { } name)
        {
            return (null, CallsErrors.BadRequest($"{name} is an array."));
        }

        var phones = new List<PhoneNumber>();
        var ids = new List<JobId>();
        foreach (var text in Texts(body, "phones"))
        {
            if (text is null || numbers.Read(text, null) is not { IsDone: true } read)
            {
                return (null, Unknown("phone.not.found", text ?? ""));
            }

            phones.Add(read.Value!.Phone);
        }

        foreach (var text in Texts(body, "ids"))
        {
            if (!JobId.TryParse(text, out var id))
            {
                return (null, Unknown("id.not.found", text ?? ""));
            }

            ids.Add(id);
        }

        return (new Selection(phones, ids), null);
    }

    /// <summary>The jobs that are meant, or the first that there is not.</summary>
    /// <param name="jobs">What the campaign has of them.</param>
    public (IReadOnlyList<FoundJob>? Jobs, IResult? Fault) Resolve(IReadOnlyList<FoundJob> jobs)
    {
        var ids = jobs.Select(j => j.Id).ToHashSet();
        if (Ids.Where(i => !ids.Contains(i)).Select(i => (JobId?)i).FirstOrDefault() is { } noJob)
        {
            return (null, Unknown("id.not.found", noJob.ToString()));
        }

        var phones = jobs.Select(j => j.Phone).ToHashSet();
        return Phones.Where(p => !phones.Contains(p)).Select(p => (PhoneNumber?)p).FirstOrDefault() is { } noPhone
            ? (null, Unknown("phone.not.found", noPhone.Digits))
            : (jobs, null);
    }

    private static IResult Unknown(string type, string what) =>
        CallsErrors.Of(new CallsError(type, $"The campaign has no '{(what.Length > 40 ? what[..40] + "…" : what)}'."));

    /// <summary>A member that is there and no array: whoever sent it means somebody, and must not believe that it is settled.</summary>
    private static string? Malformed(JsonElement body) => Members.FirstOrDefault(
        name => body.TryGetProperty(name, out var list) && list.ValueKind is not (JsonValueKind.Array or JsonValueKind.Null));

    private static IEnumerable<string?> Texts(JsonElement body, string name) =>
        body.TryGetProperty(name, out var list) && list.ValueKind == JsonValueKind.Array
            ? list.EnumerateArray().Select(i => i.ValueKind switch
            {
                JsonValueKind.String => JsonTexts.Read(i),
                JsonValueKind.Number => i.GetRawText(),
                _ => null,
            })
            : [];
}
