using Dialer.Accounts;
using Dialer.Calendars;
using Dialer.Calls;
using Dialer.Campaigns;
using Dialer.Channels;
using Dialer.Intake;
using Dialer.Numbers;
using Dialer.Reports;
using Dialer.Silo.Storage;
using Dialer.Subscribers;
using Orleans.TestingHost;

[assembly: AssemblyFixture(typeof(Dialer.Tests.Engines))]

namespace Dialer.Tests;

/// <summary>A silo of three is killed in the middle of a campaign (P2, P29, P30, I1–I3): the carrier's books are compared with ours.</summary>
public class SiloLossTests(Engines engines)
{
    private const int Numbers = 3000;
    private const int Cap = 60;

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task KilledSilo_NothingIsDialedTwiceOrLost_AndTheCapHolds(bool hostsTheCampaign)
    {
        await using var cluster = await DialerCluster.StartAsync(await engines.NewAsync(StorageEngine.PostgreSql));
        var campaign = await CreateAsync(cluster);
        await campaign.StartAsync("test");
        await DialerHost.UntilAsync(campaign, p => p.Counters.Final > Numbers / 4, TimeSpan.FromSeconds(60), "a quarter is done");

        var host = await cluster.HostOfAsync(campaign);
        var victim = hostsTheCampaign ? host : cluster.Silos.First(s => s != host);
        await cluster.KillAsync(victim);

        // what the lost silo left is over at the carrier, settled, and waits for its rest of P29; all else is done
        await UntilAsync(campaign, p => p.Counters.Live == 0 && p.Counters.Final + p.Counters.Waiting == Numbers && p.Counters.Waiting < 2 * Cap, "all but the settled are done");
        var settled = await SettledAsync(cluster, campaign);
        Assert.NotEmpty(settled);
        AssertEndedBeforeSettled(cluster, settled);
        cluster.Clock.Forward(TimeSpan.FromSeconds(70));
        var done = await UntilAsync(campaign, p => p.Counters.Final == Numbers, "every number has a result");

        AssertBooks(cluster, done.Counters);
    }

    /// <summary>Nobody asks for the packages: they are metered by themselves, also after the silo that did it is gone (P46).</summary>
    [Fact]
    public async Task KilledSiloOfTheAccount_CallsAreStillMetered_AndTheCampaignPauses_P46()
    {
        await using var cluster = await DialerCluster.StartAsync(await engines.NewAsync(StorageEngine.PostgreSql));
        var campaign = await CreateAsync(cluster, new SecondsRange(500, 550));
        var account = cluster.Grains.GetGrain<IAccountGrain>(1);
        Assert.True((await account.PutPackagesAsync(new PackageLimits(3600, null), 0)).IsDone);
        await campaign.StartAsync("test");
        await Until.TrueAsync(async () => (await account.GetPackagesAsync()).TelephonyUsed > Cap, "calls are metered");
        await cluster.KillAsync(await cluster.HostOfAsync(account));
        cluster.Clock.Forward(TimeSpan.FromMinutes(5));
        var paused = await UntilAsync(campaign, p => p.Status == CampaignStatus.Paused, "it pauses");
        Assert.Equal([PauseCodes.TelephonyMinutes], paused.PauseCauses.Select(c => c.Code));
        Assert.Equal(0, (await account.GetPackagesAsync()).TelephonyLeft);
    }

