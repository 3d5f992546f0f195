using System.Buffers.Text;
using System.Collections.Concurrent;
using System.Security.Cryptography;
using Dialer.Access;

namespace Dialer.Gateway.Access;

/// <summary>One-time links that sign the person at the terminal in: good once, for a quarter of an hour, in this process only.</summary>
internal sealed class SignInLinks(TimeProvider clock)
{
    private static readonly TimeSpan Lifetime = TimeSpan.FromMinutes(15);

    private readonly ConcurrentDictionary<string, (ApiKey Key, long Until)> links = new(StringComparer.Ordinal);

    /// <summary>A ticket for a link.</summary>
    public string Make(ApiKey key)
    {
        var ticket = Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(24));
        links[ticket] = (key, clock.GetTimestamp() + (long)(Lifetime.TotalSeconds * clock.TimestampFrequency));
        return ticket;
    }

    /// <summary>Whom the ticket signs in; null = it was used, or is too old.</summary>
    public ApiKey? Take(string ticket) => links.TryRemove(ticket, out var link) && link.Until > clock.GetTimestamp() ? link.Key : null;
}
