using Dialer.Domain.Phones;
using Dialer.Events;
using Dialer.Silo.Storage.Events;
using Dialer.Silo.Storage.GroupCommit;
using Dialer.Subscribers;
using Npgsql;

namespace Dialer.Silo.Storage.PostgreSql;

/// <summary>The statements of one plan: one per table, rows as arrays. Updates only, never an upsert: a missing row is a lost condition.</summary>
internal static class PostgreSqlBatchWrites
{
    private static readonly string CampaignText =
        $"update campaign c set {CounterColumns.Additions("c", "u.")} from unnest("
        + string.Join(", ", Enumerable.Range(1, CounterColumns.Names.Count + 1).Select(i => $"${i}::bigint[]"))
        + $") as u(id, {CounterColumns.List}) where c.id = u.id";

    private static readonly string GatedCampaignText =
        $"update campaign c set {CounterColumns.Additions("c", "u.")} from unnest("
        + string.Join(", ", Enumerable.Range(1, CounterColumns.Names.Count + 2).Select(i => $"${i}::bigint[]"))
        + $") as u(id, {CounterColumns.List}, gate_epoch) where c.id = u.id "
        + "and (u.gate_epoch < 0 or (c.epoch = u.gate_epoch and c.status = 2 and c.live + u.live <= c.max_calls)) "
        + "returning c.id, c.listen_until, c.event_seq";

    /// <summary>Of what a campaign's row answers when it is written trusting: id, who listens until when, its last event.</summary>
    public const int CampaignAnswerColumns = 3;

    private const string EventText =
        $"insert into event ({EventRows.Columns}) select * from unnest($1::bigint[], $2::bigint[], $3::bigint[], $4::text[], $5::bigint[], $6::text[])";

    private const string EventHeadText =
        "update campaign c set event_seq = u.seq from unnest($1::bigint[], $2::bigint[]) as u(id, seq) where c.id = u.id";

    private const string ChannelText =
        "select c.id from channel c join unnest($1::bigint[], $2::bigint[]) as u(id, epoch) on c.id = u.id and c.epoch = u.epoch order by c.id for share of c";

    // a phone that another try holds by now is left alone
    private const string ReleaseText =
        "update phone p set live_job = 0, live_try = 0, last_job = u.job, last_end = u.at, version = p.version + 1 "
        + "from unnest($1::bigint[], $2::bigint[], $3::int[], $4::bigint[]) as u(phone, job, number, at) "
        + "where p.phone = u.phone and p.live_job = u.job and p.live_try = u.number";

    private const string PhoneInsertText =
        "insert into phone (phone, live_job, live_try, last_job, last_end, starts, do_not_call, version) "
        + "select * from unnest($1::bigint[], $2::bigint[], $3::int[], $4::bigint[], $5::bigint[], $6::bytea[], $7::bool[], $8::int[])";

    private const string PhoneUpdateText =
        "update phone p set live_job = u.live_job, live_try = u.live_try, last_job = u.last_job, last_end = u.last_end, "
        + "starts = u.starts, do_not_call = p.do_not_call or u.do_not_call, version = u.version "
        + "from unnest($1::bigint[], $2::bigint[], $3::int[], $4::bigint[], $5::bigint[], $6::bytea[], $7::bool[], $8::int[]) "
        + "as u(phone, live_job, live_try, last_job, last_end, starts, do_not_call, version) where p.phone = u.phone";

    // the siblings bit is the intake's to set: it is kept whatever the decision held
    private const string JobText =
        "update call_job j set lane = u.lane, not_before = u.not_before, status = u.status, result = u.result, end_reason = u.end_reason, "
        + "flags = (u.flags | (j.flags & 1::smallint)), attempts = u.attempts, attempts_total = u.attempts_total, "
        + "attempts_to_phone = u.attempts_to_phone, error_streak = u.error_streak, series = u.series, try_number = u.try_number, silo = u.silo, "
        + "version = u.version, try_started_at = u.try_started_at, answered_at = u.answered_at, finished_at = u.finished_at, "
        + "not_after = u.not_after "
        + "from unnest($1::bigint[], $2::bigint[], $3::bigint[], $4::smallint[], $5::smallint[], $6::smallint[], $7::smallint[], $8::smallint[], "
        + "$9::smallint[], $10::smallint[], $11::smallint[], $12::smallint[], $13::int[], $14::int[], $15::int[], $16::bigint[], $17::bigint[], $18::bigint[], $19::bigint[]) "
        + "as u(id, lane, not_before, status, result, end_reason, flags, attempts, attempts_total, attempts_to_phone, error_streak, series, try_number, "
        + "silo, version, try_started_at, answered_at, finished_at, not_after) where j.id = u.id";

