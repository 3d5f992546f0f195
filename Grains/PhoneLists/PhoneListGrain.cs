using Dialer.Campaigns;
using Dialer.PhoneLists;

namespace Dialer.Grains.PhoneLists;

/// <summary>Progress in memory (the importer tells it again and again), everything else in the list's row.</summary>
internal sealed class PhoneListGrain(IPhoneListLookup store, TimeProvider clock) : Grain, IPhoneListGrain
{
    private ListImportProgress? progress;
    private bool isCancelled;

    private ListId Id => new(this.GetPrimaryKeyLong());

    public Task<PhoneListSummary?> GetAsync() => store.ReadAsync(Id);

    public Task<bool> ProgressAsync(ListImportProgress progress)
    {
        this.progress = progress;
        return Task.FromResult(!isCancelled);
    }

    public Task<ListImportProgress?> GetProgressAsync() => Task.FromResult(progress);

    public async Task<Answer<PhoneListSummary>> CancelImportAsync()
    {
        if (await store.ReadAsync(Id) is not { } list)
        {
            return new Refusal("list_not_found", "There is no such phone list.");
        }

        // the list's row decides, not this memory: the importer, wherever it is, finds it with its next chunk
        if (!await store.CancelImportAsync(Id))
        {
            return new Refusal("import_over", "The import is over; delete the list instead.");
        }

        isCancelled = true;
        return list with { Status = PhoneListStatus.Failed, ErrorCode = PhoneListErrors.Cancelled };
    }

    public async Task<Answer<PhoneListSummary>> DeleteAsync()
    {
        if (await store.ReadAsync(Id) is not { } list)
        {
            return new Refusal("list_not_found", "There is no such phone list.");
        }

        isCancelled = true;
        var now = clock.Now();
        foreach (var campaign in await store.DeleteAsync(Id, now))
        {
            await GrainFactory.GetGrain<ICampaignGrain>(campaign.Value).SetCauseAsync(
                new PauseCause(PauseCodes.ListDeleted, "The phone list was deleted before the start; choose another one.", now), holds: true);
        }

        return list with { Status = PhoneListStatus.Deleted };
    }
}
