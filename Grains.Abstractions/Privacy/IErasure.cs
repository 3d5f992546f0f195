using Dialer.Numbers;

namespace Dialer.Privacy;

/// <summary>Erasing personal data (P57).</summary>
public interface IErasure
{
    /// <summary>
    /// Asks for a phone to be erased everywhere: jobs that wait end, and once none of its calls is live its number, payloads,
    /// report data, rows of lists (rejected ones too) and traces are removed. Do-not-call keeps it. Done within a minute; survives a crash.
    /// </summary>
    Task RequestAsync(PhoneNumber phone);
}