    private static async Task<ICampaignGrain> CreateAsync(DialerCluster cluster, SecondsRange? talk = null)
    {
        var channel = await cluster.Get<INewIds>().NextAsync();
        Assert.True((await cluster.Grains.GetGrain<IChannelGrain>(channel).CreateAsync(new ChannelSettings
        {
            Name = "carrier",
            Kind = ChannelKind.Simulated,
            Lines = 1000,
            RingTimeoutSeconds = 5,
            Simulated = new SimulatedSettings
            {
                Endpoint = cluster.Carrier,
                Answer = 0.8,
                NoAnswer = 0.2,
                Busy = 0,
                Nonexistent = 0,
                Error = 0,
                RingSeconds = new(0, 0.15),
                TalkSeconds = talk ?? new(0, 0.3),
            },
        })).IsDone);
        var campaign = cluster.Grains.GetGrain<ICampaignGrain>(await cluster.Get<INewIds>().NextAsync());
        Assert.True((await campaign.CreateAsync(
            new CampaignSettings
            {
                Name = "campaign",
                Channel = new ChannelId(channel),
                MaxSimultaneousCalls = Cap,
                TimeZone = "Europe/Moscow",
                CallingWindows = WeeklyHours.Always,
                Attempts = new AttemptPolicy { PauseMinutes = 1 },
            },
            UnixTime.None)).IsDone);
        var jobs = Enumerable.Range(0, Numbers).Select(i => new NewJob { Phone = new PhoneNumber(79_001_000_000 + i) }).ToList();
        Assert.True((await cluster.Get<IJobIntake>().AddAsync(new CampaignId(campaign.GetPrimaryKeyLong()), jobs, null)).IsDone);
        return campaign;
    }

    private static async Task<CampaignProgress> UntilAsync(ICampaignGrain campaign, Func<CampaignProgress, bool> reached, string what) =>
        (await Until.GetAsync(
            async () =>
            {
                try
                {
                    return await campaign.ProgressAsync();
                }
                catch (Exception e) when (e is Orleans.Runtime.OrleansMessageRejectionException or Orleans.Runtime.SiloUnavailableException)
                {
                    // its silo has just gone
                    return null;
                }
            },
            p => p is not null && reached(p),
            what,
            TimeSpan.FromSeconds(60),
            p => $"{p?.Counters} {p?.Idle}"))!;

    private static async Task<IReadOnlyList<TryRecord>> SettledAsync(DialerCluster cluster, ICampaignGrain campaign)
    {
        var queries = cluster.Get<IDialerQueries>();
        var jobs = await queries.ReadJobsAsync(new CampaignId(campaign.GetPrimaryKeyLong()), default, 2 * Numbers);
        var unknown = new List<TryRecord>();
        foreach (var job in jobs.Where(j => j.Status != JobStatus.Final || j.Result == JobResult.Unknown))
        {
            unknown.AddRange((await queries.ReadTriesAsync(job.Id)).Where(t => t.Class == CallClass.Unknown));
        }

        return unknown;
    }

    /// <summary>The permit of a lost silo's call is back only when the carrier has ended the call (P30).</summary>
    private static void AssertEndedBeforeSettled(DialerCluster cluster, IReadOnlyList<TryRecord> settled)
    {
        var ledger = cluster.ReadLedger();
        foreach (var record in settled.Where(r => ledger.Starts.ContainsKey(r.Try.ToString())))
        {
            Assert.True(ledger.Ends.TryGetValue(record.Try.ToString(), out var end), "a settled call is still up at the carrier");
            Assert.True(!record.AnsweredAt.IsNone || end <= record.EndedAt, $"settled {record.EndedAt}, ended at the carrier {end}");
        }
    }

    private static void AssertBooks(DialerCluster cluster, CampaignCounters counters)
    {
        var ledger = cluster.ReadLedger();
        Assert.Equal(0, ledger.DialedTwice);
        Assert.Equal(0, cluster.Tally.Repeated);
        Assert.Equal(Numbers, ledger.Phones.Count);
        Assert.InRange(ledger.MostAtOnce, 1, Cap);
        Assert.InRange(cluster.Tally.MostLive, 1, Cap);
        Assert.Equal(0, ledger.StillUp);
        Assert.Equal(Numbers, counters.Total);
        Assert.Equal(counters.Loaded, counters.Waiting + counters.Live + counters.Backoff + counters.Final);
    }
}
