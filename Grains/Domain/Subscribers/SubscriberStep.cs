using Dialer.Calls;
using Dialer.Campaigns;
using Dialer.Subscribers;

namespace Dialer.Domain.Subscribers;

/// <summary>A decision about a subscriber: rows to write in one commit, and what to do once that is on disk.</summary>
public sealed record SubscriberStep
{
    /// <summary>The job at hand as it shall be; its version is one above the one it replaces.</summary>
    public required JobRow Row { get; init; }

    /// <summary>Sibling rows that change with it.</summary>
    public IReadOnlyList<JobRow> Siblings { get; init; } = [];

    /// <summary>The try that is over; null if none is.</summary>
    public TryRecord? Try { get; init; }

    /// <summary>The record replaces one that was written as unknown.</summary>
    public bool ReplacesTry { get; init; }

    /// <summary>Nothing but an entry of the timeline.</summary>
    public bool IsNote { get; init; }

    /// <summary>The record is the one that there was, with what its bot said after the end (P41).</summary>
    public bool IsAmendment { get; init; }

    /// <summary>All that the bot of the row's last call said, to be kept beside the row; null = nothing new.</summary>
    public BotReply? Said { get; init; }

    /// <summary>What was kept beside the row is in the record now.</summary>
    public bool ForgetsSaid { get; init; }

    /// <summary>The series that a redial closes; null if none.</summary>
    public SeriesRecord? ClosedSeries { get; init; }

    /// <summary>
    /// The lane that a redial needs: the shell finds or makes it, and puts its id (of kind <see cref="LaneKind.At"/>) into the row.
    /// </summary>
    public RedialLane? RedialLane { get; init; }

    /// <summary>How the phone's row is released; null when the phone was not taken by this job.</summary>
    public PhoneRelease? Release { get; init; }

    public CampaignCounters Counters { get; init; }

    /// <summary>Timeline entries that are not tries: a redial cut or dropped (P5, P26).</summary>
    public IReadOnlyList<JobNote> Notes { get; init; } = [];

    /// <summary>Register the subscriber's backoff reminder for this instant; none = no reminder.</summary>
    public UnixTime RemindAt { get; init; }

    /// <summary>The callee answered the live try: told to those who listen (P51).</summary>
    public bool IsAnswer { get; init; }

    /// <summary>An operator put its outcome back (P12): told to those who listen (P51).</summary>
    public bool IsPutBack { get; init; }

    /// <summary>Enter the phone into do-not-call, ending its jobs everywhere (P59).</summary>
    public bool DoNotCall { get; init; }

    /// <summary>When that was asked for, where no record of an ended try tells.</summary>
    public UnixTime OptOutAt { get; init; }
}

/// <summary>The combination a redial's series waits in; the policy is stored once per distinct content.</summary>
public sealed record RedialLane(byte Priority, Dialer.Calendars.CallPolicy Policy, string Zone);
