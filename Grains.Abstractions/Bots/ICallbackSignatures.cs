using Dialer.Calls;

namespace Dialer.Bots;

/// <summary>
/// The signed addresses under which bots ask and tell about one call (P41): who has the address of a call was given it with that call.
/// </summary>
public interface ICallbackSignatures
{
    /// <summary>Where addresses begin, below the public URL: <c>/callbacks/calls/{tryId}/{signature}</c>.</summary>
    public const string Path = "/callbacks/calls";

    /// <summary>Whether this is the signature of this call; compared in constant time, before anything is read of the call.</summary>
    ValueTask<bool> IsValidAsync(TryId call, string signature);
}
