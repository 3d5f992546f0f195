namespace Dialer.Gateway.Commands;

/// <summary>Exit codes of the commands (management API, Dial).</summary>
internal static class ExitCodes
{
    public const int Done = 0;

    /// <summary>Refused input or settings.</summary>
    public const int Refused = 1;

    /// <summary>Stopped, can be resumed.</summary>
    public const int Stopped = 2;

    /// <summary>Ctrl-C.</summary>
    public const int Interrupted = 130;
}
