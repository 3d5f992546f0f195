using Dialer.Channels;
using Dialer.Domain.Channels;
using Dialer.Grains.Calls;
using Dialer.Silo.Storage;
using Dialer.Silo.Telephony.Simulated.Link;
using Microsoft.Extensions.Logging;

namespace Dialer.Silo.Telephony.Simulated;

/// <summary>
/// Makes the drivers of simulated channels (P44). With an <see cref="SimulatedSettings.Endpoint"/> the carrier is another process; without
/// one it lives in this process, and ends with its driver unless a shared one was given.
/// </summary>
/// <param name="clock">The clock of drivers and of carriers in this process.</param>
/// <param name="loggers">Where they log.</param>
/// <param name="shared">
/// A carrier that outlives the drivers: for test clusters, where several silos live in one process and one of them is killed.
/// Whoever made it disposes it, after the drivers.
/// </param>
/// <param name="storage">Whose data directory holds ledgers that are given by name alone; null = the working directory does.</param>
public sealed partial class SimulatedCallDriverFactory(TimeProvider clock, ILoggerFactory loggers, Carrier? shared = null, StorageOptions? storage = null) : ICallDriverFactory
{
    private const string LedgerFolder = "ledgers";

    private readonly ILogger<SimulatedCallDriver> _log = loggers.CreateLogger<SimulatedCallDriver>();

    public ChannelKind Kind => ChannelKind.Simulated;

    /// <inheritdoc/>
    /// <exception cref="ArgumentException">The settings cannot be used; the message tells each reason and how to mend it.</exception>
    /// <exception cref="IOException">The ledger cannot be written.</exception>
    public ICallDriver Create(ChannelId channel, ChannelSettings settings, ICallEventSink sink)
    {
        ArgumentNullException.ThrowIfNull(settings);
        ArgumentNullException.ThrowIfNull(sink);
        var simulated = settings.Simulated ?? new SimulatedSettings();
        var refusals = SimulatedSettingsRules.Check(simulated);
        if (refusals.Count > 0)
        {
            throw new ArgumentException(string.Join(' ', refusals.Select(r => r.Text)), nameof(settings));
        }

        // what the driver starts here must not carry the caller's trace and request context for the rest of its life
        if (ExecutionContext.IsFlowSuppressed())
        {
            return new SimulatedCallDriver(TrunkFor(channel, simulated), sink, clock, _log);
        }

        using (ExecutionContext.SuppressFlow())
        {
            return new SimulatedCallDriver(TrunkFor(channel, simulated), sink, clock, _log);
        }
    }

    private ICarrierTrunk TrunkFor(ChannelId channel, SimulatedSettings settings)
    {
        if (LoopbackAddress.TryParse(settings.Endpoint, allowPortZero: false, out var endpoint))
        {
            WarnOfLedger(channel, settings);
            return new CarrierLink(endpoint, settings, clock, _log);
        }

        if (shared is not null)
        {
            WarnOfLedger(channel, settings);
            return new LocalTrunk(shared, settings, owns: false);
        }

        var carrier = new Carrier(new CarrierOptions { Ledger = LedgerOf(settings) }, clock, loggers.CreateLogger<Carrier>());
        return new LocalTrunk(carrier, settings, owns: true);
    }

    /// <summary>Names come over the API, paths from the program that runs the dialer.</summary>
    private string? LedgerOf(SimulatedSettings settings) => settings.Ledger is { } given && storage is not null && Path.GetFileName(given) == given
        ? Path.Combine(Path.GetFullPath(storage.DataDirectory), LedgerFolder, given)
        : settings.Ledger;

    private void WarnOfLedger(ChannelId channel, SimulatedSettings settings)
    {
        if (settings.Ledger is not null)
        {
            LogLedgerUnused(_log, channel);
        }
    }
}
