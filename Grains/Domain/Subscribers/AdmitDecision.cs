using Dialer.Subscribers;

namespace Dialer.Domain.Subscribers;

/// <summary>What a subscriber answers when its campaign asks it to dial.</summary>
public abstract record AdmitDecision
{
    private AdmitDecision()
    {
    }

    /// <summary>Store this row as the intent, then dial.</summary>
    public sealed record Dial(JobRow Intent) : AdmitDecision;

    /// <summary>Not now; the row stays where it is and will be due again at <paramref name="NextAt"/>.</summary>
    public sealed record NotNow(string Reason, UnixTime NextAt) : AdmitDecision;

    /// <summary>The job ends without a call.</summary>
    public sealed record End(SubscriberStep Step) : AdmitDecision;

    /// <summary>The row is not one that could be dialed.</summary>
    public sealed record Stale : AdmitDecision;
}
