using Dialer.Calendars;
using Dialer.Calls;
using Dialer.Campaigns;
using Dialer.Intake;
using Dialer.Numbers;
using Dialer.Silo.Storage;

namespace Dialer.Tests;

/// <summary>Why nothing is being dialed when nothing is, and when the next call is due (P18).</summary>
public class IdleReasonTests(Rigs rigs)
{
    [Theory, BothEngines]
    public async Task EachReason_IsToldInItsState_WithTheNextInstant_P18(StorageEngine engine)
    {
        var rig = await rigs.GetAsync(engine);
        var stage = await rig.StageAsync(c => c with { MaxSimultaneousCalls = 1, Attempts = new AttemptPolicy { Initial = 2, PauseMinutes = 10 } });
        await IdleAsync(stage, "draft");
        await stage.StartAsync();
        await IdleAsync(stage, "no_numbers");

        var later = rig.Now + TimeSpan.FromHours(1);
        await stage.AddAsync(new NewJob { Phone = new PhoneNumber(Rig.Phones(1)[0]), StartAt = later });
        Assert.Equal(later, (await IdleAsync(stage, "not_before")).Until);

        await stage.AddAsync(1);
        var call = (await stage.Trunk.UntilLiveAsync(1, "up"))[0];
        await stage.AddAsync(1);
        await IdleAsync(stage, "max_simultaneous_calls");
        stage.Trunk.OnDial = c => c.End(CallClass.Busy);
        call.End(CallClass.Busy);
        var pause = (await IdleAsync(stage, "retry_pause")).Until;
        Assert.InRange(pause.Ms, (rig.Now + TimeSpan.FromMinutes(9)).Ms, (rig.Now + TimeSpan.FromMinutes(10)).Ms);

        await stage.PauseAsync();
        await IdleAsync(stage, "paused");
        await stage.FinishAsync();
        await IdleAsync(stage, "finished");
    }

    [Theory, BothEngines]
    public async Task ScheduledLinesRateAndBackoff_AreTold_P18(StorageEngine engine)
    {
        var rig = await rigs.GetAsync(engine);
        var at = rig.Now + TimeSpan.FromHours(2);
        Assert.Equal(at, (await IdleAsync(await rig.StageAsync(startsAt: at), "scheduled")).Until);

        var lines = await rig.StageAsync(channel: c => c with { Lines = 1 });
        await lines.AddAsync(3);
        await lines.StartAsync();
        await IdleAsync(lines, "channel_lines");

        var rate = await rig.StageAsync(channel: c => c with { CallsPerSecond = 1 });
        await rate.AddAsync(30);
        await rate.StartAsync();
        await IdleAsync(rate, "channel_rate");

        var errors = await rig.StageAsync(channel: c => c with { Breaker = false });
        errors.Trunk.OnDial = c => c.End(CallClass.Technical);
        await errors.AddAsync(1);
        await errors.StartAsync();
        var backoff = (await IdleAsync(errors, "error_backoff")).Until;
        Assert.InRange(backoff.Ms, (rig.Now + TimeSpan.FromSeconds(30)).Ms, (rig.Now + TimeSpan.FromSeconds(60)).Ms);
    }

    [Theory, BothEngines]
    public async Task OutsideHours_TellsTheFirstInstantOfTheNextWindow_P18(StorageEngine engine)
    {
        var rig = await rigs.GetAsync(engine);
        var day = ((int)rig.Now.ToDateTimeOffset().DayOfWeek + 6 + 3) % 7;
        var stage = await rig.StageAsync(c => c with
        {
            TimeZone = "Etc/UTC",
            UseSubscriberLocalTime = false,
            CallingWindows = WeeklyHours.EachDay(new MinuteRange(9 * 60, 18 * 60), d => d == day),
        });
        await stage.AddAsync(1);
        await stage.StartAsync();

        var next = (await IdleAsync(stage, "outside_hours")).Until.ToDateTimeOffset();

        Assert.Equal((new TimeSpan(9, 0, 0), day), (next.TimeOfDay, ((int)next.DayOfWeek + 6) % 7));
    }

    private static async Task<IdleReason> IdleAsync(Stage stage, string code) =>
        (await stage.UntilAsync(p => p.Idle?.Code == code, $"idle reason {code}")).Idle!;
}
