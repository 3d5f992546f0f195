using System.Security.Cryptography;
using System.Text;
using Dialer.Files;
using Dialer.Gateway.Problems;
using Microsoft.AspNetCore.WebUtilities;
using Microsoft.Net.Http.Headers;

namespace Dialer.Gateway.PhoneLists;

/// <summary>Receives a list into a temporary file as it comes, so that the whole is never in memory: as the body, or in a form.</summary>
internal static class ListBody
{
    public const string XlsxType = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";

    /// <summary>Of a file in a form, and of a workbook however it comes (P33).</summary>
    public const long MaxFormFile = 20L << 20;

    public const string FormType = "multipart/form-data";
    private const int MaxField = 8 * 1024;
    private const int MaxSections = 16;
    private const int MaxBoundary = 100;
    private const int ChunkBytes = 128 * 1024;
    private const long CheckDiskEvery = 16L << 20;

    /// <summary>Types of files that senders name; what a file is is found out by its content. <c>vnd.ms-excel</c> is what Windows says of a CSV.</summary>
    public static readonly string[] FileTypes =
        ["text/csv", "text/plain", "application/csv", "application/vnd.ms-excel", XlsxType, "application/octet-stream", "text/tab-separated-values"];

    /// <summary>Why a request is not even read.</summary>
    public static IResult? Refuse(HttpRequest request)
    {
        var type = TypeOf(request);
        if (type is null || !(type.Equals(FormType, StringComparison.OrdinalIgnoreCase) || FileTypes.Contains(type, StringComparer.OrdinalIgnoreCase)))
        {
            return Problem.Of(415, "media_type", $"Send the file as the body with Content-Type: text/csv or {XlsxType}, or as a form: {FormType}.");
        }

        return request.ContentLength > MaxFormFile + MaxSections * MaxField && IsLimited(type) ? TooLarge : null;
    }

    public static async Task<ReceivedList> ReceiveAsync(HttpRequest request, ISpool spool)
    {
        if (request.ContentLength > spool.FreeBytes)
        {
            return new ReceivedList(null, default, Full);
        }

        var file = spool.Create();
        // known by its content, where a request may be repeated
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        try
        {
            var type = TypeOf(request)!;
            var (fault, fields) = type.Equals(FormType, StringComparison.OrdinalIgnoreCase)
                ? await ReadFormAsync(request, file, spool, hash)
                : (await CopyAsync(request.Body, file, IsLimited(type) ? MaxFormFile : long.MaxValue, spool, hash, request.HttpContext.RequestAborted), default);
            fault ??= await RefuseLargeWorkbookAsync(file);
            if (fault is null)
            {
                file.Position = 0;
                return new ReceivedList(file, fields, null) { Hash = hash.GetHashAndReset() };
            }

            await file.DisposeAsync();
            return new ReceivedList(null, default, fault);
        }
        catch
        {
            await file.DisposeAsync();
            throw;
        }
    }

    private static IResult TooLarge { get; } = Problem.Of(
        413, "too_large", $"A file in a form, or a workbook, has at most {MaxFormFile >> 20} MB. A CSV may be of any size: send it as the body with Content-Type: text/csv.");

    private static IResult Full { get; } = Problem.Of(507, "disk_full", "The dialer's disk has no room for this file; free some, or ask whoever runs it.");

    private static string? TypeOf(HttpRequest request) =>
        MediaTypeHeaderValue.TryParse(request.ContentType, out var type) && type.MediaType.HasValue ? type.MediaType.Value : null;

    private static bool IsLimited(string type) =>
        type.Equals(FormType, StringComparison.OrdinalIgnoreCase) || type.Equals(XlsxType, StringComparison.OrdinalIgnoreCase);

