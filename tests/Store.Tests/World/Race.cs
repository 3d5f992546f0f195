using Dialer.Accounts;
using Dialer.Calls;
using Dialer.Campaigns;
using Dialer.Domain.Subscribers;
using Dialer.Grains.Subscribers;
using Dialer.Silo.Storage;
using Dialer.Silo.Storage.GroupCommit;
using Dialer.Subscribers;

namespace Dialer.Tests.Stores;

/// <summary>Two writes of two processes to the same rows, and what may come of them.</summary>
internal sealed class Race
{
    private readonly List<TestCampaign> campaigns = [];

    public static readonly IReadOnlyList<string> Names =
    [
        "same job", "same phone", "new phone", "cap", "epoch", "pause", "channel epoch", "do not call", "do not call, new phone",
        "two outcomes", "outcome and answer", "outcome and intent at the cap", "opt-out and intent", "crossing phones",
    ];

    public required Func<Task<string>> X { get; init; }

    public required Func<Task<string>> Y { get; init; }

    /// <summary>Rows at which a writer can be stopped: table, key, id.</summary>
    public required (string Table, string Key, long Id)[] Rows { get; init; }

    /// <summary>Answers of X and Y that may be, by who was first; null where the order is not known.</summary>
    public required Func<string, string, bool?, bool> IsAllowed { get; init; }

    public async Task AssertAsync(StoreRig rig, string x, string y, bool? isXFirst)
    {
        Assert.True(IsAllowed(x, y, isXFirst), $"X {x}, Y {y}, X first: {isXFirst}");
        await Recount.AssertAsync(rig, [.. campaigns]);
    }

    public static async Task<Race> NewAsync(string name, StoreRig here, StoreRig there, Func<long> newPhone)
    {
        here.Care = there.Care = CareSettings.Off with { CallsPerDay = 9 };
        var a = await TestCampaign.NewAsync(here, max: name.Contains("cap", StringComparison.Ordinal) ? 1 : 50);
        var b = await TestCampaign.NewAsync(here);
        var phone = newPhone();
        var (jobA, jobB) = (await a.AddOneAsync(phone), await b.AddOneAsync(phone));
        var race = await NewAsync(name, new Sides(here, there, a, b, jobA, jobB, newPhone));
        race.campaigns.AddRange([a, b]);
        return race;
    }

    private sealed record Sides(StoreRig Here, StoreRig There, TestCampaign A, TestCampaign B, JobRow JobA, JobRow JobB, Func<long> NewPhone)
    {
        public (string, string, long) CampaignRow => ("campaign", "id", A.Id.Value);

        public (string, string, long) ChannelRow => ("channel", "id", A.Channel.Id.Value);

        public (string, string, long) JobARow => ("call_job", "id", JobA.Id.Value);

        public (string, string, long) PhoneRow => ("phone", "phone", JobA.Phone.Value);

        public Task<string> IntentAsync(StoreRig rig, IntentWrite intent) => Text(rig, intent);

        /// <summary>The phone has a row: it was dialed before.</summary>
        public async Task<JobRow> KnownPhoneAsync() => await A.EndAsync(await A.DialAsync(JobA), CallClass.Busy);
    }

    private static async Task<string> Text(StoreRig rig, params object[] writes) =>
        string.Join(" ", (await TestCampaign.CommitAsync(rig, writes)).Select(w => w.ToString()));

    private static async Task<Race> NewAsync(string name, Sides s)
    {
        switch (name)
        {
            case "same job":
                return new Race
                {
                    X = () => Text(s.Here, s.A.Intent(s.JobA)),
                    Y = () => Text(s.There, s.A.Intent(s.JobA)),
                    Rows = [s.CampaignRow, s.ChannelRow, s.JobARow],
                    IsAllowed = One("Stored", "Stale"),
                };
            case "same phone":
                var known = await s.KnownPhoneAsync();
                return new Race
                {
                    X = () => Text(s.Here, s.A.Intent(known)),
                    Y = () => Text(s.There, s.B.Intent(s.JobB)),
                    Rows = [s.CampaignRow, s.PhoneRow, s.JobARow],
                    IsAllowed = One("Stored", "PhoneRefused", isOrderKnown: false),
                };
            case "new phone":
                return new Race
                {
                    X = () => Text(s.Here, s.A.Intent(s.JobA)),
                    Y = () => Text(s.There, s.B.Intent(s.JobB)),
                    Rows = [s.CampaignRow, s.JobARow],
                    IsAllowed = One("Stored", "PhoneRefused", isOrderKnown: false),
                };
            case "cap":
                var second = await s.A.AddOneAsync(s.NewPhone());
                return new Race
                {
                    X = () => Text(s.Here, s.A.Intent(s.JobA)),
                    Y = () => Text(s.There, s.A.Intent(second)),
                    Rows = [s.CampaignRow, s.JobARow],
                    IsAllowed = One("Stored", "CapReached"),
                };
            case "epoch" or "pause":
                var next = name == "pause" ? s.A.Row with { Status = CampaignStatus.Paused } : s.A.Row;
                return new Race
                {
                    X = () => Text(s.Here, s.A.Intent(s.JobA)),
                    Y = async () => (await s.There.Campaigns.TransitionAsync(next, s.A.Row.Epoch)).ToString(),
                    Rows = [s.CampaignRow, s.ChannelRow, s.JobARow],
                    IsAllowed = (x, y, isXFirst) => y == "True" && x == (isXFirst is null ? x : isXFirst.Value ? "Stored" : "EpochPassed"),
                };
            default:
                return await MoreAsync(name, s);
        }
    }

