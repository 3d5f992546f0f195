using System.Data.Common;
using Dialer.Bots;
using Dialer.Calls;
using Dialer.Subscribers;

namespace Dialer.Silo.Storage;

/// <summary>The columns of <c>call_try</c> in the one order in which they are read and written.</summary>
internal static class TryRows
{
    public const string Columns =
        "job, number, campaign, series, attempt_number, planned_at, started_at, answered_at, ended_at, class, fault, ended_by, sip_code, q850, "
        + "cause, rule, next_at, call_result, answered_by, speech_seconds, report_data, job_status, job_result, "
        + "call_result_payload, call_tags, redial";

    public static TryRecord Read(DbDataReader reader) => new()
    {
        Try = new TryId(new JobId(reader.GetInt64(0)), reader.GetInt32(1)),
        Campaign = new CampaignId(reader.GetInt64(2)),
        Series = reader.GetInt16(3),
        AttemptNumber = reader.GetInt16(4),
        PlannedAt = new UnixTime(reader.GetInt64(5)),
        StartedAt = new UnixTime(reader.GetInt64(6)),
        AnsweredAt = new UnixTime(reader.GetInt64(7)),
        EndedAt = new UnixTime(reader.GetInt64(8)),
        Class = (CallClass)reader.GetInt16(9),
        Fault = (Fault)reader.GetInt16(10),
        EndedBy = (EndedBy)reader.GetInt16(11),
        Cause = new RawCause(reader.GetInt16(12), reader.GetInt16(13), Text(reader, 14)),
        Rule = reader.GetString(15),
        NextAt = new UnixTime(reader.GetInt64(16)),
        CallResult = Text(reader, 17),
        AnsweredBy = (AnsweredBy)reader.GetInt16(18),
        SpeechSeconds = reader.GetInt32(19),
        ReportDataJson = Text(reader, 20),
        JobStatus = (JobStatus)reader.GetInt16(21),
        JobResult = (JobResult)reader.GetInt16(22),
        CallResultPayload = Text(reader, 23),
        CallTagsJson = Text(reader, 24),
        Redial = Text(reader, 25) is { } redial ? SettingsJson.Read<RedialFate>(redial) : null,
    };

    /// <summary>As it is kept in its column.</summary>
    public static string? RedialText(TryRecord record) => record.Redial is null ? null : SettingsJson.Write(record.Redial);

    private static string? Text(DbDataReader reader, int column) => reader.IsDBNull(column) ? null : reader.GetString(column);
}
