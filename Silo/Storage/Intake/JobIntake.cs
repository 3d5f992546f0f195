using System.Data.Common;
using System.Text.Json;
using Dialer.Calendars;
using Dialer.Campaigns;
using Dialer.Domain.Channels;
using Dialer.Grains.Subscribers;
using Dialer.Intake;
using Dialer.Silo.Storage.Campaigns;
using Dialer.Subscribers;

namespace Dialer.Silo.Storage.Intake;

/// <summary>New jobs, lanes, counters and the stored answer in one transaction, which small requests share; then a hint to the campaign.</summary>
internal sealed class JobIntake(IDatabase database, IGrainFactory grains, TimeProvider clock, IntakeGroup group) : IJobIntake
{
    /// <summary>So many refused numbers are named; whoever mends them asks again.</summary>
    private const int MaxRefusals = 100;

    private static readonly TimeSpan DestinationsLimit = TimeSpan.FromSeconds(2);

    public async Task<Answer<IntakeResult>> AddAsync(CampaignId campaign, IReadOnlyList<NewJob> jobs, IntakeKey? key)
    {
        ArgumentNullException.ThrowIfNull(jobs);
        if (await RefuseDestinationsAsync(campaign, jobs) is { Count: > 0 } refused)
        {
            // what was added before is answered again, whatever the trunk may call by now
            return key is not null && await FindAnswerAsync(key) is { } known ? known : Answer<IntakeResult>.Refused(refused);
        }

        return jobs.Count is > 0 and <= IntakeGroup.MostJobs ? await AddSmallAsync(campaign, jobs, key) : await AddLargeAsync(campaign, jobs, key);
    }

    private async Task<Answer<IntakeResult>> AddSmallAsync(CampaignId campaign, IReadOnlyList<NewJob> jobs, IntakeKey? key)
    {
        var added = await group.AddAsync(campaign, jobs, key);
        if (added.IsFirstOfCampaign)
        {
            await grains.GetGrain<ICampaignGrain>(campaign.Value).JobsAddedAsync(added.At, added.Answer.Value!.Jobs[0]);
        }

        return added.Answer;
    }

    private async Task<Answer<IntakeResult>> AddLargeAsync(CampaignId campaign, IReadOnlyList<NewJob> jobs, IntakeKey? key)
    {
        if (key is not null && await FindAnswerAsync(key) is { } earlier)
        {
            return earlier;
        }

        var lanes = jobs.Select(LaneOf).Distinct().ToList();
        var laneIds = lanes.Count == 0 ? 0 : await IdAllocator.TakeBlockAsync(database, 4 * lanes.Count);
        var first = jobs.Count == 0 ? 0 : await IdAllocator.TakeBlockAsync(database, jobs.Count);
        var now = clock.Now();
        IntakeResult added;
        try
        {
            added = await database.WriteAsync((connection, _) => AddAsync(connection, campaign, jobs, key, lanes, laneIds, first, now), isBulk: true);
        }
        catch (IntakeRefusedException e)
        {
            return e.Refusal;
        }
        catch (DbException) when (key is not null)
        {
            // the same key was committed elsewhere meanwhile: that answer is ours too
            return await FindAnswerAsync(key) ?? throw new StoreUnavailableException("The jobs could not be added; ask again with the same key.");
        }

        if (jobs.Count > 0)
        {
            await grains.GetGrain<ICampaignGrain>(campaign.Value).JobsAddedAsync(now, added.Jobs[0]);
        }

        return added;
    }

    /// <summary>The numbers that the campaign's trunk may not call (P39): nothing is added then, so that nobody waits for a call in vain.</summary>
    private async Task<IReadOnlyList<Refusal>> RefuseDestinationsAsync(CampaignId campaign, IReadOnlyList<NewJob> jobs)
    {
        if (jobs.Count == 0 || await DestinationsAsync(campaign) is not { } terms)
        {
            return [];
        }

        return [.. jobs
            .Select((job, i) => (Index: i, Why: Destinations.Refuse(terms, job.Phone)))
            .Where(j => j.Why is not null)
            .Take(MaxRefusals)
            .Select(j => new Refusal(
                "destination_not_allowed",
                $"Number {j.Index + 1} of the request cannot be called: {j.Why}. Take it out, or name its prefix in the channel's destinationPrefixes.",
                Field: $"[{j.Index}].phone"))];
    }

