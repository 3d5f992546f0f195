using Dialer.Bots;
using Dialer.Silo.Storage.Installations;

namespace Dialer.Silo.Callbacks;

/// <summary>Checks callback addresses with the installation's key, which is read once.</summary>
internal sealed class CallbackSignatures(InstallationStore installations) : ICallbackSignatures
{
    private volatile byte[]? key;

    public async ValueTask<bool> IsValidAsync(CallBrief brief, string signature)
    {
        ArgumentNullException.ThrowIfNull(brief);
        ArgumentNullException.ThrowIfNull(signature);
        var current = key ??= CallbackSignature.KeyOf((await installations.ReadAsync()).Key);
        return CallbackSignature.IsEqual(CallbackSignature.Of(current, brief.Try, brief.Campaign, brief.Phone), signature);
    }
}
