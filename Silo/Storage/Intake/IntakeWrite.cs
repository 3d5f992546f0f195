using System.Collections.Concurrent;
using System.Data.Common;
using System.Globalization;
using System.Text.Json;
using Dialer.Calendars;
using Dialer.Campaigns;
using Dialer.Intake;
using Dialer.Silo.Storage.Campaigns;

namespace Dialer.Silo.Storage.Intake;

/// <summary>
/// The transaction of a group of requests: campaigns are locked in the order of their ids, then keys are taken in theirs, so that two
/// groups never wait for each other. What it knows of lanes and ids it keeps, so that most of them cost nothing.
/// </summary>
internal sealed class IntakeWrite(IDatabase database, TimeProvider clock) : IDisposable
{
    private const int IdBlock = 5_000;
    private const int MostLanes = 50_000;

    private readonly ConcurrentDictionary<LaneWish, LaneId> lanes = new();
    private readonly SemaphoreSlim turn = new(1);
    private long nextId;
    private long endOfIds;

    /// <exception cref="IntakeRaceException">A key was committed elsewhere meanwhile; nothing was written.</exception>
    public async Task CommitAsync(IReadOnlyList<IntakeRequest> group)
    {
        var ordered = group.OrderBy(r => r.Campaign.Value).ToList();
        var (known, wishes) = Sort(ordered);
        var ids = await TakeIdsAsync(ordered.Sum(r => r.Jobs.Count) + 4 * wishes.Count);
        var now = clock.Now();
        var made = await database.WriteAsync((connection, _) => WriteAsync(connection, ordered, known, wishes, ids, now));

        // only what is on disk is known
        if (lanes.Count > MostLanes)
        {
            lanes.Clear();
        }

        foreach (var (wish, lane) in made)
        {
            lanes[wish] = lane;
        }
    }

    public void Dispose() => turn.Dispose();

    /// <summary>Lanes that are known, taken out now: another group may forget them all meanwhile; and those that are not.</summary>
    private (Dictionary<LaneWish, LaneId> Known, List<LaneWish> Wishes) Sort(List<IntakeRequest> ordered)
    {
        var known = new Dictionary<LaneWish, LaneId>();
        var wishes = new List<LaneWish>();
        foreach (var wish in ordered.SelectMany(r => r.Jobs.Select(j => LaneWish.Of(r.Campaign, j))).Distinct())
        {
            if (lanes.TryGetValue(wish, out var lane))
            {
                known[wish] = lane;
            }
            else
            {
                wishes.Add(wish);
            }
        }

        return (known, wishes);
    }

    private async Task<Dictionary<LaneWish, LaneId>> WriteAsync(
        DbConnection connection, List<IntakeRequest> ordered, Dictionary<LaneWish, LaneId> known, List<LaneWish> wishes, long ids, UnixTime now)
    {
        var open = await LockAsync(connection, ordered);
        var answered = await ReadAnswersAsync(connection, ordered, now);
        var accepted = new List<IntakeRequest>();
        foreach (var request in ordered)
        {
            // what its own commit in doubt wrote is no replay, and the campaign has not been told of it
            var own = request.Added is { Answer.Value: { IsReplay: false } tried } ? tried.Jobs : null;
            request.Added = request.Key is { } key && answered.TryGetValue(key, out var earlier)
                ? own is not null && own.SequenceEqual(earlier.Jobs) ? new IntakeAdded(earlier with { IsReplay = false }, now, true) : new IntakeAdded(earlier, now, false)
                : IntakeRules.Refuse(open.GetValueOrDefault(request.Campaign)) is { } refusal ? new IntakeAdded(refusal, now, false)
                : null;
            if (request.Added is null)
            {
                accepted.Add(request);
            }
        }

        var made = await MakeLanesAsync(connection, accepted, wishes, ids);
        var first = ids + 4 * wishes.Count;
        foreach (var request in accepted)
        {
            request.Added = new IntakeAdded(
                new IntakeResult([.. Enumerable.Range(0, request.Jobs.Count).Select(i => new JobId(first + i))], IsReplay: false), now, false);
            first += request.Jobs.Count;
        }

        await TakeKeysAsync(connection, accepted, now);
        await InsertAsync(connection, accepted, wish => made.TryGetValue(wish, out var lane) ? lane : known[wish], now);
        return made;
    }

    /// <summary>The status of each campaign, held until the commit: a finish is before these jobs or after them.</summary>
    private async Task<Dictionary<CampaignId, CampaignStatus>> LockAsync(DbConnection connection, List<IntakeRequest> ordered)
    {
        var found = await connection.ListAsync(
            $"select id, status from campaign where id in ({string.Join(',', ordered.Select(r => r.Campaign.Value).Distinct())}) order by id"
            + (database.HasRowLocks ? " for no key update" : ""),
            r => (Id: new CampaignId(r.GetInt64(0)), Status: (CampaignStatus)r.GetInt16(1)));
        return found.ToDictionary(c => c.Id, c => c.Status);
    }