    private const string TryArrays =
        "unnest($1::bigint[], $2::int[], $3::bigint[], $4::smallint[], $5::smallint[], $6::bigint[], $7::bigint[], $8::bigint[], $9::bigint[], "
        + "$10::smallint[], $11::smallint[], $12::smallint[], $13::smallint[], $14::smallint[], $15::text[], $16::text[], $17::bigint[], $18::text[], "
        + "$19::smallint[], $20::int[], $21::text[], $22::smallint[], $23::smallint[], $24::text[], $25::text[], $26::text[])";

    private const string TryInsertText = $"insert into call_try ({TryRows.Columns}) select * from {TryArrays} on conflict do nothing";

    private const string TryDeleteText = "delete from call_try t using unnest($1::bigint[], $2::int[]) as u(job, number) where t.job = u.job and t.number = u.number";

    /// <summary>The writes of a plan that was made on locked rows.</summary>
    public static NpgsqlBatch Of(BatchPlan plan, NpgsqlConnection connection)
    {
        var batch = new NpgsqlBatch(connection);
        AddCampaigns(batch, plan);
        AddPhones(batch, PhoneInsertText, plan.NewPhones);
        AddPhones(batch, PhoneUpdateText, plan.ChangedPhones);
        AddJobs(batch, JobText, plan.Jobs);
        AddAppended(batch, plan);
        return batch;
    }

    /// <summary>The writes of a plan that trusts its callers, each under the condition that it is as they said.</summary>
    public static ConditionalWrites Trusting(BatchPlan plan, IReadOnlyList<WriteOp> ops, NpgsqlConnection connection)
    {
        var writes = new ConditionalWrites(new NpgsqlBatch(connection));
        var batch = writes.Batch;
        writes.Expect(AddGatedCampaigns(batch, plan, ops), plan.Campaigns.Count);
        writes.Expect(AddChannels(batch, ops, out var channels), channels);
        AddPhones(batch, PhoneInsertText, plan.NewPhones);
        writes.Expect(AddPhones(batch, PhoneUpdateText + " and p.version = u.version - 1", plan.ChangedPhones), plan.ChangedPhones.Count);
        AddBlindReleases(batch, plan.BlindReleases);
        writes.Expect(AddJobs(batch, JobText + " and j.version = u.version - 1", plan.Jobs), plan.Jobs.Count);
        AddAppended(batch, plan);
        return writes;
    }

    /// <summary>Events, and how far their campaigns are with them.</summary>
    public static NpgsqlBatch Events(List<StoredEvent> events, SortedDictionary<long, long> heads, NpgsqlConnection connection)
    {
        var batch = new NpgsqlBatch(connection);
        Add(
            batch,
            EventText,
            Column(events, e => e.Campaign.Value),
            Column(events, e => e.Seq),
            Column(events, e => e.At.Ms),
            Column(events, e => e.Type),
            Column(events, e => e.Job.Value),
            Column(events, e => e.DataJson));
        Add(batch, EventHeadText, (long[])[.. heads.Keys], (long[])[.. heads.Values]);
        return batch;
    }

    private static void AddAppended(NpgsqlBatch batch, BatchPlan plan)
    {
        if (plan.ReplacedTries.Count > 0)
        {
            Add(batch, TryDeleteText, Column(plan.ReplacedTries, t => t.Try.Job.Value), Column(plan.ReplacedTries, t => t.Try.Number));
        }

        AddTries(batch, plan.Tries);
        AddTries(batch, plan.ReplacedTries);
        AddRest(batch, plan);
        AddDoNotCall(batch, plan);
    }

    /// <summary>Counters, and for campaigns with intents in the batch: under this epoch, running, and below the cap with all of them (P2).</summary>
    private static NpgsqlBatchCommand? AddGatedCampaigns(NpgsqlBatch batch, BatchPlan plan, IReadOnlyList<WriteOp> ops)
    {
        if (plan.Campaigns.Count == 0)
        {
            return null;
        }

        var epochs = new Dictionary<long, long>();
        foreach (var op in ops)
        {
            if (op is IntentOp { Intent: { } intent })
            {
                epochs[intent.Row.Campaign.Value] = intent.Epoch;
            }
        }

        var values = plan.Campaigns.Values.Select(CounterColumns.Values).ToList();
        var columns = Enumerable.Range(0, CounterColumns.Names.Count).Select(c => Column(values, v => v[c]));
        long[] keys = [.. plan.Campaigns.Keys];
        return Add(batch, GatedCampaignText, [keys, .. columns, Column(keys, id => epochs.GetValueOrDefault(id, -1))]);
    }

