using Orleans.Runtime;

namespace Dialer.Silo.Recovery;

/// <summary>On each change of membership campaigns are touched and the calls of lost silos looked for at once (P30), not within 10 s.</summary>
internal sealed class MembershipWatch(IClusterMembershipService membership, CampaignWatch campaigns, CallReconciler calls)
    : ILifecycleParticipant<ISiloLifecycle>, IDisposable
{
    private readonly CancellationTokenSource closing = new();
    private Task loop = Task.CompletedTask;

    public void Participate(ISiloLifecycle observer) => observer.Subscribe(
        nameof(MembershipWatch),
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
        });

    public void Dispose() => closing.Dispose();

    private async Task RunAsync(CancellationToken cancel)
    {
        try
        {
            await foreach (var _ in membership.MembershipUpdates.WithCancellation(cancel))
            {
                campaigns.Nudge();
                calls.Nudge();
            }
        }
        catch (OperationCanceledException) when (cancel.IsCancellationRequested)
        {
            // the silo ends
        }
    }
}
