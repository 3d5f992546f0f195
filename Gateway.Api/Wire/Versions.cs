using System.Globalization;
using Dialer.Gateway.Problems;

namespace Dialer.Gateway.Wire;

/// <summary>Strong entity tags from versions: an edit says which version it was made from (<c>If-Match</c>, RFC 9110 §13).</summary>
internal static class Versions
{
    public static string TagOf(int version) => string.Create(CultureInfo.InvariantCulture, $"\"{version}\"");

    public static void Tell(HttpContext context, int version) => context.Response.Headers.ETag = TagOf(version);

    /// <summary>The version that the request was made from, or why it cannot be served.</summary>
    public static (int Version, IResult? Fault) Expected(HttpRequest request, int current)
    {
        var given = request.Headers.IfMatch.ToString();
        if (given.Length == 0)
        {
            return (0, Problem.Of(StatusCodes.Status428PreconditionRequired, "if_match_required", "Send If-Match with the ETag that you read, so that nobody's edit is overwritten."));
        }

        if (given == "*" || given == TagOf(current))
        {
            return (current, null);
        }

        request.HttpContext.Response.Headers.ETag = TagOf(current);
        return (0, Problem.Of(StatusCodes.Status412PreconditionFailed, "version_conflict", "It was edited meanwhile: read it again, and repeat your change on what it is now."));
    }

    /// <summary>Whether the reader has this version already.</summary>
    public static bool IsKnown(HttpRequest request, int version) => request.Headers.IfNoneMatch.ToString() == TagOf(version);
}
