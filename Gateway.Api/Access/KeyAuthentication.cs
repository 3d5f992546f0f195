using System.Collections.Concurrent;
using System.Globalization;
using System.Security.Claims;
using System.Text.Encodings.Web;
using Dialer.Access;
using Dialer.Gateway.Problems;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authorization;
using Microsoft.Extensions.Options;
using Microsoft.Net.Http.Headers;

namespace Dialer.Gateway.Access;

/// <summary>Signs a request in by its key: <c>Authorization: Bearer KEY</c>.</summary>
internal sealed class KeyAuthentication(
    IOptionsMonitor<AuthenticationSchemeOptions> options, ILoggerFactory loggers, UrlEncoder encoder, ApiKeys keys, KeyUse use, WrongKeys wrong)
    : AuthenticationHandler<AuthenticationSchemeOptions>(options, loggers, encoder)
{
    private const string Bearer = "Bearer ";
    private const string TooMany = "too many wrong keys";
    private const int RetryAfterSeconds = 60;

    public static ClaimsPrincipal PrincipalOf(ApiKey key, string scheme) => new(new ClaimsIdentity(
        [
            new Claim(ClaimTypes.NameIdentifier, key.Id.ToString(CultureInfo.InvariantCulture)),
            new Claim(ClaimTypes.Name, key.Name),
            new Claim(ClaimTypes.Role, NameOf(key.Role)),
        ],
        scheme));

    public static string NameOf(AccessRole role) => role switch
    {
        AccessRole.Admin => AccessNames.Admin,
        AccessRole.Operator => AccessNames.Operator,
        _ => AccessNames.Viewer,
    };

    protected override async Task<AuthenticateResult> HandleAuthenticateAsync()
    {
        var header = Request.Headers.Authorization.ToString();
        // where no key is asked for, none is tried
        if (!header.StartsWith(Bearer, StringComparison.OrdinalIgnoreCase) || Context.GetEndpoint()?.Metadata.GetMetadata<IAllowAnonymous>() is not null)
        {
            return AuthenticateResult.NoResult();
        }

        var text = header[Bearer.Length..].Trim();
        var (address, hash) = (ClientAddress.Of(Context), Convert.ToHexString(ApiKeys.HashOf(text)));
        if (!wrong.MayTry(address, hash))
        {
            return AuthenticateResult.Fail(TooMany);
        }

        if (await keys.FindAsync(text) is not { } key)
        {
            wrong.Failed(address);
            return AuthenticateResult.Fail("unknown key");
        }

        wrong.Worked(address, hash);
        use.Note(key);
        return AuthenticateResult.Success(new AuthenticationTicket(PrincipalOf(key, Scheme.Name), Scheme.Name));
    }

    protected override async Task HandleChallengeAsync(AuthenticationProperties properties)
    {
        if ((await HandleAuthenticateOnceSafeAsync()).Failure?.Message == TooMany)
        {
            Response.Headers.RetryAfter = RetryAfterSeconds.ToString(CultureInfo.InvariantCulture);
            await Problem.WriteAsync(
                Context, StatusCodes.Status429TooManyRequests, "too_many_requests", $"Too many wrong keys came from this address; ask again in {RetryAfterSeconds} s.");
            return;
        }

        Response.Headers[HeaderNames.WWWAuthenticate] = "Bearer";
        await Problem.WriteAsync(Context, 401, "unauthorized", "Give a key that is in force: Authorization: Bearer KEY.");
    }

    protected override Task HandleForbiddenAsync(AuthenticationProperties properties) =>
        Problem.WriteAsync(Context, 403, "forbidden", "The key's role may not do this.");
}

/// <summary>Notes when a key was last used: to the minute, so that no request waits for a write.</summary>
internal sealed class KeyUse(IAccessStore store, TimeProvider clock)
{
    private readonly ConcurrentDictionary<long, long> noted = [];

    public void Note(ApiKey key)
    {
        var minute = clock.GetUtcNow().ToUnixTimeSeconds() / 60;
        if (noted.TryGetValue(key.Id, out var last) && last == minute)
        {
            return;
        }

        noted[key.Id] = minute;
        _ = WriteAsync(key.Id, new UnixTime(minute * 60_000));
    }

    private async Task WriteAsync(long id, UnixTime at)
    {
        try
        {
            await store.UsedAsync(id, at);
        }
        catch (Exception)
        {
            // of use to people only; the next minute tells it
        }
    }
}
