namespace Dialer.Domain.Calendars;

/// <summary>
/// What was found out around an instant: in <c>[From, To)</c> the lane is open, or is closed and opens at <paramref name="NextOpen"/>.
/// </summary>
internal sealed record OpenSpan(long From, long To, bool IsOpen, long NextOpen)
{
    public bool Holds(long now) => now >= From && now < To;
}
