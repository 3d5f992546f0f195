namespace Dialer.Calls;

/// <summary>Which side ended the call.</summary>
public enum EndedBy : byte
{
    None = 0,
    Callee = 1,
    Ourselves = 2,
    Bot = 3,
    Network = 4,
}