    /// <summary>Taking numbers needs the database only: what cannot be asked now is found when the number comes due.</summary>
    private async Task<DestinationTerms?> DestinationsAsync(CampaignId campaign)
    {
        try
        {
            return await grains.GetGrain<ICampaignGrain>(campaign.Value).DestinationsAsync().WaitAsync(DestinationsLimit);
        }
        catch (Exception e) when (e is TimeoutException or Orleans.Runtime.OrleansException)
        {
            return null;
        }
    }

    private async Task<IntakeResult> AddAsync(
        DbConnection connection,
        CampaignId campaign,
        IReadOnlyList<NewJob> jobs,
        IntakeKey? key,
        List<(byte Priority, string? Policy, string Zone)> lanes,
        long laneIds,
        long first,
        UnixTime now)
    {
        if (key is not null)
        {
            var ids = Enumerable.Range(0, jobs.Count).Select(i => first + i).ToList();
            await connection.ExecuteAsync(
                "delete from idempotency_key where scope = @scope and key = @key and created_at <= @old",
                ("scope", key.Scope), ("key", key.Key), ("old", (now - AnswerBook.Kept).Ms));
            await connection.ExecuteAsync(
                "insert into idempotency_key (scope, key, created_at, answer) values (@scope, @key, @now, @answer)",
                ("scope", key.Scope), ("key", key.Key), ("now", now.Ms), ("answer", JsonSerializer.Serialize(ids)));
        }

        var laneOf = new Dictionary<(byte, string?, string), LaneId>();
        for (var i = 0; i < lanes.Count; i++)
        {
            var (priority, policy, zone) = lanes[i];
            var stored = await CampaignStore.EnsureLaneAsync(
                connection, campaign, priority, policy is null ? null : SettingsJson.Read<CallPolicy>(policy), zone, laneIds + 4 * i);
            laneOf[lanes[i]] = stored.Id;
        }

        await IntakeRules.InsertAsync(database, connection, jobs.Select((job, i) => new IntakeRow(first + i, campaign, laneOf[LaneOf(job)], job)), now);
        // locked only now: while many rows are written the campaign's calls go on
        var status = await connection.ScalarAsync(
            "select status from campaign where id = @id" + (database.HasRowLocks ? " for no key update" : string.Empty), ("id", campaign.Value));
        var refusal = IntakeRules.Refuse(status is null ? CampaignStatus.None : (CampaignStatus)Convert.ToInt32(status, System.Globalization.CultureInfo.InvariantCulture));
        if (refusal is not null)
        {
            // thrown, so that the key's row goes too: a refused request leaves nothing
            throw new IntakeRefusedException(refusal);
        }

        await IntakeRules.CountAsync(database, connection, campaign, first, jobs.Count);
        return new IntakeResult([.. Enumerable.Range(0, jobs.Count).Select(i => new JobId(first + i))], IsReplay: false);
    }

    private Task<IntakeResult?> FindAnswerAsync(IntakeKey key) => database.ReadAsync(async connection =>
    {
        var answer = (string?)await connection.ScalarAsync(
            "select answer from idempotency_key where scope = @scope and key = @key and created_at > @old",
            ("scope", key.Scope), ("key", key.Key), ("old", (clock.Now() - AnswerBook.Kept).Ms));
        return answer is null ? null : IntakeRules.Replay(answer);
    });

    private static (byte Priority, string? Policy, string Zone) LaneOf(NewJob job) =>
        (job.Priority, job.Policy is null ? null : SettingsJson.Write(job.Policy), job.Zone.Key);

    /// <summary>Leaves the transaction, so that it is rolled back as a whole; never leaves this class.</summary>
    private sealed class IntakeRefusedException(Refusal refusal) : Exception
    {
        public Refusal Refusal => refusal;
    }
}
