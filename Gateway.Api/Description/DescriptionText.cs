using System.Security.Cryptography;
using Microsoft.AspNetCore.OpenApi;
using Microsoft.Net.Http.Headers;
using Microsoft.OpenApi;

namespace Dialer.Gateway.Description;

/// <summary>The description as it is served: it is the same for everybody, and making it costs too much to do for each who asks.</summary>
internal sealed class DescriptionText([FromKeyedServices(DescriptionText.Document)] IOpenApiDocumentProvider provider)
{
    public const string Document = "v1";

    private readonly Lock gate = new();
    private Task<(byte[] Text, EntityTagHeaderValue Tag)>? made;

    public Task<(byte[] Text, EntityTagHeaderValue Tag)> GetAsync()
    {
        lock (gate)
        {
            // not that of the request, whose caller may leave; one that failed is made again
            return made is { IsFaulted: false, IsCanceled: false } ? made : made = Task.Run(MakeAsync);
        }
    }

    private async Task<(byte[] Text, EntityTagHeaderValue Tag)> MakeAsync()
    {
        var document = await provider.GetOpenApiDocumentAsync();
        using var text = new MemoryStream();
        await document.SerializeAsJsonAsync(text, OpenApiSpecVersion.OpenApi3_1);
        var bytes = text.ToArray();
        return (bytes, new EntityTagHeaderValue($"\"{Convert.ToHexStringLower(SHA256.HashData(bytes)[..8])}\""));
    }
}