    private static async Task<(IResult? Fault, ListFields Fields)> ReadFormAsync(HttpRequest request, Stream file, ISpool spool, IncrementalHash hash)
    {
        var cancel = request.HttpContext.RequestAborted;
        var boundary = HeaderUtilities.RemoveQuotes(MediaTypeHeaderValue.Parse(request.ContentType).Boundary).Value;
        if (string.IsNullOrEmpty(boundary) || boundary.Length > MaxBoundary)
        {
            return (BadForm("The form has no boundary that can be used."), default);
        }

        var reader = new MultipartReader(boundary, request.Body);
        var fields = new ListFields(null, null, null);
        var hasFile = false;
        try
        {
            for (var sections = 0; await reader.ReadNextSectionAsync(cancel) is { } section; sections++)
            {
                if (sections == MaxSections || !ContentDispositionHeaderValue.TryParse(section.ContentDisposition, out var disposition))
                {
                    return (BadForm("The form has too many parts, or one without a name."), default);
                }

                if (!disposition.IsFileDisposition())
                {
                    fields = await ReadFieldAsync(section.Body, disposition, fields, cancel);
                    continue;
                }

                if (hasFile)
                {
                    return (BadForm("The form has more than one file; a list is one."), default);
                }

                hasFile = true;
                fields = fields with { FileName = NameOf(disposition) };
                if (await CopyAsync(section.Body, file, MaxFormFile, spool, hash, cancel) is { } fault)
                {
                    return (fault, default);
                }
            }
        }
        catch (Exception e) when (e is InvalidDataException or IOException and not BadHttpRequestException)
        {
            return (BadForm("The form cannot be read: it is cut short, or a part of it is too long."), default);
        }

        return hasFile ? (null, fields) : (BadForm("The form has no file: send the list as a part with a file name."), default);
    }

    private static async Task<ListFields> ReadFieldAsync(Stream body, ContentDispositionHeaderValue disposition, ListFields fields, CancellationToken cancel)
    {
        var buffer = new byte[MaxField + 1];
        var length = await body.ReadAtLeastAsync(buffer, buffer.Length, throwOnEndOfStream: false, cancel);
        if (length > MaxField)
        {
            throw new InvalidDataException();
        }

        var text = Encoding.UTF8.GetString(buffer, 0, length);
        return HeaderUtilities.RemoveQuotes(disposition.Name).Value switch
        {
            "name" => fields with { Name = text },
            "basis" => fields with { Basis = text },
            _ => fields,
        };
    }

    private static string? NameOf(ContentDispositionHeaderValue disposition) =>
        Path.GetFileNameWithoutExtension(HeaderUtilities.RemoveQuotes(disposition.FileNameStar.HasValue ? disposition.FileNameStar : disposition.FileName).Value);

    private static async Task<IResult?> CopyAsync(Stream from, Stream to, long limit, ISpool spool, IncrementalHash hash, CancellationToken cancel)
    {
        var buffer = new byte[ChunkBytes];
        var total = 0L;
        var checkAt = CheckDiskEvery;
        for (int count; (count = await from.ReadAsync(buffer, cancel)) > 0;)
        {
            total += count;
            if (total > limit)
            {
                return TooLarge;
            }

            if (total > checkAt)
            {
                checkAt = total + CheckDiskEvery;
                if (spool.FreeBytes == 0)
                {
                    return Full;
                }
            }

            hash.AppendData(buffer, 0, count);
            if (!await TryWriteAsync(to, buffer.AsMemory(0, count), cancel))
            {
                return Full;
            }
        }

        return await TryWriteAsync(to, default, cancel) ? null : Full;
    }

    /// <summary>False: the disk is full.</summary>
    private static async Task<bool> TryWriteAsync(Stream to, ReadOnlyMemory<byte> bytes, CancellationToken cancel)
    {
        try
        {
            await (bytes.IsEmpty ? to.FlushAsync(cancel) : to.WriteAsync(bytes, cancel).AsTask());
            return true;
        }
        catch (IOException)
        {
            return false;
        }
    }

    /// <summary>One that was sent under another type.</summary>
    private static async Task<IResult?> RefuseLargeWorkbookAsync(Stream file)
    {
        if (file.Length <= MaxFormFile)
        {
            return null;
        }

        file.Position = 0;
        var head = new byte[4];
        await file.ReadExactlyAsync(head);
        return head.AsSpan().StartsWith("PK\u0003\u0004"u8) ? TooLarge : null;
    }

    private static IResult BadForm(string detail) => Problem.Of(400, "bad_form", detail);
}

/// <summary>What a form says beside its file.</summary>
internal readonly record struct ListFields(string? Name, string? Basis, string? FileName);

/// <summary>A list that has arrived, or the answer if it has not. Disposing it removes the file, unless it was taken.</summary>
internal sealed class ReceivedList(Stream? file, ListFields fields, IResult? fault) : IAsyncDisposable
{
    private Stream? held = file;

    public IResult? Fault => fault;

    public ListFields Fields => fields;

    /// <summary>SHA-256 of the file.</summary>
    public byte[] Hash { get; init; } = [];

    public Stream Content => held!;

    /// <summary>The file is the caller's from now on.</summary>
    public Stream Take() => Interlocked.Exchange(ref held, null)!;

    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref held, null) is { } left)
        {
            await left.DisposeAsync();
        }
    }
}
