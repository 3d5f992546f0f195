using Dialer.Bots;
using Dialer.Calls;
using Dialer.Campaigns;
using Dialer.Channels;
using Dialer.Domain.Subscribers;
using Dialer.Grains.Calls;
using Dialer.Grains.Campaigns;
using Dialer.Grains.Channels;
using Dialer.Grains.Subscribers;
using Dialer.Numbers;
using Dialer.Subscribers;

namespace Dialer.Tests.Simulation;

/// <summary>An intent as it is committed, with the rows as they stood just before.</summary>
internal sealed record IntentFact(IntentWrite Intent, JobRow Before, CampaignRow Campaign, ChannelRow Channel, Lane Lane, UnixTime CommittedAt)
{
    public TryId Try => Intent.Row.Try;

    public UnixTime At => Intent.At;
}

/// <summary>A step as it is committed, with its job's row as it stood just before.</summary>
internal sealed record StepFact(SubscriberStep Step, JobRow Before);

/// <summary>An INVITE as the carrier sees it.</summary>
internal sealed record DialFact(DialCommand Command, ChannelId Channel, bool IsRefused);

/// <summary>
/// A law of the dialer with what it needs to remember. It watches commits and the carrier, never the decisions, and keeps books of
/// its own.
/// </summary>
internal abstract class Law(DialerWorld world)
{
    protected DialerWorld World => world;

    protected SimStore Store => world.Store;

    public virtual void JobAdded(JobRow row)
    {
    }

    public virtual void CampaignWritten(CampaignRow? before, CampaignRow after)
    {
    }

    public virtual void ChannelWritten(ChannelRow row)
    {
    }

    public virtual void Stored(StepFact fact)
    {
    }

    public virtual void Stored(IntentFact fact)
    {
    }

    /// <summary>The rows and counters of these campaigns have just changed.</summary>
    public virtual void Changed(CampaignId campaign)
    {
    }

    public virtual void Dialed(DialFact fact)
    {
    }

    public virtual void AnsweredAtCarrier(CarrierCall call)
    {
    }

    public virtual void AnswerStored(TryId id)
    {
    }

    /// <summary>The outcome of this try is decided; whether it is taken for a failure of a channel known to be down (P42).</summary>
    public virtual void JudgedWithChannel(TryId id, bool isDown)
    {
    }

    public virtual void DoNotCallAcknowledged(PhoneNumber phone)
    {
    }

    public virtual void CancelAcknowledged(JobId job)
    {
    }

    public virtual void BotAnswered(BotId bot)
    {
    }

    public virtual void BotsForgotten(long channelEpoch)
    {
    }

    public virtual void BotJudged(long channelEpoch, BotId bot, bool isDown)
    {
    }

    /// <summary>A bot was answered.</summary>
    public virtual void BotHeard(CarrierCall call, BotReply reply, BotAnswer answer)
    {
    }

    public virtual void AtEnd()
    {
    }

    protected void Demand(bool holds, string law, FormattableString what)
    {
        if (!holds)
        {
            world.Books.Break(law, FormattableString.Invariant(what));
        }
    }
}

/// <summary>The law that did not hold, first of all.</summary>
internal sealed record BrokenLaw(string Law, string What, UnixTime At);
