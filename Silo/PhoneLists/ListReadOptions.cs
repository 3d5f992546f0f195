using Dialer.Domain.Numbers;

namespace Dialer.Silo.PhoneLists;

/// <summary>How a list file is read (P33).</summary>
internal sealed record ListReadOptions
{
    /// <summary>ISO country of the list: where a leading 8 may become 7.</summary>
    public required string Country { get; init; }

    /// <summary>The chain that finds each number's zone (P4).</summary>
    public ZoneFinder Zones { get; init; } = ZoneFinder.Default;

    /// <summary>Most rows, accepted and rejected together, of one batch.</summary>
    public int BatchRows { get; init; } = ListLimits.BatchRows;

    /// <summary><c>utf-8</c>, <c>windows-1251</c>, <c>utf-16</c> or <c>utf-16be</c>, when the operator knows better; null = detected.</summary>
    public string? Encoding { get; init; }

    /// <summary>The separator, when the operator knows better; null = detected among <c>, ; tab</c>.</summary>
    public char? Separator { get; init; }
}
