using System.Collections.Concurrent;
using Dialer.Files;
using Dialer.PhoneLists;

namespace Dialer.Gateway.PhoneLists;

/// <summary>
/// Lists that are being received and imported by this process. An import goes on after its request has been answered and whoever sent
/// it is gone; when the process ends it fails as cut short, and a process that is killed leaves it to the next one.
/// </summary>
internal sealed class ListUploads(IListImport import, ISpool spool, IHostApplicationLifetime lifetime) : IHostedService
{
    /// <summary>At once: each takes disk and the memory of a batch.</summary>
    public const int Places = 8;

    private readonly ConcurrentDictionary<Task, byte> running = [];
    private int taken;

    /// <summary>A place; null = all are taken.</summary>
    public UploadPlace? TryEnter()
    {
        if (Interlocked.Increment(ref taken) <= Places)
        {
            return new UploadPlace(this);
        }

        Interlocked.Decrement(ref taken);
        return null;
    }

    public Task<ReceivedList> ReceiveAsync(HttpRequest request) => ListBody.ReceiveAsync(request, spool);

    /// <summary>Makes the list; its import begins, and takes over place and file.</summary>
    public async Task<Answer<PhoneListSummary>> BeginAsync(ListImportRequest request, ReceivedList received, UploadPlace place, CancellationToken cancel)
    {
        var begun = await import.BeginAsync(request, received.Content, cancel);
        if (begun.IsDone)
        {
            var work = RunAsync(begun.Value.Id, request, received.Take(), place.Take());
            running[work] = 0;
            _ = work.ContinueWith(done => running.TryRemove(done, out _), CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
        }

        return begun;
    }

    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <summary>Waits until what is being imported has been written down as cut short.</summary>
    public Task StopAsync(CancellationToken cancellationToken) => Task.WhenAll(running.Keys).WaitAsync(cancellationToken).ContinueWith(
        _ => { }, CancellationToken.None, TaskContinuationOptions.None, TaskScheduler.Default);

    private async Task RunAsync(ListId list, ListImportRequest request, Stream content, UploadPlace place)
    {
        using (place)
        {
            await using (content)
            {
                // off the request's path: reading a file is mostly synchronous
                await Task.Run(() => import.RunAsync(list, request, content, lifetime.ApplicationStopping));
            }
        }
    }

    private void Leave() => Interlocked.Decrement(ref taken);

    /// <summary>One of the places; given back once, by whoever has it last.</summary>
    internal sealed class UploadPlace(ListUploads? owner) : IDisposable
    {
        private ListUploads? owner = owner;

        public UploadPlace Take() => new(Interlocked.Exchange(ref owner, null));

        public void Dispose() => Interlocked.Exchange(ref owner, null)?.Leave();
    }
}
