using Dialer.Bots;
using Dialer.Grains.Calls;

namespace Dialer.Silo.Callbacks;

/// <summary>The address that a call's bot is given (P41). Whoever has it may speak for the call: never logged, never traced.</summary>
/// <param name="secret">The installation's secret.</param>
/// <param name="options">Where the gateway is reached from outside.</param>
internal sealed class CallbackLinks(byte[] secret, GatewayOptions options)
{
    private readonly byte[] key = CallbackSignature.KeyOf(secret);

    /// <summary>Null when nobody said where the gateway is reached.</summary>
    public string? Of(DialCommand call) => options.PublicUrl is { } url
        ? $"{url.TrimEnd('/')}{ICallbackSignatures.Path}/{call.Id}/{CallbackSignature.Of(key, call.Id)}"
        : null;
}
