using Microsoft.AspNetCore.Authentication.OpenIdConnect;
using Microsoft.Extensions.Options;

namespace Dialer.Gateway.Access;

/// <summary>
/// Whether the identity provider answers. One question is asked for everybody who waits, and a provider that did not answer is left
/// alone for <see cref="Rest"/>: otherwise sign-ins would queue for its timeouts, one after another.
/// </summary>
internal sealed class OidcProvider(IOptionsMonitor<OpenIdConnectOptions> options, TimeProvider clock)
{
    /// <summary>How long any of its answers is waited for.</summary>
    public static readonly TimeSpan Timeout = TimeSpan.FromSeconds(5);

    private static readonly TimeSpan Rest = TimeSpan.FromSeconds(10);

    private readonly Lock gate = new();
    private Task? asking;
    private DateTimeOffset failedAt = DateTimeOffset.MinValue;

    /// <summary>Null: it answers. Else what went wrong, now or a moment ago.</summary>
    public async Task<string?> FaultAsync(string scheme)
    {
        Task asked;
        lock (gate)
        {
            var since = clock.GetUtcNow() - failedAt;
            if (since >= TimeSpan.Zero && since < Rest)
            {
                return "it did not answer a moment ago";
            }

            asked = asking = asking is { IsCompleted: false } ? asking : AskAsync(options.Get(scheme));
        }

        try
        {
            await asked;
            return null;
        }
        catch (Exception e)
        {
            return e.GetType().Name;
        }
    }

    public void Failed()
    {
        lock (gate)
        {
            failedAt = clock.GetUtcNow();
        }
    }

    // kept by the framework once it is known; the request that happens to ask may leave meanwhile
    private async Task AskAsync(OpenIdConnectOptions oidc)
    {
        try
        {
            await Task.Run(() => oidc.ConfigurationManager!.GetConfigurationAsync(CancellationToken.None));
        }
        catch
        {
            Failed();
            throw;
        }
    }
}
