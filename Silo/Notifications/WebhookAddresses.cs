using System.Net;
using Dialer.Silo.Http;
using Dialer.Webhooks;

namespace Dialer.Silo.Notifications;

/// <summary>What can be seen of an address before it is used: its scheme, and where it leads if it is written out.</summary>
internal sealed class WebhookAddresses(AddressGuard guard) : IWebhookAddresses
{
    private const int MaxLength = 2000;

    public Refusal? Check(string url)
    {
        if (url.Length > MaxLength || url.Any(c => char.IsControl(c) || char.IsWhiteSpace(c)) || !Uri.TryCreate(url, UriKind.Absolute, out var address) || address.Scheme is not ("https" or "http") || address.Host.Length == 0)
        {
            return Refused("invalid_setting", $"Write https://HOST/PATH, at most {MaxLength} characters.");
        }

        if (address.UserInfo.Length > 0 || address.Fragment.Length > 0)
        {
            return Refused("invalid_setting", "Leave the user, the password and the part after # out; requests are known by their signature.");
        }

        var host = address.DnsSafeHost;
        var literal = IPAddress.TryParse(host, out var ip) ? ip : null;
        var isNamed = guard.NamesHost(host) || (literal is not null && guard.IsNamed(literal)) || (IsThisMachine(host) && guard.IsNamed(IPAddress.Loopback));
        if (isNamed)
        {
            return null;
        }

        if (IsThisMachine(host) || (literal is not null && !AddressGuard.IsPublic(literal)))
        {
            return Refused("address_refused", "That address is in a private network; the operator allows it with Dialer:Webhooks:AllowPrivate.");
        }

        return address.Scheme == "https" ? null : Refused("https_required", "Write https://; without TLS only private addresses that Dialer:Webhooks:AllowPrivate names.");
    }

    private static bool IsThisMachine(string host)
    {
        var name = host.TrimEnd('.');
        return name.Equals("localhost", StringComparison.OrdinalIgnoreCase) || name.EndsWith(".localhost", StringComparison.OrdinalIgnoreCase);
    }

    private static Refusal Refused(string code, string text) => new(code, text, Field: "url");
}
