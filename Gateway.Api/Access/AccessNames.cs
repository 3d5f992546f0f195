using System.Security.Claims;

namespace Dialer.Gateway.Access;

/// <summary>Schemes, policies and claims of access.</summary>
internal static class AccessNames
{
    /// <summary>By a key in the <c>Authorization</c> header, or by the console's cookie.</summary>
    public const string Scheme = "access";
    public const string KeyScheme = "key";
    public const string CookieScheme = "cookie";

    public const string Viewer = "viewer";
    public const string Operator = "operator";
    public const string Admin = "admin";

    /// <summary>Who asks, for the audit log and for grains: the name of the key.</summary>
    public static string Actor(this ClaimsPrincipal user) => user.Identity?.Name ?? "Calls API";
}
