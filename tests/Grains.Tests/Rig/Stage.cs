using Dialer.Campaigns;
using Dialer.Channels;
using Dialer.Intake;
using Dialer.Numbers;
using Dialer.Reports;
using Dialer.Subscribers;

namespace Dialer.Tests;

/// <summary>One campaign with its channel and trunk.</summary>
public sealed class Stage(Rig rig, ChannelId channelId, ICampaignGrain campaign)
{
    public ICampaignGrain Campaign => campaign;

    public CampaignId Id { get; } = new(campaign.GetPrimaryKeyLong());

    public ChannelId ChannelId => channelId;

    public IChannelGrain Channel => rig.Grains.GetGrain<IChannelGrain>(channelId.Value);

    public ScriptedTrunk Trunk => rig.Carrier.Trunk(channelId);

    /// <summary>The campaign on whatever silo is there now.</summary>
    public Stage Again() => new(rig, channelId, rig.Grains.GetGrain<ICampaignGrain>(Id.Value));

    public async Task<Stage> StartAsync()
    {
        Done(await campaign.StartAsync("test"));
        return this;
    }

    public async Task<CampaignView> PauseAsync() => Done(await campaign.PauseAsync("test"));

    public async Task<CampaignView> ResumeAsync() => Done(await campaign.ResumeAsync("test"));

    public async Task<CampaignView> FinishAsync() => Done(await campaign.FinishAsync("test"));

    public async Task<CampaignView> EditAsync(Func<CampaignSettings, CampaignSettings> change)
    {
        var view = await ViewAsync();
        return Done(await campaign.EditAsync(change(view.Settings), view.StartsAt, view.SettingsVersion, "test"));
    }

    public async Task<CampaignView> ViewAsync() => await campaign.GetAsync() ?? throw new InvalidOperationException("There is no such campaign.");

    public async Task<IReadOnlyList<long>> AddAsync(int count)
    {
        var phones = Rig.Phones(count);
        await rig.Host.AddAsync(campaign, phones);
        return phones;
    }

    public async Task<JobId> AddAsync(long phone) => (await rig.Host.AddAsync(campaign, [phone]))[0];

    public async Task<JobId> AddAsync(NewJob job) => (await rig.Host.AddAsync(campaign, [job]))[0];

    public ISubscriberGrain Subscriber(long phone) => rig.Grains.GetGrain<ISubscriberGrain>(SubscriberKey.Of(Id, new PhoneNumber(phone)));

    public Task<CampaignProgress> UntilAsync(Func<CampaignProgress, bool> reached, string what, TimeSpan? limit = null) =>
        DialerHost.UntilAsync(campaign, reached, limit ?? Until.Limit, what);

    public async Task<JobReport> JobAsync(JobId job) => Assert.Single(await rig.Get<IDialerQueries>().ReadJobsAsync(Id, [job]));

    public Task<JobReport> UntilJobAsync(JobId job, Func<JobReport, bool> reached, string what) =>
        Until.GetAsync(() => JobAsync(job), reached, what);

    public Task<JobReport> UntilFinalAsync(JobId job) => UntilJobAsync(job, j => j.Status == JobStatus.Final, "the job is final");

    public Task<IReadOnlyList<JobReport>> JobsAsync() => rig.Get<IDialerQueries>().ReadJobsAsync(Id, default, 100_000);

    public Task<IReadOnlyList<TryRecord>> TriesAsync(JobId job) => rig.Get<IDialerQueries>().ReadTriesAsync(job);

    public Task<IReadOnlyList<JobNote>> NotesAsync(JobId job) => rig.Get<IDialerQueries>().ReadNotesAsync(job);

    /// <summary>Every job in exactly one place, the sum the total, the counters as the rows (I3); the carrier saw each try once (I2).</summary>
    public async Task<CampaignCounters> AssertBooksAsync()
    {
        var counters = (await ViewAsync()).Counters;
        var jobs = await JobsAsync();
        Assert.Equal(counters.Total, counters.Loaded);
        Assert.Equal(counters.Loaded, counters.Waiting + counters.Live + counters.Backoff + counters.Final);
        Assert.Equal(counters.Loaded, jobs.Count);
        Assert.Equal(
            counters.Final,
            counters.Answered + counters.NotAnswered + counters.Nonexistent + counters.TechnicalError + counters.NotDone + counters.Cancelled + counters.Unknown);
        var dialed = Trunk.Calls.Where(c => c.Campaign == Id).ToList();
        Assert.Equal(dialed.Count, dialed.Select(c => c.Id).Distinct().Count());
        return counters;
    }

    private static CampaignView Done(Answer<CampaignView> answer)
    {
        Assert.True(answer.IsDone, answer.IsDone ? null : answer.Refusal.Text);
        return answer.Value;
    }
}
