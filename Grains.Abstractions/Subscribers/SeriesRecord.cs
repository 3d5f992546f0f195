namespace Dialer.Subscribers;

/// <summary>A series that a redial closed: one row of the job report (calls-api §5 row 19).</summary>
[GenerateSerializer, Immutable, Alias("dialer.SeriesRecord")]
public sealed record SeriesRecord
{
    [Id(0)] public required JobId Job { get; init; }
    [Id(1)] public required CampaignId Campaign { get; init; }
    [Id(2)] public required short Series { get; init; }
    [Id(3)] public short Attempts { get; init; }
    [Id(4)] public JobResult Result { get; init; }
    [Id(5)] public UnixTime FinishedAt { get; init; }
}
