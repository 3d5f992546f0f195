using Dialer.Calls;
using Dialer.Campaigns;
using Dialer.Domain.Phones;
using Dialer.Events;
using Dialer.Numbers;
using Dialer.Silo.Storage.Events;
using Dialer.Silo.Storage.GroupCommit;
using Dialer.Subscribers;
using Microsoft.Data.Sqlite;

namespace Dialer.Silo.Storage.Sqlite;

/// <summary>One group of writes as one SQLite transaction on the writer's thread: read what it stands on, plan, write.</summary>
internal sealed class SqliteBatchEngine(SqliteWriter writer, TimeProvider clock) : IBatchEngine
{
    private SqliteStatements? statements;

    public int Lanes => 1;

    public Task CommitAsync(IReadOnlyList<WriteOp> batch) => writer.WriteAsync(connection =>
    {
        statements ??= new SqliteStatements(connection);
        var facts = ReadFacts(statements, batch, clock.Now());
        Write(statements, BatchPlan.Make(batch, facts));
        WriteEvents(statements, BatchEvents.Of(batch, facts.EventHeads), facts.EventHeads);
        return true;
    });

    private static BatchFacts ReadFacts(SqliteStatements sql, IReadOnlyList<WriteOp> batch, UnixTime now)
    {
        var facts = new BatchFacts();
        foreach (var op in batch)
        {
            foreach (var row in op.Rows)
            {
                ReadJob(sql, row.Id.Value, facts);
                ReadCampaign(sql, row.Campaign.Value, facts, now);
            }

            if (op is IntentOp intent)
            {
                ReadChannel(sql, intent.Intent.Channel.Value, facts);
            }

            if (op.Phone != 0)
            {
                ReadPhone(sql, op.Phone, facts);
            }
        }

        return facts;
    }

    private static void ReadJob(SqliteStatements sql, long job, BatchFacts facts)
    {
        using var reader = sql.Read("select version from call_job where id = $1", job);
        if (reader.Read())
        {
            facts.JobVersions[job] = reader.GetInt32(0);
        }
    }

    private static void ReadCampaign(SqliteStatements sql, long campaign, BatchFacts facts, UnixTime now)
    {
        if (facts.Campaigns.ContainsKey(campaign))
        {
            return;
        }

        using var reader = sql.Read("select epoch, status, live, max_calls, listen_until, event_seq from campaign where id = $1", campaign);
        if (reader.Read())
        {
            facts.Campaigns[campaign] = new CampaignGate(
                reader.GetInt64(0), (CampaignStatus)reader.GetInt16(1), reader.GetInt32(2), reader.GetInt32(3));
            if (reader.GetInt64(4) > now.Ms)
            {
                facts.EventHeads[campaign] = reader.GetInt64(5);
            }
        }
    }

    private static void ReadChannel(SqliteStatements sql, long channel, BatchFacts facts)
    {
        if (facts.ChannelEpochs.ContainsKey(channel))
        {
            return;
        }

        using var reader = sql.Read("select epoch from channel where id = $1", channel);
        if (reader.Read())
        {
            facts.ChannelEpochs[channel] = reader.GetInt64(0);
        }
    }

    private static void ReadPhone(SqliteStatements sql, long phone, BatchFacts facts)
    {
        using var reader = sql.Read(
            "select live_job, live_try, last_job, last_end, starts, do_not_call, version from phone where phone = $1", phone);
        if (reader.Read())
        {
            facts.Phones[phone] = new PhoneRow
            {
                Phone = new PhoneNumber(phone),
                LiveTry = new TryId(new JobId(reader.GetInt64(0)), reader.GetInt32(1)),
                LastJob = new JobId(reader.GetInt64(2)),
                LastEnd = new UnixTime(reader.GetInt64(3)),
                Starts = reader.GetFieldValue<byte[]>(4),
                DoNotCall = reader.GetInt64(5) != 0,
                Version = reader.GetInt32(6),
            };
        }
    }

