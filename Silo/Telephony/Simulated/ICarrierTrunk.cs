using Dialer.Calls;
using Dialer.Grains.Calls;

namespace Dialer.Silo.Telephony.Simulated;

/// <summary>
/// How a driver reaches its carrier: in this process, or over TCP. Its disposal drops the link without a word, as the death of
/// the process would; the carrier's calls go on unless the carrier itself ends with it.
/// </summary>
internal interface ICarrierTrunk : IAsyncDisposable
{
    /// <summary>Done when the carrier was reached for the first time, or the first attempt failed; never faulted.</summary>
    Task FirstContact { get; }

    /// <summary>Whether calls can get lost on the way, so that the driver has to watch over them. False for a carrier in this process.</summary>
    bool CanLoseCalls { get; }

    /// <summary>Begins to reach the carrier for this driver. Once, before anything else.</summary>
    void Start(ITrunkUser user);

    /// <summary>Hands a call over. False: nothing left and nothing will. True: it is under way, and may still be lost with the link.</summary>
    bool TryDial(DialCommand command);

    /// <summary>Makes sure that a call is over and will not begin. False: the carrier cannot be told now.</summary>
    bool TryHangUp(TryId id);

    /// <summary>Asks what became of a call. False: the carrier cannot be asked now.</summary>
    bool TryQuery(TryId id);

    /// <summary>Asks whether the trunk is there; limited to a few seconds.</summary>
    ValueTask<TrunkHealth> ProbeAsync(CancellationToken cancel);

    /// <summary>Called once a second if calls can get lost: looks whether the link is alive.</summary>
    void Tick();
}

/// <summary>The driver, as its trunk sees it.</summary>
internal interface ITrunkUser : ICarrierListener
{
    /// <summary>
    /// A new link takes messages: the fate of the calls handed to the one before must be asked for. Never called for a carrier in
    /// this process.
    /// </summary>
    void LinkIsUp();

    /// <summary>The link is gone: what was asked will not be answered.</summary>
    void LinkIsDown();
}