    private static NpgsqlBatchCommand? AddChannels(NpgsqlBatch batch, IReadOnlyList<WriteOp> ops, out int count)
    {
        var epochs = new SortedDictionary<long, long>();
        foreach (var op in ops)
        {
            if (op is IntentOp { Intent: { } intent })
            {
                epochs[intent.Channel.Value] = intent.ChannelEpoch;
            }
        }

        count = epochs.Count;
        return count == 0 ? null : Add(batch, ChannelText, (long[])[.. epochs.Keys], (long[])[.. epochs.Values]);
    }

    private static void AddBlindReleases(NpgsqlBatch batch, List<PhoneRelease> releases)
    {
        if (releases.Count > 0)
        {
            Add(
                batch,
                ReleaseText,
                Column(releases, r => r.Phone.Value),
                Column(releases, r => r.Try.Job.Value),
                Column(releases, r => r.Try.Number),
                Column(releases, r => r.EndedAt.Ms));
        }
    }

    private static void AddCampaigns(NpgsqlBatch batch, BatchPlan plan)
    {
        if (plan.Campaigns.Count == 0)
        {
            return;
        }

        var values = plan.Campaigns.Values.Select(CounterColumns.Values).ToList();
        var columns = Enumerable.Range(0, CounterColumns.Names.Count).Select(c => Column(values, v => v[c]));
        Add(batch, CampaignText, [Column([.. plan.Campaigns.Keys], id => id), .. columns]);
    }

    private static NpgsqlBatchCommand? AddPhones(NpgsqlBatch batch, string text, List<PhoneRow> phones) => phones.Count == 0
        ? null
        : Add(
                batch,
                text,
                Column(phones, p => p.Phone.Value),
                Column(phones, p => p.LiveTry.Job.Value),
                Column(phones, p => p.LiveTry.Number),
                Column(phones, p => p.LastJob.Value),
                Column(phones, p => p.LastEnd.Ms),
                Column(phones, p => p.Starts),
                Column(phones, p => p.DoNotCall),
                Column(phones, p => p.Version));

    private static NpgsqlBatchCommand AddJobs(NpgsqlBatch batch, string text, List<JobRow> jobs) => Add(
        batch,
        text,
        Column(jobs, j => j.Id.Value),
        Column(jobs, j => j.Lane.Value),
        Column(jobs, j => j.NotBefore.Ms),
        Column(jobs, j => (short)j.Status),
        Column(jobs, j => (short)j.Result),
        Column(jobs, j => (short)j.EndReason),
        Column(jobs, j => (short)(j.Flags & ~JobFlags.Siblings)),
        Column(jobs, j => j.Attempts),
        Column(jobs, j => j.AttemptsTotal),
        Column(jobs, j => j.AttemptsToPhone),
        Column(jobs, j => (short)j.ErrorStreak),
        Column(jobs, j => j.Series),
        Column(jobs, j => j.TryNumber),
        Column(jobs, j => j.Silo),
        Column(jobs, j => j.Version),
        Column(jobs, j => j.TryStartedAt.Ms),
        Column(jobs, j => j.AnsweredAt.Ms),
        Column(jobs, j => j.FinishedAt.Ms),
        Column(jobs, j => j.NotAfter.Ms));

    private static void AddTries(NpgsqlBatch batch, List<TryRecord> tries)
    {
        if (tries.Count == 0)
        {
            return;
        }

        Add(
            batch,
            TryInsertText,
            Column(tries, t => t.Try.Job.Value),
            Column(tries, t => t.Try.Number),
            Column(tries, t => t.Campaign.Value),
            Column(tries, t => t.Series),
            Column(tries, t => t.AttemptNumber),
            Column(tries, t => t.PlannedAt.Ms),
            Column(tries, t => t.StartedAt.Ms),
            Column(tries, t => t.AnsweredAt.Ms),
            Column(tries, t => t.EndedAt.Ms),
            Column(tries, t => (short)t.Class),
            Column(tries, t => (short)t.Fault),
            Column(tries, t => (short)t.EndedBy),
            Column(tries, t => (short)t.Cause.SipCode),
            Column(tries, t => (short)t.Cause.Q850),
            Column(tries, t => t.Cause.Text),
            Column(tries, t => t.Rule),
            Column(tries, t => t.NextAt.Ms),
            Column(tries, t => t.CallResult),
            Column(tries, t => (short)t.AnsweredBy),
            Column(tries, t => t.SpeechSeconds),
            Column(tries, t => t.ReportDataJson),
            Column(tries, t => (short)t.JobStatus),
            Column(tries, t => (short)t.JobResult),
            Column(tries, t => t.CallResultPayload),
            Column(tries, t => t.CallTagsJson),
            Column(tries, TryRows.RedialText));
    }

