namespace Dialer.Access;

/// <summary>What a key may do (P52); each role may do what those before it may.</summary>
public enum AccessRole : byte
{
    /// <summary>Reads.</summary>
    Viewer = 1,

    /// <summary>Runs campaigns: lists, campaigns, numbers, do-not-call.</summary>
    Operator = 2,

    /// <summary>Channels, keys, organisation, packages, webhooks, erasing, everything at once.</summary>
    Admin = 3,
}
