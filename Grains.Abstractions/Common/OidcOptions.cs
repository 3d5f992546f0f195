namespace Dialer;

/// <summary>
/// Sign-in of the console by OpenID Connect (P52), under <c>Dialer:Gateway:Oidc:</c>: the code flow with PKCE. Keys go on working beside it.
/// </summary>
public sealed class OidcOptions
{
    /// <summary>Address of the provider, https (http only on loopback); null = no such sign-in.</summary>
    public string? Authority { get; set; }

    public string? ClientId { get; set; }

    /// <summary>Null for a public client.</summary>
    public string? ClientSecret { get; set; }

    /// <summary>Scopes that are asked for, with spaces between.</summary>
    public string Scope { get; set; } = "openid profile";

    /// <summary>Claim that names the person in the audit log; else the subject.</summary>
    public string NameClaim { get; set; } = "preferred_username";

    /// <summary>Claim that holds the person's roles or groups.</summary>
    public string RoleClaim { get; set; } = "roles";

    /// <summary>Value of the claim that makes an administrator.</summary>
    public string AdminRole { get; set; } = "dialer-admin";

    public string OperatorRole { get; set; } = "dialer-operator";

    public string ViewerRole { get; set; } = "dialer-viewer";

    /// <summary>Hours after which the provider is asked again, 1–24: so long a role that was taken away still holds.</summary>
    public int SessionHours { get; set; } = 8;

    public bool IsOn => !string.IsNullOrWhiteSpace(Authority);

    /// <summary>What is wrong with the settings, with the mend; null = nothing.</summary>
    public string? Fault()
    {
        const string section = "Dialer:Gateway:Oidc:";
        if (!IsOn)
        {
            return ClientId is null && ClientSecret is null ? null : $"{section}Authority is not set, but other settings of it are; name the provider, for example https://login.example.com/realms/main.";
        }

        var isAddress = Uri.TryCreate(Authority, UriKind.Absolute, out var address)
            && (address.Scheme == Uri.UriSchemeHttps || (address.Scheme == Uri.UriSchemeHttp && address.IsLoopback));
        return !isAddress ? $"{section}Authority is an https address (http only on loopback)."
            : string.IsNullOrWhiteSpace(ClientId) ? $"{section}ClientId is not set; it is what the provider knows this installation by."
            : !Scope.Split(' ').Contains("openid") ? $"{section}Scope has to have openid in it."
            : SessionHours is < 1 or > 24 ? $"{section}SessionHours is 1 to 24."
            : null;
    }
}
