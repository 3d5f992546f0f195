using Dialer.Bots;
using Dialer.Calls;
using Dialer.Silo.Storage.Installations;

namespace Dialer.Silo.Callbacks;

/// <summary>Checks callback addresses with the installation's key, which is read once.</summary>
internal sealed class CallbackSignatures(InstallationStore installations) : ICallbackSignatures
{
    private volatile byte[]? key;

    public async ValueTask<bool> IsValidAsync(TryId call, string signature)
    {
        ArgumentNullException.ThrowIfNull(signature);
        var current = key ??= CallbackSignature.KeyOf((await installations.ReadAsync()).Key);
        return CallbackSignature.IsEqual(CallbackSignature.Of(current, call), signature);
    }
}
