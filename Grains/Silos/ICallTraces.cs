using Dialer.Calls;

namespace Dialer.Grains.Silos;

/// <summary>What calls of this process exchanged with their trunks, kept where a trunk's trace is on.</summary>
public interface ICallTraces
{
    /// <summary>As text; null = none was kept, or not any more.</summary>
    Task<string?> ReadAsync(TryId call);
}
