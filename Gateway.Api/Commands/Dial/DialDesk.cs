using Dialer.Campaigns;
using Dialer.Channels;
using Dialer.Gateway.Hosting;
using Dialer.PhoneLists;
using Dialer.Reports;

namespace Dialer.Gateway.Commands.Dial;

/// <summary>The campaign behind a run: found again, edited, or made.</summary>
internal sealed class DialDesk(IEngine engine, DialRequest request, string? zone, DialScreen screen)
{
    private static readonly TimeSpan FirstLook = TimeSpan.FromSeconds(1.5);

    private readonly IGrainFactory grains = engine.Services.GetRequiredService<IGrainFactory>();

    /// <summary>The unfinished run of this list; null when there is none.</summary>
    /// <exception cref="CommandRefusedException">It was finished, and <c>--again</c> was not given.</exception>
    public async Task<CampaignSummary?> FindAsync(PhoneListSummary list)
    {
        var found = await engine.Services.GetRequiredService<IDialerQueries>().FindCampaignOfListAsync(list.Id);
        if (found?.Status != CampaignStatus.Finished)
        {
            return found;
        }

        return request.Again
            ? null
            : throw new CommandRefusedException(
                $"Everybody on this list was called already (answered {found.Counters.Answered} of {found.Counters.Total}). Give --again to call them all a second time.");
    }

    /// <summary>Makes or resumes the campaign and starts it.</summary>
    public async Task<ICampaignGrain> StartAsync(PhoneListSummary list, CampaignSummary? known)
    {
        var campaign = known is null ? await CreateAsync(list) : await ResumeAsync(list, known);
        var started = await campaign.StartAsync("dial") is { IsDone: true } done ? done : await campaign.ResumeAsync("dial");
        if (!started.IsDone)
        {
            throw new CommandRefusedException(started.Refusal.Text);
        }

        await TellFirstCallAsync(campaign, list);
        return campaign;
    }

    private async Task<ICampaignGrain> CreateAsync(PhoneListSummary list)
    {
        var ids = engine.Services.GetRequiredService<INewIds>();
        var channel = new ChannelId(await ids.NextAsync());
        var made = await grains.GetGrain<IChannelGrain>(channel.Value).CreateAsync(DialPlan.Channel(request));
        if (!made.IsDone)
        {
            throw new CommandRefusedException(made.Refusal.Text);
        }

        var campaign = grains.GetGrain<ICampaignGrain>(await ids.NextAsync());
        var created = await campaign.CreateAsync(DialPlan.Campaign(request, Name, channel, list.Id, zone), UnixTime.None);
        return created.IsDone ? campaign : throw new CommandRefusedException(created.Refusal.Text);
    }

    private async Task<ICampaignGrain> ResumeAsync(PhoneListSummary list, CampaignSummary known)
    {
        var campaign = grains.GetGrain<ICampaignGrain>(known.Id.Value);
        await campaign.PauseAsync("dial");
        var view = (await campaign.GetAsync())!;
        var channel = grains.GetGrain<IChannelGrain>(view.Settings.Channel.Value);
        var current = (await channel.GetAsync())!;
        screen.Line($"Resuming: {known.Counters.Final} of {known.Counters.Total} numbers are done.");
        var wantedChannel = DialPlan.Channel(request);
        var wanted = DialPlan.Campaign(request, view.Settings.Name, view.Settings.Channel, list.Id, zone);
        if (wantedChannel != current.Settings)
        {
            await channel.EditAsync(wantedChannel, current.Version);
        }

        if (wanted != view.Settings || wantedChannel != current.Settings)
        {
            var edited = await campaign.EditAsync(wanted, UnixTime.None, view.SettingsVersion, "dial");
            if (!edited.IsDone)
            {
                throw new CommandRefusedException(edited.Refusal.Text);
            }

            screen.Line("The options differ from those of the earlier run: the new ones hold from here on.");
        }

        return campaign;
    }

    private async Task TellFirstCallAsync(ICampaignGrain campaign, PhoneListSummary list)
    {
        var progress = await UntilKnownAsync(campaign);
        var carrier = request.IsSip ? request.Channel : "the simulated carrier (nobody is really called)";
        screen.Line(progress.Idle is { Until.IsNone: false } idle
            ? $"{list.Accepted} numbers over {carrier}. {DialScreen.Why(idle, request.TimeZone ?? zone ?? "Etc/UTC")}"
            : $"{list.Accepted} numbers over {carrier}, at most {DialPlan.Channel(request).Lines} at once. The first call starts now.");
    }

    /// <summary>Whether it dials, or why not: a moment after the start, when the first rows have been judged.</summary>
    private static async Task<CampaignProgress> UntilKnownAsync(ICampaignGrain campaign)
    {
        var began = TimeProvider.System.GetTimestamp();
        while (true)
        {
            var progress = (await campaign.ProgressAsync())!;
            if (progress.Counters.Tries + progress.Counters.Live > 0
                || progress.Idle is { Until.IsNone: false }
                || TimeProvider.System.GetElapsedTime(began) > FirstLook)
            {
                return progress;
            }

            await Task.Delay(TimeSpan.FromMilliseconds(20));
        }
    }

    private string Name => Path.GetFileName(request.List) is { Length: > 0 and <= CampaignSettings.MaxNameLength } name ? name : "dial";
}
