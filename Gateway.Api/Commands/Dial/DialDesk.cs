using Dialer.Campaigns;
using Dialer.Channels;
using Dialer.Gateway.Hosting;
using Dialer.PhoneLists;
using Dialer.Reports;

namespace Dialer.Gateway.Commands.Dial;

/// <summary>The unfinished run of a list, with the plan that holds for it.</summary>
internal sealed record EarlierRun(CampaignView Campaign, ChannelView Channel)
{
    public DialPlan Plan => new(Channel.Settings, Campaign.Settings);
}

/// <summary>The campaign behind a run: found again, edited, or made.</summary>
internal sealed class DialDesk(IEngine engine, DialRequest request, DialScreen screen)
{
    private static readonly TimeSpan FirstLook = TimeSpan.FromSeconds(1.5);

    private readonly IGrainFactory grains = engine.Services.GetRequiredService<IGrainFactory>();

    /// <summary>The unfinished run of this list, held until it is started again; null when there is none.</summary>
    /// <exception cref="CommandRefusedException">It was finished, and <c>--again</c> was not given.</exception>
    public async Task<EarlierRun?> FindAsync(PhoneListSummary list)
    {
        var found = await engine.Services.GetRequiredService<IDialerQueries>().FindCampaignOfListAsync(list.Id);
        if (found is null)
        {
            return null;
        }

        if (found.Status == CampaignStatus.Finished)
        {
            return request.Again
                ? null
                : throw new CommandRefusedException(
                    $"Everybody on this list was called already (answered {found.Counters.Answered} of {found.Counters.Total}). Give --again to call them all a second time.");
        }

        var campaign = grains.GetGrain<ICampaignGrain>(found.Id.Value);
        // one that was killed goes on by itself: not before its operator has seen what is coming
        await campaign.PauseAsync("dial");
        var view = (await campaign.GetAsync())!;
        return new EarlierRun(view, (await grains.GetGrain<IChannelGrain>(view.Settings.Channel.Value).GetAsync())!);
    }

    /// <summary>The channel of a new run, found to be there: nobody waits for an import to hear that the trunk is dead.</summary>
    /// <exception cref="CommandRefusedException">The trunk does not answer, or its settings are refused.</exception>
    public async Task<NewChannel> OpenAsync(DialPlan plan)
    {
        var id = new ChannelId(await engine.Services.GetRequiredService<INewIds>().NextAsync());
        var grain = grains.GetGrain<IChannelGrain>(id.Value);
        Demand(await grain.CreateAsync(plan.Channel));
        var channel = new NewChannel(grain, id);
        try
        {
            await ProbeAsync(id, plan);
        }
        catch
        {
            await channel.DisposeAsync();
            throw;
        }

        return channel;
    }

    /// <summary>Makes the campaign on its new channel and starts it.</summary>
    public async Task<ICampaignGrain> StartAsync(PhoneListSummary list, DialPlan plan, NewChannel channel)
    {
        var campaign = grains.GetGrain<ICampaignGrain>(await engine.Services.GetRequiredService<INewIds>().NextAsync());
        // an outage leaves in doubt whether the campaign was made: the same command finds it then, with its channel
        channel.IsKept = true;
        var made = await campaign.CreateAsync(plan.Campaign with { Channel = channel.Id }, UnixTime.None);
        channel.IsKept = made.IsDone;
        Demand(made);
        return await StartAsync(campaign, list, plan);
    }

    /// <summary>Resumes the earlier run by what holds now.</summary>
    public async Task<ICampaignGrain> ResumeAsync(PhoneListSummary list, DialPlan plan, EarlierRun earlier) =>
        await StartAsync(await EditAsync(plan, earlier), list, plan);

    private async Task<ICampaignGrain> StartAsync(ICampaignGrain campaign, PhoneListSummary list, DialPlan plan)
    {
        var started = await campaign.StartAsync("dial") is { IsDone: true } done ? done : await campaign.ResumeAsync("dial");
        Demand(started);
        await TellFirstCallAsync(campaign, plan, list);
        return campaign;
    }

    private async Task<ICampaignGrain> EditAsync(DialPlan plan, EarlierRun earlier)
    {
        var campaign = grains.GetGrain<ICampaignGrain>(earlier.Campaign.Id.Value);
        if (plan.Channel != earlier.Channel.Settings)
        {
            Demand(await grains.GetGrain<IChannelGrain>(earlier.Channel.Id.Value).EditAsync(plan.Channel, earlier.Channel.Version));
        }

        await ProbeAsync(earlier.Channel.Id, plan);
        if (plan != earlier.Plan)
        {
            Demand(await campaign.EditAsync(plan.Campaign, UnixTime.None, earlier.Campaign.SettingsVersion, "dial"));
            screen.Line($"From here on other than in the earlier run: {string.Join(", ", plan.ChangesFrom(earlier.Plan))}. Options that are not given stay as they were.");
        }

        return campaign;
    }

    /// <summary>A trunk or bot that is not there is said before anybody is called.</summary>
    private async Task ProbeAsync(ChannelId id, DialPlan plan)
    {
        if (plan.Channel.Kind != ChannelKind.Sip || await grains.GetGrain<IChannelGrain>(id.Value).ProbeAsync() is not { ProbeFault: { } fault })
        {
            return;
        }

        throw new CommandRefusedException($"The trunk {plan.Carrier} does not answer: {fault}. Nobody was called. Check --channel and the network; a trunk that takes calls but answers no OPTIONS needs --no-probe.");
    }

    private async Task TellFirstCallAsync(ICampaignGrain campaign, DialPlan plan, PhoneListSummary list)
    {
        var progress = await UntilKnownAsync(campaign);
        screen.Line(progress.Idle is { Until.IsNone: false } idle
            ? $"{list.Accepted} numbers over {plan.Carrier}. {DialScreen.Why(idle, plan.Campaign.TimeZone)}"
            : $"{list.Accepted} numbers over {plan.Carrier}, at most {plan.Campaign.MaxSimultaneousCalls} at once. The first call starts now.");
    }

    /// <summary>Whether it dials, or why not: a moment after the start, when the first rows have been judged.</summary>
    private static async Task<CampaignProgress> UntilKnownAsync(ICampaignGrain campaign)
    {
        var began = TimeProvider.System.GetTimestamp();
        while (true)
        {
            var progress = (await campaign.ProgressAsync())!;
            if (progress.Counters.Live > 0
                || progress.Idle is { Until.IsNone: false }
                || TimeProvider.System.GetElapsedTime(began) > FirstLook)
            {
                return progress;
            }

            await Task.Delay(TimeSpan.FromMilliseconds(20));
        }
    }

    private static void Demand<T>(Answer<T> answer)
        where T : class
    {
        if (!answer.IsDone)
        {
            throw new CommandRefusedException(answer.Refusal.Text);
        }
    }
}