    private static async Task<Race> MoreAsync(string name, Sides s)
    {
        switch (name)
        {
            case "channel epoch":
                return new Race
                {
                    X = () => Text(s.Here, s.A.Intent(s.JobA)),
                    Y = async () => (await s.There.Channels.WriteAsync(s.A.Channel, s.A.Channel.Epoch)).ToString(),
                    Rows = [s.ChannelRow, s.JobARow],
                    IsAllowed = (x, y, isXFirst) => y == "True" && x == (isXFirst is null ? x : isXFirst.Value ? "Stored" : "ChannelEpochPassed"),
                };
            case "do not call" or "do not call, new phone":
                var job = name == "do not call" ? await s.KnownPhoneAsync() : s.JobA;
                return new Race
                {
                    X = () => Text(s.Here, s.A.Intent(job)),
                    Y = async () => (await s.There.DoNotCall.AddAsync([job.Phone], "asked", "test", "test", s.There.Now)).ToString(System.Globalization.CultureInfo.InvariantCulture),
                    Rows = name == "do not call" ? [s.PhoneRow, s.JobARow] : [s.JobARow],
                    IsAllowed = (x, y, isXFirst) => y == "1" && x == (isXFirst is null ? x : isXFirst.Value ? "Stored" : "PhoneRefused"),
                };
            case "two outcomes":
                var live = await s.A.DialAsync(s.JobA);
                return new Race
                {
                    X = () => Text(s.Here, s.A.Ended(live, CallClass.Busy)),
                    Y = () => Text(s.There, s.A.Ended(live, CallClass.Technical)),
                    Rows = [s.CampaignRow, s.PhoneRow, s.JobARow],
                    IsAllowed = One("True", "False", isOrderKnown: false),
                };
            case "outcome and answer":
                var ringing = await s.A.DialAsync(s.JobA);
                return new Race
                {
                    X = () => Text(s.Here, s.A.Ended(ringing, CallClass.NoAnswer)),
                    Y = () => Text(s.There, new SubscriberStep { Row = SubscriberMachine.Answered(ringing, s.There.Now) }),
                    Rows = [s.JobARow],
                    IsAllowed = One("True", "False", isOrderKnown: false),
                    // the loser of an outcome decides again while its try is the current one: see StepTests
                };
            case "outcome and intent at the cap":
                var holder = await s.A.DialAsync(s.JobA);
                var waits = await s.A.AddOneAsync(s.NewPhone());
                return new Race
                {
                    X = () => Text(s.Here, s.A.Ended(holder, CallClass.Busy)),
                    Y = () => Text(s.There, s.A.Intent(waits)),
                    Rows = [s.CampaignRow, s.JobARow],
                    IsAllowed = (x, y, isXFirst) => x == "True" && y == (isXFirst is null ? y : isXFirst.Value ? "Stored" : "CapReached"),
                };
            case "opt-out and intent":
                var talking = await s.A.DialAsync(s.JobA);
                return new Race
                {
                    X = () => Text(s.Here, s.A.Ended(talking, CallClass.Answered, new BotReply { StopCalls = StopCalls.Organisation })),
                    Y = () => Text(s.There, s.B.Intent(s.JobB)),
                    Rows = [s.CampaignRow, s.PhoneRow, s.JobARow],
                    IsAllowed = (x, y, _) => x == "True" && y == "PhoneRefused",
                };
            case "crossing phones":
                var more = await s.B.AddOneAsync(s.NewPhone());
                var twin = await s.A.AddOneAsync(more.Phone.Value);
                return new Race
                {
                    // the same two phones, each batch naming them the other way round
                    X = () => Text(s.Here, s.A.Intent(s.JobA), s.A.Intent(twin)),
                    Y = () => Text(s.There, s.B.Intent(more), s.B.Intent(s.JobB)),
                    Rows = [s.CampaignRow, s.JobARow, ("call_job", "id", s.JobB.Id.Value)],
                    IsAllowed = (x, y, _) => (x, y) is ("Stored Stored", "PhoneRefused PhoneRefused") or ("PhoneRefused PhoneRefused", "Stored Stored"),
                };
            default:
                throw new ArgumentException("no such race", nameof(name));
        }
    }

    private static Func<string, string, bool?, bool> One(string wins, string loses, bool isOrderKnown = true) => (x, y, isXFirst) =>
        (x, y) == (wins, loses) ? !isOrderKnown || isXFirst != false : (x, y) == (loses, wins) && (!isOrderKnown || isXFirst != true);
}
