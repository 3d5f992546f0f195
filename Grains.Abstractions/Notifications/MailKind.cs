namespace Dialer.Notifications;

/// <summary>The four events that are told by e-mail (P17), and no others.</summary>
public enum MailKind : byte
{
    None = 0,

    /// <summary>Paused by itself for any cause but a limit.</summary>
    PausedByTechnicalError = 1,

    /// <summary>Paused by itself because minutes are used up (P46).</summary>
    PausedByLimit = 2,

    /// <summary>Paused in the console or through an API; "stop now" is the same.</summary>
    PausedByPerson = 3,

    /// <summary>Finished in the console or through an API, or deleted after its start.</summary>
    FinishedByPerson = 4,
}
