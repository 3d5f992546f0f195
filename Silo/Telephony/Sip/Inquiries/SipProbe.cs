using Dialer.Grains.Calls;

namespace Dialer.Silo.Telephony.Sip;

/// <summary>Asks by OPTIONS whether somebody is there (P41, P42): all targets at once, and one that answers is enough.</summary>
internal static class SipProbe
{
    /// <summary>Without a final response for this long a target is down.</summary>
    public static readonly TimeSpan Limit = TimeSpan.FromSeconds(2.5);

    private const int MaxTargets = 4;

    /// <param name="network">Where it is sent from.</param>
    /// <param name="routes">The targets.</param>
    /// <param name="name">What it is called, for people.</param>
    /// <param name="question">The request, by its own name and its limit.</param>
    /// <param name="cancel">Gives up earlier.</param>
    public static async Task<TrunkHealth> AskAsync(
        SipNetwork network, SipRoutes routes, string name, Func<string, TimeSpan, SipInquirySettings> question, CancellationToken cancel)
    {
        var targets = routes.Current().Take(MaxTargets).ToList();
        if (targets.Count == 0)
        {
            return new(false, routes.Fault ?? $"no answer of DNS about {name}");
        }

        var answers = await Task.WhenAll(targets.Select(t => AskAsync(network, routes, t, question))).WaitAsync(cancel);
        return answers.FirstOrDefault(a => a.IsUp) is { IsUp: true } up ? up : answers[0];
    }

    private static async Task<TrunkHealth> AskAsync(
        SipNetwork network, SipRoutes routes, SipRoute route, Func<string, TimeSpan, SipInquirySettings> question)
    {
        var response = await SipInquiry.AskAsync(network, route.Hop, question($"probe-{Guid.NewGuid():N}", Limit));
        if (response is null or { Status: 503 })
        {
            routes.Failed(route);
        }

        return response is null ? new(false, $"no answer to OPTIONS from {route.Target.Address}")
            : response.Status == 503 ? new(false, $"503 to OPTIONS from {route.Target.Address}")
            : new(true, $"{response.Status} to OPTIONS");
    }
}
