namespace Dialer.Gateway.Hosting;

/// <summary>Signals are taken by the commands, which say what a Ctrl-C means; the host takes none.</summary>
internal sealed class NoSignals : IHostLifetime
{
    public Task WaitForStartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}