    private static void Write(SqliteStatements sql, BatchPlan plan)
    {
        foreach (var (campaign, delta) in plan.Campaigns)
        {
            AddCounters(sql, campaign, delta);
        }

        plan.NewPhones.ForEach(p => sql.Execute(
            "insert into phone (live_job, live_try, last_job, last_end, starts, version, do_not_call, phone) values ($1, $2, $3, $4, $5, $6, $7, $8)",
            p.LiveTry.Job.Value, p.LiveTry.Number, p.LastJob.Value, p.LastEnd.Ms, p.Starts, p.Version, p.DoNotCall ? 1 : 0, p.Phone.Value));
        plan.ChangedPhones.ForEach(p => sql.Execute(
            "update phone set live_job = $1, live_try = $2, last_job = $3, last_end = $4, starts = $5, version = $6, "
            + "do_not_call = max(do_not_call, $7) where phone = $8",
            p.LiveTry.Job.Value, p.LiveTry.Number, p.LastJob.Value, p.LastEnd.Ms, p.Starts, p.Version, p.DoNotCall ? 1 : 0, p.Phone.Value));
        plan.DoNotCall.ForEach(d => sql.Execute(
            "insert or ignore into do_not_call (phone, reason, source, added_at, added_by) values ($1, 'opt-out in a call', 'bot', $2, 'bot')",
            d.Phone.Value, d.At.Ms));
        plan.Jobs.ForEach(j => WriteJob(sql, j));
        plan.Tries.ForEach(t => InsertTry(sql, t, "insert or ignore"));
        plan.ReplacedTries.ForEach(t => InsertTry(sql, t, "insert or replace"));
        plan.Series.ForEach(s => sql.Execute(
            "insert or replace into call_series (job, series, campaign, attempts, result, finished_at) values ($1, $2, $3, $4, $5, $6)",
            s.Job.Value, s.Series, s.Campaign.Value, s.Attempts, (int)s.Result, s.FinishedAt.Ms));
        plan.Notes.ForEach(n => sql.Execute(
            "insert into job_note (job, campaign, at, code, detail) values ($1, $2, $3, $4, $5)",
            n.Job.Value, n.Campaign.Value, n.At.Ms, n.Code, n.Detail));
        plan.Said.ForEach(s => sql.Execute(
            "insert or replace into bot_reply (job, number, content) values ($1, $2, $3)", s.Try.Job.Value, s.Try.Number, SettingsJson.Write(s.Reply)));
        plan.SaidForgotten.ForEach(j => sql.Execute("delete from bot_reply where job = $1", j.Value));
        plan.Legs.ForEach(l => sql.Execute(
            "insert or replace into call_leg (job, number, leg) values ($1, $2, $3)", l.Try.Job.Value, l.Try.Number, l.Leg));
    }

    private static void WriteEvents(SqliteStatements sql, List<StoredEvent> events, IReadOnlyDictionary<long, long> heads)
    {
        if (events.Count == 0)
        {
            return;
        }

        events.ForEach(e => sql.Execute(
            $"insert into event ({EventRows.Columns}) values ($1, $2, $3, $4, $5, $6)", e.Campaign.Value, e.Seq, e.At.Ms, e.Type, e.Job.Value, e.DataJson));
        foreach (var (campaign, seq) in heads)
        {
            sql.Execute("update campaign set event_seq = $1 where id = $2", seq, campaign);
        }
    }

    internal static void AddCounters(SqliteStatements sql, long campaign, CampaignCounters delta)
    {
        var values = CounterColumns.Values(delta);
        for (var i = 0; i < values.Length; i++)
        {
            if (values[i] != 0)
            {
                var name = CounterColumns.Names[i];
                sql.Execute($"update campaign set {name} = {name} + $1 where id = $2", values[i], campaign);
            }
        }
    }

    // the siblings bit is the intake's to set: it is kept whatever the decision held
    private static void WriteJob(SqliteStatements sql, JobRow j) => sql.Execute(
        "update call_job set lane = $1, not_before = $2, status = $3, result = $4, end_reason = $5, flags = ($6 | (flags & 1)), attempts = $7, "
        + "attempts_total = $8, attempts_to_phone = $9, error_streak = $10, series = $11, try_number = $12, silo = $13, version = $14, "
        + "try_started_at = $15, answered_at = $16, finished_at = $17, not_after = $18 where id = $19",
        j.Lane.Value, j.NotBefore.Ms, (int)j.Status, (int)j.Result, (int)j.EndReason, (int)(j.Flags & ~JobFlags.Siblings), j.Attempts,
        j.AttemptsTotal, j.AttemptsToPhone, j.ErrorStreak, j.Series, j.TryNumber, j.Silo, j.Version,
        j.TryStartedAt.Ms, j.AnsweredAt.Ms, j.FinishedAt.Ms, j.NotAfter.Ms, j.Id.Value);

    private static void InsertTry(SqliteStatements sql, TryRecord t, string verb) => sql.Execute(
        verb + " into call_try (" + TryRows.Columns + ") "
        + "values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21, $22, $23, $24, $25, $26)",
        t.Try.Job.Value, t.Try.Number, t.Campaign.Value, t.Series, t.AttemptNumber, t.PlannedAt.Ms, t.StartedAt.Ms, t.AnsweredAt.Ms,
        t.EndedAt.Ms, (int)t.Class, (int)t.Fault, (int)t.EndedBy, t.Cause.SipCode, t.Cause.Q850, t.Cause.Text, t.Rule, t.NextAt.Ms,
        t.CallResult, (int)t.AnsweredBy, t.SpeechSeconds, t.ReportDataJson, (int)t.JobStatus, (int)t.JobResult,
        t.CallResultPayload, t.CallTagsJson, TryRows.RedialText(t));
}
