using System.Data.Common;
using Dialer.Numbers;
using Dialer.Subscribers;

namespace Dialer.Silo.Storage;

/// <summary>The columns of <c>call_job</c> in the one order in which they are read.</summary>
internal static class JobRows
{
    public const string Columns =
        "id, campaign, phone, lane, not_before, status, result, end_reason, flags, attempts, attempts_total, attempts_to_phone, "
        + "error_streak, series, try_number, silo, version, try_started_at, answered_at, created_at, finished_at, not_after";

    public static JobRow Read(DbDataReader reader) => new()
    {
        Id = new JobId(reader.GetInt64(0)),
        Campaign = new CampaignId(reader.GetInt64(1)),
        Phone = new PhoneNumber(reader.GetInt64(2)),
        Lane = new LaneId(reader.GetInt64(3)),
        NotBefore = new UnixTime(reader.GetInt64(4)),
        Status = (JobStatus)reader.GetInt16(5),
        Result = (JobResult)reader.GetInt16(6),
        EndReason = (EndReason)reader.GetInt16(7),
        Flags = (JobFlags)reader.GetInt16(8),
        Attempts = reader.GetInt16(9),
        AttemptsTotal = reader.GetInt16(10),
        AttemptsToPhone = reader.GetInt16(11),
        ErrorStreak = (byte)reader.GetInt16(12),
        Series = reader.GetInt16(13),
        TryNumber = reader.GetInt32(14),
        Silo = reader.GetInt32(15),
        Version = reader.GetInt32(16),
        TryStartedAt = new UnixTime(reader.GetInt64(17)),
        AnsweredAt = new UnixTime(reader.GetInt64(18)),
        CreatedAt = new UnixTime(reader.GetInt64(19)),
        FinishedAt = new UnixTime(reader.GetInt64(20)),
        NotAfter = new UnixTime(reader.GetInt64(21)),
    };

    public static async Task<List<JobRow>> ReadAllAsync(DbDataReader reader)
    {
        var rows = new List<JobRow>();
        while (await reader.ReadAsync())
        {
            rows.Add(Read(reader));
        }

        return rows;
    }
}