    private static void AddRest(NpgsqlBatch batch, BatchPlan plan)
    {
        if (plan.Series.Count > 0)
        {
            Add(
                batch,
                "insert into call_series (job, series, campaign, attempts, result, finished_at) "
                + "select * from unnest($1::bigint[], $2::smallint[], $3::bigint[], $4::smallint[], $5::smallint[], $6::bigint[]) "
                + "on conflict (job, series) do update set attempts = excluded.attempts, result = excluded.result, finished_at = excluded.finished_at",
                Column(plan.Series, s => s.Job.Value),
                Column(plan.Series, s => s.Series),
                Column(plan.Series, s => s.Campaign.Value),
                Column(plan.Series, s => s.Attempts),
                Column(plan.Series, s => (short)s.Result),
                Column(plan.Series, s => s.FinishedAt.Ms));
        }

        if (plan.Notes.Count > 0)
        {
            Add(
                batch,
                "insert into job_note (job, campaign, at, code, detail) "
                + "select * from unnest($1::bigint[], $2::bigint[], $3::bigint[], $4::text[], $5::text[])",
                Column(plan.Notes, n => n.Job.Value),
                Column(plan.Notes, n => n.Campaign.Value),
                Column(plan.Notes, n => n.At.Ms),
                Column(plan.Notes, n => n.Code),
                Column(plan.Notes, n => n.Detail));
        }

        AddSaid(batch, plan);
        if (plan.Legs.Count > 0)
        {
            Add(
                batch,
                "insert into call_leg (job, number, leg) select * from unnest($1::bigint[], $2::int[], $3::bytea[]) "
                + "on conflict (job) do update set number = excluded.number, leg = excluded.leg",
                Column(plan.Legs, l => l.Try.Job.Value),
                Column(plan.Legs, l => l.Try.Number),
                Column(plan.Legs, l => l.Leg));
        }
    }

    private static void AddSaid(NpgsqlBatch batch, BatchPlan plan)
    {
        if (plan.Said.Count > 0)
        {
            Add(
                batch,
                "insert into bot_reply (job, number, content) select * from unnest($1::bigint[], $2::int[], $3::text[]) "
                + "on conflict (job) do update set number = excluded.number, content = excluded.content",
                Column(plan.Said, s => s.Try.Job.Value),
                Column(plan.Said, s => s.Try.Number),
                Column(plan.Said, s => SettingsJson.Write(s.Reply)));
        }

        if (plan.SaidForgotten.Count > 0)
        {
            Add(batch, "delete from bot_reply where job = any($1)", Column(plan.SaidForgotten, j => j.Value));
        }
    }

    private static void AddDoNotCall(NpgsqlBatch batch, BatchPlan plan)
    {
        if (plan.DoNotCall.Count > 0)
        {
            Add(
                batch,
                "insert into do_not_call (phone, reason, source, added_at, added_by) select u.phone, 'opt-out in a call', 'bot', u.at, 'bot' "
                + "from unnest($1::bigint[], $2::bigint[]) as u(phone, at) on conflict do nothing",
                Column(plan.DoNotCall, d => d.Phone.Value),
                Column(plan.DoNotCall, d => d.At.Ms));
        }
    }

    private static TValue[] Column<TItem, TValue>(IReadOnlyList<TItem> items, Func<TItem, TValue> value)
    {
        var values = new TValue[items.Count];
        for (var i = 0; i < values.Length; i++)
        {
            values[i] = value(items[i]);
        }

        return values;
    }

    private static NpgsqlBatchCommand Add(NpgsqlBatch batch, string text, params Array[] columns)
    {
        var command = new NpgsqlBatchCommand(text);
        foreach (var column in columns)
        {
            command.Parameters.Add(Parameter(column));
        }

        batch.BatchCommands.Add(command);
        return command;
    }

    private static NpgsqlParameter Parameter(Array column) => column switch
    {
        long[] values => new NpgsqlParameter<long[]> { TypedValue = values },
        int[] values => new NpgsqlParameter<int[]> { TypedValue = values },
        short[] values => new NpgsqlParameter<short[]> { TypedValue = values },
        bool[] values => new NpgsqlParameter<bool[]> { TypedValue = values },
        byte[][] values => new NpgsqlParameter<byte[][]> { TypedValue = values },
        string?[] values => new NpgsqlParameter<string?[]> { TypedValue = values },
        _ => throw new ArgumentException($"no parameter type for {column.GetType()}", nameof(column)),
    };
}
