namespace Dialer.Calls;

/// <summary>Whose fault it was that a try did not reach a person: shown in the timeline (P32).</summary>
public enum Fault : byte
{
    None = 0,
    Callee = 1,
    Network = 2,
    Trunk = 3,
    Ourselves = 4,
    Bot = 5,
}
