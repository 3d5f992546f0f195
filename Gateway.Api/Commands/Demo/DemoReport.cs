using Dialer.Campaigns;

namespace Dialer.Gateway.Commands.Demo;

/// <summary>What the worker tells the demo, a line of JSON each.</summary>
internal sealed record DemoLine
{
    /// <summary>A sentence to show.</summary>
    public string? Say { get; init; }

    /// <summary>The campaign's figures, twice a second.</summary>
    public DemoFigures? Figures { get; init; }

    /// <summary>The end: the carrier's ledger against our books.</summary>
    public DemoAudit? Audit { get; init; }
}

internal sealed record DemoFigures(int Final, int Total, int Live, int Answered, int NotAnswered, int Tries, int Attempts, string? Idle, string? Breaker, string? Evidence)
{
    public static DemoFigures Of(CampaignProgress progress)
    {
        var c = progress.Counters;
        return new DemoFigures(
            c.Final, c.Total, c.Live, c.Answered, c.NotAnswered + c.Nonexistent, c.Tries, c.Attempts,
            IdleText(progress.Idle), progress.Channel?.Breaker.ToString(), progress.Channel?.Evidence);
    }

    private static string? IdleText(IdleReason? idle) => idle is null || idle.Until.IsNone
        ? idle?.Text
        : $"{idle.Text} Next at {idle.Until.ToDateTimeOffset().ToLocalTime():HH:mm:ss}.";
}

/// <summary>Each pair is a claim and what the carrier's books say of it.</summary>
internal sealed record DemoAudit(
    int Received,
    int Recorded,
    int DialedTwice,
    long Accepted,
    int Done,
    int MostAtOnce,
    int Cap,
    int OutsideHours,
    int DoNotCall,
    IReadOnlyList<string> Timeline,
    string Curl,
    string Console,
    string? AdminKey)
{
    /// <summary>Numbers that the import took and that have no end in the books.</summary>
    public long Lost => Accepted - Done;
}
