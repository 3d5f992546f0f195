using System.Net;

namespace Dialer.Silo.Telephony.Sip;

/// <summary>
/// What another process must know to end calls that this one leaves ringing (P30): the address in their Via, and the targets that they
/// may have gone to, whatever DNS says by then. Written <c>SENTBY TRANSPORT/ADDRESS …</c>, a line for each that calls may still ring under.
/// </summary>
internal sealed record SipLine(string SentBy, IReadOnlyList<(SipTransport Transport, IPEndPoint Address)> Targets)
{
    public static string Of(IEnumerable<SipRoute> routes)
    {
        // in one order, so that a target that comes last for a while changes nothing
        var all = routes.OrderBy(r => r.Hop.Name, StringComparer.Ordinal).ToList();
        return string.Join(' ', all.Select(Name).Prepend(all[0].Hop.SentBy));
    }

    /// <summary>Those of the routes that a line names: DNS may have moved the trunk since it was written.</summary>
    public static IReadOnlyList<SipRoute> Only(IReadOnlyList<SipRoute> routes, string line)
    {
        var named = line.Split(' ');
        return routes.All(r => named.Contains(Name(r))) ? routes : [.. routes.Where(r => named.Contains(Name(r)))];
    }

    /// <summary>Null when there is none, or one that cannot be read.</summary>
    public static IReadOnlyList<SipLine>? ParseAll(string? text)
    {
        var lines = text?.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(Parse).ToList() ?? [];
        return lines.Count > 0 && lines.TrueForAll(l => l is not null) ? [.. lines.OfType<SipLine>()] : null;
    }

    private static string Name(SipRoute route) => $"{route.Target.Transport.ViaToken()}/{route.Target.Address}";

    private static SipLine? Parse(string text)
    {
        var parts = text.Split(' ', StringSplitOptions.RemoveEmptyEntries);
        var targets = new List<(SipTransport, IPEndPoint)>();
        foreach (var part in parts.Skip(1))
        {
            var sides = part.Split('/', 2);
            if (sides.Length != 2 || SipTransports.Parse(sides[0]) is not { } transport || !IPEndPoint.TryParse(sides[1], out var address))
            {
                return null;
            }

            targets.Add((transport, address));
        }

        return targets.Count == 0 ? null : new SipLine(parts[0], targets);
    }
}
