using Dialer.Calls;
using Dialer.Campaigns;
using Dialer.Domain.Phones;
using Dialer.Numbers;
using Dialer.Silo.Storage.Events;
using Dialer.Silo.Storage.GroupCommit;
using Npgsql;

namespace Dialer.Silo.Storage.PostgreSql;

/// <summary>
/// One group of writes as one PostgreSQL transaction. First trusting: read the phones, write under conditions, commit. If a
/// condition did not hold: lock and read what the batch stands on (campaigns, channels, phones, jobs, each in key order), write
/// what the plan says, commit.
/// </summary>
internal sealed class PostgreSqlBatchEngine(NpgsqlDataSource source, ListenBoard listeners, TimeProvider clock) : IBatchEngine, IAsyncDisposable
{
    private const int Attempts = 5;

    private const string PhoneText = "select phone, live_job, live_try, last_job, last_end, starts, do_not_call, version from phone where phone ";

    public int Lanes => 2;

    public async Task CommitAsync(IReadOnlyList<WriteOp> batch)
    {
        try
        {
            await TryCommitAsync(batch);
        }
        catch (Exception e) when (e is PostgresException { SqlState: ['2', '2', ..] } or System.Text.EncoderFallbackException or OverflowException)
        {
            // class 22, data exceptions: never from a commit
            throw new BatchRefusedException(e);
        }
    }

    private async Task TryCommitAsync(IReadOnlyList<WriteOp> batch)
    {
        await using var connection = await source.OpenConnectionAsync();
        if (await TryTrustingAsync(connection, batch))
        {
            return;
        }

        for (var attempt = 1; ; attempt++)
        {
            try
            {
                await CommitLockedAsync(connection, batch);
                return;
            }
            catch (PostgresException e) when (attempt < Attempts && IsRolledBack(e))
            {
                // a deadlock or a phone inserted by another silo meanwhile: certainly rolled back, plan anew on what is there now
            }
        }
    }

    public ValueTask DisposeAsync() => source.DisposeAsync();

    private static bool IsRolledBack(PostgresException e) => e.SqlState is
        PostgresErrorCodes.DeadlockDetected or PostgresErrorCodes.SerializationFailure or PostgresErrorCodes.UniqueViolation;

    /// <summary>
    /// The common case, in which nothing has changed since the callers read it: no row is locked before it is written. The
    /// conditions are in the updates; a count that is short means that one of them did not hold. False: nothing was written.
    /// </summary>
    private async Task<bool> TryTrustingAsync(NpgsqlConnection connection, IReadOnlyList<WriteOp> batch)
    {
        if (BatchPlan.MakeTrusting(batch, await ReadPhonesAsync(connection, batch)) is not { IsEmpty: false } plan)
        {
            return false;
        }

        var now = clock.Now();
        BatchEvents.AddUncounted(plan, batch, listeners, now);
        try
        {
            await using var transaction = await connection.BeginTransactionAsync();
            await using var writes = PostgreSqlBatchWrites.Trusting(plan, batch, connection);
            SortedDictionary<long, long> heads;
            await using (var reader = await writes.Batch.ExecuteReaderAsync())
            {
                heads = await ReadHeadsAsync(reader, now);
            }

            if (!writes.AllConditionsHeld)
            {
                await transaction.RollbackAsync();
                return false;
            }

            await WriteEventsAsync(connection, batch, heads);
            await transaction.CommitAsync();
            return true;
        }
        catch (PostgresException e) when (IsRolledBack(e))
        {
            return false;
        }
    }

    /// <summary>
    /// The campaigns that were written tell who listens to them; channels answer by rows too, of which the number is what counts.
    /// </summary>
    private async Task<SortedDictionary<long, long>> ReadHeadsAsync(NpgsqlDataReader reader, UnixTime now)
    {
        var heads = new SortedDictionary<long, long>();
        do
        {
            while (await reader.ReadAsync())
            {
                if (reader.FieldCount == PostgreSqlBatchWrites.CampaignAnswerColumns)
                {
                    Listened(heads, reader.GetInt64(0), reader.GetInt64(1), reader.GetInt64(2), now);
                }
            }
        }
        while (await reader.NextResultAsync());
        return heads;
    }

    private void Listened(SortedDictionary<long, long> heads, long campaign, long until, long head, UnixTime now)
    {
        listeners.Told(campaign, until);
        if (until > now.Ms)
        {
            heads[campaign] = head;
        }
    }

    /// <summary>Only when somebody listens: one more round trip, in the same transaction, which holds the rows of these campaigns.</summary>
    private static async Task WriteEventsAsync(NpgsqlConnection connection, IReadOnlyList<WriteOp> batch, SortedDictionary<long, long> heads)
    {
        if (BatchEvents.Of(batch, heads) is { Count: > 0 } events)
        {
            await using var writes = PostgreSqlBatchWrites.Events(events, heads, connection);
            await writes.ExecuteNonQueryAsync();
        }
    }