    private static async Task<Dictionary<IntakeKey, IntakeResult>> ReadAnswersAsync(DbConnection connection, List<IntakeRequest> ordered, UnixTime now)
    {
        var keys = Keys(ordered);
        if (keys.Count == 0)
        {
            return [];
        }

        var (places, parameters) = Named(keys);
        var old = ("old", (object?)(now - AnswerBook.Kept).Ms);
        await connection.ExecuteAsync($"delete from idempotency_key where (scope, key) in (values {places}) and created_at <= @old", [.. parameters, old]);
        var found = await connection.ListAsync(
            $"select scope, key, answer from idempotency_key where (scope, key) in (values {places})",
            r => (Key: new IntakeKey(r.GetString(0), r.GetString(1)), Answer: r.GetString(2)),
            parameters);
        return found.ToDictionary(f => f.Key, f => IntakeRules.Replay(f.Answer));
    }

    /// <summary>All keys, or none: one that another process commits at this moment is waited for, and then it has its answer.</summary>
    private static async Task TakeKeysAsync(DbConnection connection, List<IntakeRequest> accepted, UnixTime now)
    {
        var keys = Keys(accepted);
        if (keys.Count == 0)
        {
            return;
        }

        var answers = accepted.Where(r => r.Key is not null).ToDictionary(r => r.Key!, r => JsonSerializer.Serialize(r.Added!.Answer.Value!.Jobs.Select(j => j.Value)));
        var (_, parameters) = Named(keys);
        var values = string.Join(", ", keys.Select((_, i) => $"(@s{i}, @k{i}, @now, @a{i})"));
        var taken = await connection.ExecuteAsync(
            $"insert into idempotency_key (scope, key, created_at, answer) values {values} on conflict (scope, key) do nothing",
            [.. parameters, ("now", now.Ms), .. keys.Select((k, i) => ($"a{i}", (object?)answers[k]))]);
        if (taken < keys.Count)
        {
            throw new IntakeRaceException();
        }
    }

    private static async Task<Dictionary<LaneWish, LaneId>> MakeLanesAsync(DbConnection connection, List<IntakeRequest> accepted, List<LaneWish> wishes, long ids)
    {
        var wanted = accepted.Select(r => r.Campaign).ToHashSet();
        var made = new Dictionary<LaneWish, LaneId>();
        foreach (var wish in wishes)
        {
            if (wanted.Contains(wish.Campaign))
            {
                var policy = wish.Policy is null ? null : SettingsJson.Read<CallPolicy>(wish.Policy);
                made[wish] = (await CampaignStore.EnsureLaneAsync(connection, wish.Campaign, wish.Priority, policy, wish.Zone, ids)).Id;
            }

            ids += 4;
        }

        return made;
    }

    private async Task InsertAsync(DbConnection connection, List<IntakeRequest> accepted, Func<LaneWish, LaneId> laneOf, UnixTime now)
    {
        if (accepted.Count == 0)
        {
            return;
        }

        var rows = accepted.SelectMany(r => r.Jobs.Select((job, i) => (r.Campaign, Id: r.Added!.Answer.Value!.Jobs[i].Value, Job: job))).ToList();
        await IntakeRules.InsertAsync(database, connection, rows.Select(r => new IntakeRow(r.Id, r.Campaign, laneOf(LaneWish.Of(r.Campaign, r.Job)), r.Job)), now);
        foreach (var campaign in accepted.GroupBy(r => r.Campaign))
        {
            var first = campaign.First();
            first.Added = first.Added! with { IsFirstOfCampaign = true };
            var (from, count) = (first.Added.Answer.Value!.Jobs[0].Value, campaign.Sum(r => r.Jobs.Count));
            await IntakeRules.CountAsync(database, connection, campaign.Key, from, count);
        }
    }

    private static List<IntakeKey> Keys(List<IntakeRequest> requests) =>
        [.. requests.Select(r => r.Key).OfType<IntakeKey>().OrderBy(k => k.Scope, StringComparer.Ordinal).ThenBy(k => k.Key, StringComparer.Ordinal)];

    private static (string Places, (string Name, object? Value)[] Parameters) Named(List<IntakeKey> keys) => (
        string.Join(", ", keys.Select((_, i) => $"(@s{i}, @k{i})")),
        [.. keys.SelectMany((k, i) => new (string, object?)[] { (string.Create(CultureInfo.InvariantCulture, $"s{i}"), k.Scope), (string.Create(CultureInfo.InvariantCulture, $"k{i}"), k.Key) })]);

    /// <summary>Ids in a row, of a block of this process.</summary>
    private async Task<long> TakeIdsAsync(int count)
    {
        await turn.WaitAsync();
        try
        {
            if (nextId + count > endOfIds)
            {
                var block = Math.Max(count, IdBlock);
                nextId = await IdAllocator.TakeBlockAsync(database, block);
                endOfIds = nextId + block;
            }

            nextId += count;
            return nextId - count;
        }
        finally
        {
            turn.Release();
        }
    }

    private readonly record struct LaneWish(CampaignId Campaign, byte Priority, string? Policy, string Zone)
    {
        public static LaneWish Of(CampaignId campaign, NewJob job) =>
            new(campaign, job.Priority, job.Policy is null ? null : SettingsJson.Write(job.Policy), job.Zone.Key);
    }
}
