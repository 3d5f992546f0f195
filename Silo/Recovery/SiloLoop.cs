using Orleans.Runtime;

namespace Dialer.Silo.Recovery;

/// <summary>A loop that runs while the silo is active: at once, then at an interval or when nudged. A failed pass is logged and tried again.</summary>
internal abstract class SiloLoop(TimeProvider clock, TimeSpan every) : ILifecycleParticipant<ISiloLifecycle>, IDisposable
{
    private readonly CancellationTokenSource closing = new();
    private readonly SemaphoreSlim nudge = new(0, 1);
    private Task loop = Task.CompletedTask;

    protected TimeProvider Clock => clock;

    public void Participate(ISiloLifecycle observer) => observer.Subscribe(
        GetType().Name,
        ServiceLifecycleStage.Active + 1,
        _ =>
        {
            loop = Task.Run(() => RunAsync(closing.Token), CancellationToken.None);
            return Task.CompletedTask;
        },
        async _ =>
        {
            await closing.CancelAsync();
            await loop;
            await ClosingAsync();
        });

    /// <summary>Makes the next pass come now.</summary>
    public void Nudge()
    {
        try
        {
            nudge.Release();
        }
        catch (SemaphoreFullException)
        {
            // a nudge is waiting already
        }
    }

    public void Dispose()
    {
        closing.Dispose();
        nudge.Dispose();
    }

    protected abstract Task PassAsync(CancellationToken cancel);

    /// <summary>After the last pass.</summary>
    protected virtual Task ClosingAsync() => Task.CompletedTask;

    protected abstract void LogFailed(Exception cause);

    private async Task RunAsync(CancellationToken cancel)
    {
        while (!cancel.IsCancellationRequested)
        {
            try
            {
                await PassAsync(cancel);
                await nudge.WaitAsync(every, cancel);
            }
            catch (OperationCanceledException) when (cancel.IsCancellationRequested)
            {
                return;
            }
            catch (Exception e)
            {
                LogFailed(e);
                await Task.Delay(TimeSpan.FromSeconds(1), clock, cancel).ContinueWith(_ => { }, TaskScheduler.Default);
            }
        }
    }
}
