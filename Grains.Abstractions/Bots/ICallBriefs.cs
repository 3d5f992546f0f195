using Dialer.Calls;

namespace Dialer.Bots;

/// <summary>What bots are told of their calls: read by key, never written.</summary>
public interface ICallBriefs
{
    /// <summary>The brief of a call that is up or over; null when there is no such call (erased ones too).</summary>
    Task<CallBrief?> ReadAsync(TryId id);
}
