using Dialer.DoNotCall;
using Dialer.Gateway.Commands;
using Dialer.Numbers;
using Dialer.Subscribers;

namespace Dialer.Gateway.DoNotCall;

/// <summary>
/// Ends the jobs of numbers that have entered the list, beside the answer. What is missed, because the process ends or a silo is away,
/// ends at its next admission: the list is looked at with each call (P38).
/// </summary>
internal sealed partial class EndedJobs(IDoNotCallStore store, IGrainFactory grains, IHostApplicationLifetime lifetime, ILogger<EndedJobs> log) : IHostedService
{
    /// <summary>Numbers that are looked up at once.</summary>
    private const int Chunk = 1_000;

    /// <summary>Subscribers that are told at once.</summary>
    private const int AtOnce = 64;

    private readonly Lock gate = new();
    private Task last = Task.CompletedTask;

    /// <summary>Files are worked through one after another; a single number does not wait for them.</summary>
    public void Begin(IReadOnlyList<PhoneNumber> phones)
    {
        if (phones.Count == 1)
        {
            _ = Task.Run(() => EndAsync(phones));
            return;
        }

        lock (gate)
        {
            last = last.ContinueWith(
                _ => EndAsync(phones), CancellationToken.None, TaskContinuationOptions.None, TaskScheduler.Default).Unwrap();
        }
    }

    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StopAsync(CancellationToken cancellationToken)
    {
        lock (gate)
        {
            return last.WaitAsync(cancellationToken).ContinueWith(_ => { }, CancellationToken.None, TaskContinuationOptions.None, TaskScheduler.Default);
        }
    }

    private async Task EndAsync(IReadOnlyList<PhoneNumber> phones)
    {
        try
        {
            foreach (var chunk in phones.Order().Chunk(Chunk))
            {
                await Parallel.ForEachAsync(
                    await store.ReadOpenJobsAsync(chunk),
                    new ParallelOptions { MaxDegreeOfParallelism = AtOnce, CancellationToken = lifetime.ApplicationStopping },
                    async (job, _) => await EndAsync(job.Campaign, job.Phone));
            }
        }
        catch (OperationCanceledException) when (lifetime.ApplicationStopping.IsCancellationRequested)
        {
            // at their next admission
        }
        catch (Exception e)
        {
            LogLeft(Outages.Text(e));
        }
    }

    private async Task EndAsync(CampaignId campaign, PhoneNumber phone)
    {
        try
        {
            await grains.GetGrain<ISubscriberGrain>(SubscriberKey.Of(campaign, phone)).CancelAsync(null, EndReason.DoNotCall);
        }
        catch (Exception e)
        {
            // the others need not wait for it
            LogLeft(Outages.Text(e));
        }
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "A number that was entered on the do-not-call list could not be told to its campaigns; its jobs end when their turn comes: {Cause}")]
    private partial void LogLeft(string cause);
}
