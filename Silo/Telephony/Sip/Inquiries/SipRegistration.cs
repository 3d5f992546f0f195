using System.Globalization;
using Microsoft.Extensions.Logging;

namespace Dialer.Silo.Telephony.Sip;

/// <summary>
/// Keeps our address registered at a trunk that wants it (RFC 3261 §10): refreshed before it runs out, tried again when it was
/// refused, taken back at the end.
/// </summary>
internal sealed partial class SipRegistration : IAsyncDisposable
{
    private const int WantedSeconds = 600;
    private const int LeastSeconds = 5;
    private const int MaxReason = 200;

    private static readonly TimeSpan AnswerLimit = TimeSpan.FromSeconds(8);
    private static readonly TimeSpan FarewellLimit = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan RetryAfter = TimeSpan.FromSeconds(30);

    /// <summary>A login that is refused again and again gets an address banned: asked ever more seldom.</summary>
    private static readonly TimeSpan LongestRetry = TimeSpan.FromMinutes(30);

    private readonly CancellationTokenSource closing = new();
    private readonly string tag = Guid.NewGuid().ToString("N")[..16];
    private readonly SipNetwork network;
    private readonly SipRoutes routes;
    private readonly SipTrunk trunk;
    private readonly ILogger log;
    private readonly Task loop;
    private int seconds = WantedSeconds;
    private int cseq;
    private int refusals;

    public SipRegistration(SipNetwork network, SipRoutes routes, SipTrunk trunk, ILogger log)
    {
        (this.network, this.routes, this.trunk, this.log) = (network, routes, trunk, log);
        loop = Task.Run(RunAsync);
    }

    /// <summary>Why we are not registered; null when we are.</summary>
    public string? Fault { get; private set; } = "not registered yet";

    /// <summary>Completes when the first answer is there, or none came.</summary>
    public TaskCompletionSource First { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public async ValueTask DisposeAsync()
    {
        await closing.CancelAsync();
        await loop.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        if (Fault is null && routes.Current() is [var route, ..])
        {
            // one that does not hear it forgets us by itself: no reason to keep a driver from closing
            await ((Task)AskAsync(route, 0, FarewellLimit)).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }

        closing.Dispose();
    }

    private async Task RunAsync()
    {
        await routes.Ready;
        while (!closing.IsCancellationRequested)
        {
            TimeSpan wait;
            try
            {
                wait = await RegisterAsync();
            }
            catch (Exception e)
            {
                // whatever it is: without this loop we would be registered once and then never again, and nobody would be told
                (Fault, wait) = ($"REGISTER failed: {e.Message}", RetryAfter);
                LogRefused(log, trunk.Host, Fault);
            }

            First.TrySetResult();
            await Task.Delay(wait, network.Clock, closing.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    /// <summary>Registers once; answers after how long again.</summary>
    private async Task<TimeSpan> RegisterAsync()
    {
        if (routes.Current() is not [var route, ..])
        {
            Fault = routes.Fault ?? "the trunk has no address";
            return RetryAfter;
        }

        var response = await AskAsync(route, seconds, AnswerLimit);
        if (response is { Status: 423 } && response.Number(SipHeader.MinExpires) is { } least && least > seconds && least <= 86_400)
        {
            seconds = least;
            return TimeSpan.Zero;
        }

        if (response is { Status: >= 200 and < 300 })
        {
            if (Fault is not null)
            {
                LogRegistered(log, trunk.Host);
            }

            (Fault, refusals) = (null, 0);
            return TimeSpan.FromSeconds(Math.Max(LeastSeconds, Granted(response) * 4 / 5));
        }

        var why = response is null ? "no answer to REGISTER" : $"REGISTER was refused: {response.Status} {SipText.Printable(response.Reason, MaxReason)}";
        if (Fault != why)
        {
            LogRefused(log, trunk.Host, why);
        }

        Fault = why;
        if (response is null or { Status: 503 })
        {
            routes.Failed(route);
        }

        var isBanned = response is { Status: 401 or 403 or 407 };
        refusals = isBanned ? refusals + 1 : 0;
        return isBanned ? TimeSpan.FromTicks(Math.Min(LongestRetry.Ticks, RetryAfter.Ticks << Math.Min(refusals - 1, 6))) : RetryAfter;
    }

    private async Task<SipMessage?> AskAsync(SipRoute route, int expires, TimeSpan limit)
    {
        // each challenge takes a number of its own, so they rise by more than one
        cseq += 10;
        // some logins are whole addresses
        var login = trunk.Credentials?.Username ?? "";
        var own = login.Contains('@', StringComparison.Ordinal) ? $"sip:{Escaped(login[..login.LastIndexOf('@')])}{login[login.LastIndexOf('@')..]}" : $"sip:{Escaped(login)}@{HostText}";
        var transport = route.Target.Transport == SipTransport.Udp ? "" : $";transport={route.Target.Transport.ViaToken().ToLowerInvariant()}";
        return await SipInquiry.AskAsync(network, route.Hop, new SipInquirySettings
        {
            Method = SipMethods.Register,
            Uri = $"sip:{HostText}",
            From = own,
            To = own,
            CallId = $"register-{tag}@{trunk.Domain}",
            Tag = tag,
            FirstCSeq = cseq,
            Route = trunk.OutboundProxy is null ? "" : $"Route: <{trunk.OutboundProxy};lr>\r\n",
            Extra = string.Create(CultureInfo.InvariantCulture, $"Contact: <sip:{ContactUser}@{route.Hop.SentBy}{transport}>\r\nExpires: {expires}\r\n"),
            Credentials = trunk.Credentials,
            Limit = limit,
        });
    }

    /// <summary>Each registration's own: one that leaves must not take another's binding away.</summary>
    private string ContactUser => $"dialer-{tag[..8]}";

    private static string Escaped(string user) => Uri.EscapeDataString(user);

    private string HostText => new SipUri { Scheme = "sip", Host = trunk.Host }.HostText;

    /// <summary>
    /// For how long, in seconds: what our Contact was given, else what the response says of all, else what we asked for. More than
    /// that may not be given (RFC 3261 §10.3).
    /// </summary>
    private int Granted(SipMessage response) => Math.Min(GivenBy(response), seconds);

    private int GivenBy(SipMessage response)
    {
        var contact = response.Elements(SipHeader.Contact).Select(SipNameAddr.Parse).FirstOrDefault(c => c?.Uri.StartsWith($"sip:{ContactUser}@", StringComparison.Ordinal) == true);
        return contact is not null && contact.Parameters.TryGetValue("expires", out var text) && SipText.LeadingNumber(text) is { } own
            ? own
            : response.Number(SipHeader.Expires) ?? seconds;
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "Registered at {Host}")]
    private static partial void LogRegistered(ILogger log, string host);

    [LoggerMessage(Level = LogLevel.Warning, Message = "Not registered at {Host}: {Why}")]
    private static partial void LogRefused(ILogger log, string host, string why);
}
