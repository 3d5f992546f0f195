using Microsoft.AspNetCore.Http.Features;

namespace Dialer.Gateway.Wire;

/// <summary>Whether a request has a body where it may be left out: by its bytes, as clients that stream give no length.</summary>
internal static class BodyPresence
{
    public static async Task<bool> IsAbsentAsync(HttpContext context)
    {
        if (context.Request.ContentLength == 0 || context.Features.Get<IHttpRequestBodyDetectionFeature>() is { CanHaveBody: false })
        {
            return true;
        }

        // looked at and not taken: whoever reads the body begins at its first byte
        var reader = context.Request.BodyReader;
        var read = await reader.ReadAsync(context.RequestAborted);
        var isAbsent = read.Buffer.IsEmpty && read.IsCompleted;
        reader.AdvanceTo(read.Buffer.Start);
        return isAbsent;
    }
}