    private static async Task<BatchFacts> ReadPhonesAsync(NpgsqlConnection connection, IReadOnlyList<WriteOp> batch)
    {
        var facts = new BatchFacts();
        var phones = batch
            .Where(o => o is IntentOp or StepOp { Step: { Release.GiveBackStart: true } or { DoNotCall: true } })
            .Select(o => o.Phone)
            .Where(p => p != 0)
            .ToArray();
        if (phones.Length == 0)
        {
            return facts;
        }

        await using var command = new NpgsqlCommand(PhoneText + "= any($1)", connection)
        {
            Parameters = { new NpgsqlParameter<long[]> { TypedValue = phones } },
        };
        await using var reader = await command.ExecuteReaderAsync();
        while (await reader.ReadAsync())
        {
            facts.Phones[reader.GetInt64(0)] = ReadPhone(reader);
        }

        return facts;
    }

    private async Task CommitLockedAsync(NpgsqlConnection connection, IReadOnlyList<WriteOp> batch)
    {
        await using var transaction = await connection.BeginTransactionAsync();
        var facts = await ReadFactsAsync(connection, batch);
        var plan = BatchPlan.Make(batch, facts);
        if (!plan.IsEmpty)
        {
            await using var writes = PostgreSqlBatchWrites.Of(plan, connection);
            await writes.ExecuteNonQueryAsync();
            await WriteEventsAsync(connection, batch, facts.EventHeads);
        }

        await transaction.CommitAsync();
    }

    private async Task<BatchFacts> ReadFactsAsync(NpgsqlConnection connection, IReadOnlyList<WriteOp> batch)
    {
        var intents = batch.OfType<IntentOp>().Select(o => o.Intent).ToList();
        var campaigns = batch.SelectMany(o => o.Rows).Select(r => r.Campaign.Value).Distinct().Order().ToArray();
        var channels = intents.Select(i => i.Channel.Value).Distinct().Order().ToArray();
        var phones = batch.Select(o => o.Phone).Where(p => p != 0).Order().ToArray();
        var jobs = batch.SelectMany(o => o.Rows).Select(r => r.Id.Value).Order().ToArray();
        var now = clock.Now();

        await using var command = new NpgsqlBatch(connection);
        Add(command, "select id, epoch, status, live, max_calls, listen_until, event_seq from campaign where id = any($1) order by id for no key update", campaigns);
        Add(command, "select id, epoch from channel where id = any($1) order by id for share", channels);
        Add(
            command,
            PhoneText + "= any($1) order by phone for no key update",
            phones);
        Add(command, "select id, version from call_job where id = any($1) order by id for no key update", jobs);

        var facts = new BatchFacts();
        await using var reader = await command.ExecuteReaderAsync();
        while (await reader.ReadAsync())
        {
            facts.Campaigns[reader.GetInt64(0)] = new CampaignGate(
                reader.GetInt64(1), (CampaignStatus)reader.GetInt16(2), (int)reader.GetInt64(3), reader.GetInt32(4));
            Listened(facts.EventHeads, reader.GetInt64(0), reader.GetInt64(5), reader.GetInt64(6), now);
        }

        await reader.NextResultAsync();
        while (await reader.ReadAsync())
        {
            facts.ChannelEpochs[reader.GetInt64(0)] = reader.GetInt64(1);
        }

        await reader.NextResultAsync();
        while (await reader.ReadAsync())
        {
            facts.Phones[reader.GetInt64(0)] = ReadPhone(reader);
        }

        await reader.NextResultAsync();
        while (await reader.ReadAsync())
        {
            facts.JobVersions[reader.GetInt64(0)] = reader.GetInt32(1);
        }

        return facts;
    }

    private static PhoneRow ReadPhone(NpgsqlDataReader reader) => new()
    {
        Phone = new PhoneNumber(reader.GetInt64(0)),
        LiveTry = new TryId(new JobId(reader.GetInt64(1)), reader.GetInt32(2)),
        LastJob = new JobId(reader.GetInt64(3)),
        LastEnd = new UnixTime(reader.GetInt64(4)),
        Starts = reader.GetFieldValue<byte[]>(5),
        DoNotCall = reader.GetBoolean(6),
        Version = reader.GetInt32(7),
    };

    private static void Add(NpgsqlBatch batch, string text, long[] keys) =>
        batch.BatchCommands.Add(new NpgsqlBatchCommand(text) { Parameters = { new NpgsqlParameter<long[]> { TypedValue = keys } } });
}
