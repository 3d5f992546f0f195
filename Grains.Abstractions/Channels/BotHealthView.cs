namespace Dialer.Channels;

/// <summary>Whether answered calls would find their bot (P41).</summary>
public enum BotState : byte
{
    /// <summary>No probe has been answered yet: nothing is dialed before one is.</summary>
    Unknown = 0,

    /// <summary>It is there.</summary>
    Up = 1,

    /// <summary>It was missing too often: nothing is dialed, its campaigns pause.</summary>
    Down = 2,
}

/// <summary>Health of the bot of one campaign on its channel.</summary>
[GenerateSerializer, Immutable, Alias("dialer.BotHealthView")]
public sealed record BotHealthView
{
    [Id(0)] public required BotId Bot { get; init; }
    [Id(1)] public required BotState State { get; init; }

    /// <summary>The last probe was answered. A bot that is down may answer again.</summary>
    [Id(2)] public bool Answers { get; init; }

    /// <summary>What was seen, for people; null unless it is down.</summary>
    [Id(3)] public string? Evidence { get; init; }
}
