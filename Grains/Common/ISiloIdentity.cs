namespace Dialer.Grains.Common;

/// <summary>This process as the store knows it.</summary>
public interface ISiloIdentity
{
    /// <summary>Number of this start of this process; 0 until it has registered.</summary>
    int Number { get; }

    /// <summary>Its Orleans address, in parsable form.</summary>
    string Address { get; }
}
