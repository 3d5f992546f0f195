using Dialer.Calendars;
using Dialer.Calls;
using Dialer.Campaigns;
using Dialer.Numbers;
using Dialer.Subscribers;

namespace Dialer.Reports;

/// <summary>Reads for reports, lists and timelines. Never writes, never asks a grain.</summary>
public interface IDialerQueries
{
    /// <summary>
    /// Jobs of a campaign by id, after a cursor: constant memory however long the list. A waiting job of a finished campaign
    /// reads as it ended: <c>notDone</c>, or <c>noAnswer</c> after attempts.
    /// </summary>
    Task<IReadOnlyList<JobReport>> ReadJobsAsync(CampaignId campaign, JobId after, int limit);

    /// <summary>As above, those of one status, as it reads; null = all.</summary>
    Task<IReadOnlyList<JobReport>> ReadJobsAsync(CampaignId campaign, JobStatus? status, JobId after, int limit);

    /// <summary>Only these jobs, in the order of their ids.</summary>
    Task<IReadOnlyList<JobReport>> ReadJobsAsync(CampaignId campaign, IReadOnlyCollection<JobId> jobs);

    /// <summary>Every try of a job, oldest first (P32).</summary>
    Task<IReadOnlyList<TryRecord>> ReadTriesAsync(JobId job);

    /// <summary>What the timeline of a job shows beside its tries.</summary>
    Task<IReadOnlyList<JobNote>> ReadNotesAsync(JobId job);

    /// <summary>Campaigns, newest first.</summary>
    Task<IReadOnlyList<CampaignSummary>> ReadCampaignsAsync(int limit);

    /// <summary>Campaigns that fit, newest first.</summary>
    /// <param name="filter">What is wanted.</param>
    /// <param name="before">Only those with a lower id; 0 = from the newest.</param>
    /// <param name="limit">At most so many.</param>
    Task<IReadOnlyList<CampaignSummary>> ReadCampaignsAsync(CampaignFilter filter, long before, int limit);

    /// <summary>Channels, newest first; see above for the cursor.</summary>
    Task<IReadOnlyList<ChannelSummary>> ReadChannelsAsync(long before, int limit);

    /// <summary>The newest campaign of a list that is not deleted; null if there is none.</summary>
    Task<CampaignSummary?> FindCampaignOfListAsync(ListId list);

    /// <summary>The campaign that a token belongs to; null if there is none (P19).</summary>
    Task<CampaignSummary?> FindCampaignByTokenAsync(string token);

    /// <summary>The conditions of a campaign as stored; null if there is none.</summary>
    Task<CampaignSettings?> ReadSettingsAsync(CampaignId campaign);
}

/// <summary>One job of a report.</summary>
[GenerateSerializer, Immutable, Alias("dialer.JobReport")]
public sealed record JobReport
{
    [Id(0)] public required JobId Id { get; init; }
    [Id(1)] public required PhoneNumber Phone { get; init; }
    [Id(2)] public required JobStatus Status { get; init; }
    [Id(3)] public required JobResult Result { get; init; }
    [Id(4)] public EndReason EndReason { get; init; }
    [Id(5)] public int Attempts { get; init; }
    [Id(6)] public int Tries { get; init; }
    [Id(7)] public UnixTime CreatedAt { get; init; }
    [Id(8)] public UnixTime FinishedAt { get; init; }
    [Id(9)] public UnixTime LastStartedAt { get; init; }

    /// <summary>Talk time of the last try.</summary>
    [Id(10)] public TimeSpan LastTalk { get; init; }

    [Id(11)] public CallClass LastClass { get; init; }
    [Id(12)] public int LastSipCode { get; init; }
    [Id(13)] public ZoneFound Zone { get; init; }

    /// <summary>The list row or payload as JSON; null = none.</summary>
    [Id(14)] public string? Payload { get; init; }

    [Id(15)] public UnixTime NextAt { get; init; }
}

/// <summary>A campaign as lists show it.</summary>
[GenerateSerializer, Immutable, Alias("dialer.CampaignSummary")]
public sealed record CampaignSummary
{
    [Id(0)] public required CampaignId Id { get; init; }
    [Id(1)] public required string Name { get; init; }
    [Id(2)] public required CampaignStatus Status { get; init; }
    [Id(3)] public required CampaignCounters Counters { get; init; }
    [Id(4)] public UnixTime CreatedAt { get; init; }
    [Id(5)] public UnixTime StartsAt { get; init; }
    [Id(6)] public UnixTime StartedAt { get; init; }
    [Id(7)] public UnixTime FinishedAt { get; init; }
}

/// <summary>Which campaigns a list shows; deleted ones never.</summary>
/// <param name="Status">Null = all.</param>
/// <param name="NamePart">Part of the name, in any case; null = all.</param>
public sealed record CampaignFilter(CampaignStatus? Status, string? NamePart);

/// <summary>A channel as lists show it.</summary>
public sealed record ChannelSummary(ChannelId Id, Channels.ChannelSettings Settings, int Version);
