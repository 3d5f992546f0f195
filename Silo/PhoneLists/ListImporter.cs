using System.Runtime.CompilerServices;
using Dialer.Calendars;
using Dialer.Domain.Numbers;
using Dialer.Grains.Common;
using Dialer.PhoneLists;
using Dialer.Silo.Storage.PhoneLists;
using Microsoft.Extensions.Logging;

namespace Dialer.Silo.PhoneLists;

/// <summary>
/// Imports a list (P33–P35): reads, parses and writes side by side in chunks; memory does not grow with the rows. The list can be
/// chosen only when the last step has made it ready; whatever ends before that leaves nothing.
/// </summary>
internal sealed partial class ListImporter(
    PhoneListStore store,
    INewIds ids,
    IGrainFactory grains,
    ZoneFinder zones,
    TimeProvider clock,
    ILogger<ListImporter> logger) : IListImport
{
    private const int RejectedPage = 1000;
    private static readonly TimeSpan RetryAfter = TimeSpan.FromSeconds(5);

    public async Task<Answer<PhoneListSummary>> ImportFileAsync(
        ListImportRequest request, string path, IProgress<ListImportProgress>? progress, CancellationToken cancel)
    {
        ArgumentNullException.ThrowIfNull(request);
        return await ImportAsync(request, await ListFile.OpenAsync(path, Options(request), cancel), progress, cancel);
    }

    public async Task<Answer<PhoneListSummary>> ImportAsync(
        ListImportRequest request, Stream content, IProgress<ListImportProgress>? progress, CancellationToken cancel)
    {
        ArgumentNullException.ThrowIfNull(request);
        var opened = await ListFile.OpenAsync(content, Options(request), leaveOpen: true, cancel);
        return await ImportAsync(request, opened, progress, cancel);
    }

    public async Task<Answer<PhoneListSummary>> BeginAsync(ListImportRequest request, Stream content, CancellationToken cancel)
    {
        ArgumentNullException.ThrowIfNull(request);
        if (await ListFile.RefuseAsync(content, request.Encoding, cancel) is { } refusal)
        {
            return refusal;
        }

        var id = request.Id ?? new ListId(await ids.NextAsync());
        await store.CreateAsync(id, request, clock.Now());
        return (await store.ReadAsync(id))!;
    }

    public async Task RunAsync(ListId list, ListImportRequest request, Stream content, CancellationToken stopping)
    {
        ArgumentNullException.ThrowIfNull(request);
        Refusal? refusal;
        try
        {
            var opened = await ListFile.OpenAsync(content, Options(request), leaveOpen: true, stopping);
            refusal = opened.IsDone ? await RunAsync(list, opened.Value, stopping) : opened.Refusal;
        }
        catch (OperationCanceledException)
        {
            refusal = stopping.IsCancellationRequested ? ListRefusals.CutShort : PhoneListStore.Cancelled;
        }
        catch (Exception e)
        {
            LogFailed(list, e);
            refusal = ListRefusals.Failed;
        }

        if (refusal is not null)
        {
            await FailAsync(list, refusal, stopping);
        }
    }

    public Task<IReadOnlyList<PhoneListSummary>> ReadListsAsync(long before, int limit) => store.ReadAsync(before, limit);

    public Task<PhoneListSummary?> FindBySourceAsync(string source) => store.FindBySourceAsync(source);

    public Task<IReadOnlyList<ListZone>> ReadZonesAsync(ListId list) => store.ReadZonesAsync(list);

    public async IAsyncEnumerable<RejectedListRow> ReadRejectedAsync(ListId list, [EnumeratorCancellation] CancellationToken cancel)
    {
        IReadOnlyList<RejectedListRow> page = [];
        do
        {
            page = await store.ReadRejectedAsync(list, page.Count == 0 ? 0 : page[^1].Row, RejectedPage);
            foreach (var row in page)
            {
                yield return row;
            }
        }
        while (page.Count == RejectedPage && !cancel.IsCancellationRequested);
    }

    private ListReadOptions Options(ListImportRequest request) => new() { Country = request.Country, Zones = zones, BatchRows = store.ChunkRows, Encoding = request.Encoding };

    private async Task<Answer<PhoneListSummary>> ImportAsync(
        ListImportRequest request, Answer<ListFileReader> opened, IProgress<ListImportProgress>? progress, CancellationToken cancel)
    {
        if (!opened.IsDone)
        {
            return opened.Refusal;
        }

        await using var reader = opened.Value;
        var id = request.Id ?? new ListId(await ids.NextAsync());
        await store.CreateAsync(id, request, clock.Now());
        try
        {
            var refusal = await ReadAllAsync(id, reader, progress, cancel);
            if (refusal is not null)
            {
                await store.FailAsync(id, refusal);
                return refusal;
            }
        }
        catch (OperationCanceledException)
        {
            await store.FailAsync(id, PhoneListStore.Cancelled);
            return PhoneListStore.Cancelled;
        }
        catch (Exception e)
        {
            LogFailed(id, e);
            await store.FailAsync(id, ListRefusals.Failed);
            throw;
        }

        return (await store.ReadAsync(id))!;
    }

    private async Task<Refusal?> RunAsync(ListId list, ListFileReader opened, CancellationToken cancel)
    {
        await using var reader = opened;
        return await ReadAllAsync(list, reader, null, cancel);
    }

    /// <summary>
    /// Until it is written down: a list that seems to be importing for ever can be neither used nor understood. When this process
    /// ends, rows are left to the janitor of the next.
    /// </summary>
    private async Task FailAsync(ListId list, Refusal refusal, CancellationToken stopping)
    {
        while (true)
        {
            try
            {
                await (stopping.IsCancellationRequested ? store.GiveUpAsync(list, refusal) : store.FailAsync(list, refusal));
                return;
            }
            catch (Exception e) when (!stopping.IsCancellationRequested)
            {
                LogFailed(list, e);
                await Task.Delay(RetryAfter, clock, stopping).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
            catch (Exception e)
            {
                // the next start finds it
                LogFailed(list, e);
                return;
            }
        }
    }

    private async Task<Refusal?> ReadAllAsync(ListId id, ListFileReader reader, IProgress<ListImportProgress>? progress, CancellationToken cancel)
    {
        var counts = new ImportCounts();
        var chunks = new ListChunks();
        var grain = grains.GetGrain<IPhoneListGrain>(id.Value);
        var writing = Task.FromResult(true);
        while (true)
        {
            var batch = await reader.ReadAsync(cancel);
            if (batch.Refusal is not null)
            {
                await writing;
                return batch.Refusal;
            }

            var chunk = chunks.Of(batch, counts);
            if (!await writing)
            {
                return ListRefusals.GivenUp;
            }

            writing = store.InsertAsync(id, chunk, clock.Now());
            var told = new ListImportProgress(id, reader.BytesRead, reader.BytesTotal, counts.Accepted + counts.Suspects, counts.Rejected);
            progress?.Report(told);
            if (counts.ShallTell(clock) && !await grain.ProgressAsync(told))
            {
                await writing;
                throw new OperationCanceledException("cancelled by the operator");
            }

            if (batch.IsLast)
            {
                await writing;
                return await store.FinishAsync(id, counts.Accepted, counts.Rejected, counts.Suspects, counts.Fixed, clock.Now())
                    ? null
                    : ListRefusals.GivenUp;
            }
        }
    }

    [LoggerMessage(Level = LogLevel.Error, Message = "Import of list {List} failed")]
    private partial void LogFailed(ListId list, Exception cause);

    /// <summary>Running counts of one import.</summary>
    private sealed class ImportCounts
    {
        private static readonly TimeSpan TellEvery = TimeSpan.FromMilliseconds(500);
        private long toldAt;

        public long Accepted { get; set; }

        public long Suspects { get; set; }

        public long Rejected { get; set; }

        public long Fixed { get; set; }

        /// <summary>The list's grain is told now and then, not with every chunk.</summary>
        public bool ShallTell(TimeProvider clock)
        {
            if (toldAt != 0 && clock.GetElapsedTime(toldAt) < TellEvery)
            {
                return false;
            }

            toldAt = clock.GetTimestamp();
            return true;
        }
    }

    /// <summary>Sorts rows of a batch into certain ones and possible duplicates, and numbers what they share.</summary>
    private sealed class ListChunks
    {
        private readonly DuplicateFilter filter = new();
        private readonly Dictionary<(byte Priority, ZoneFound Zone), int> groups = [];

        public ListChunk Of(ListBatch batch, ImportCounts counts)
        {
            var added = new List<(int, byte, string, short)>();
            var rows = new List<(ListRow, int)>(batch.Rows.Count);
            var suspects = new List<(ListRow, int)>();
            foreach (var row in batch.Rows)
            {
                if (!groups.TryGetValue((row.Priority, row.Zone), out var group))
                {
                    groups[(row.Priority, row.Zone)] = group = groups.Count + 1;
                    added.Add((group, row.Priority, row.Zone.Key, (short)row.Zone.Source));
                }

                (filter.IsNew(row.Phone, row.Payload.Span) ? rows : suspects).Add((row, group));
                counts.Fixed += row.WasFixed ? 1 : 0;
            }

            counts.Accepted += rows.Count;
            counts.Suspects += suspects.Count;
            counts.Rejected += batch.Rejected.Count;
            return new ListChunk(added, rows, suspects, batch.Rejected);
        }
    }
}
