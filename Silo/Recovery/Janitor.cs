using Dialer.Accounts;
using Dialer.DoNotCall;
using Dialer.Grains.Accounts;
using Dialer.Numbers;
using Dialer.Silo.Hosting;
using Dialer.Silo.PhoneLists;
using Dialer.Silo.Storage.Events;
using Dialer.Silo.Storage.Intake;
using Dialer.Silo.Storage.PhoneLists;
using Dialer.Silo.Storage.Privacy;
using Dialer.Subscribers;
using Microsoft.Extensions.Logging;

namespace Dialer.Silo.Recovery;

/// <summary>
/// What can wait: half imports of processes that are gone (P35), rows of deleted lists (P36), data of campaigns deleted long ago
/// and of phones to be erased (P57), fresh organisation settings. In chunks; resumes after a crash by looking again.
/// </summary>
internal sealed partial class Janitor(
    PhoneListStore lists,
    ErasureStore erasure,
    AnswerBook answers,
    EventPruning events,
    IDoNotCallStore doNotCall,
    IGrainFactory grains,
    OrganisationBoard organisation,
    SiloRoster roster,
    DialerOptions options,
    TimeProvider clock,
    ILogger<Janitor> logger) : SiloLoop(clock, TimeSpan.FromSeconds(10))
{
    private const int Chunk = 1000;

    /// <summary>An importer writes at least every few seconds.</summary>
    private static readonly TimeSpan ImporterSilence = TimeSpan.FromMinutes(2);

    private readonly UnixTime startedAt = clock.Now();

    protected override async Task PassAsync(CancellationToken cancel)
    {
        organisation.Told((await grains.GetGrain<IAccountGrain>(1).GetAsync()).Settings);
        if (!roster.IsFirst)
        {
            return;
        }

        await FailAbandonedImportsAsync();
        await EraseListsAsync(cancel);
        await EraseCampaignsAsync(cancel);
        await ErasePhonesAsync(cancel);
        while (!cancel.IsCancellationRequested && await answers.PruneAsync(Clock.Now(), Chunk) == Chunk)
        {
            // a chunk at a time: the writes of calls come between
        }

        await PruneEventsAsync(cancel);
    }

    protected override void LogFailed(Exception cause) => LogPassFailed(cause);

    private async Task FailAbandonedImportsAsync()
    {
        // the one process that has the data has just started: whatever was importing before is gone
        var silentSince = options.Cluster ? Clock.Now() - ImporterSilence : startedAt;
        foreach (var list in await lists.ReadAbandonedAsync(silentSince))
        {
            LogAbandoned(list);
            await lists.FailAsync(list, ListRefusals.CutShort);
        }
    }

    private async Task PruneEventsAsync(CancellationToken cancel)
    {
        var now = Clock.Now();
        var before = now - TimeSpan.FromDays(options.Events.RetentionDays);
        while (!cancel.IsCancellationRequested
            && (await events.PruneEventsAsync(before, Chunk) == Chunk
                || await events.PruneDeliveriesAsync(before, now, Chunk) == Chunk
                || await events.EraseWebhooksAsync(Chunk) > 0))
        {
            // likewise
        }
    }

    private async Task EraseListsAsync(CancellationToken cancel)
    {
        foreach (var list in await lists.ReadErasableAsync())
        {
            while (!cancel.IsCancellationRequested && await lists.EraseRowsAsync(list, Chunk) > 0)
            {
                await Task.Yield();
            }
        }
    }

    private async Task EraseCampaignsAsync(CancellationToken cancel)
    {
        var before = Clock.Now() - TimeSpan.FromDays(organisation.Current.RetentionDays);
        foreach (var campaign in await erasure.ReadDueCampaignsAsync(before))
        {
            JobId? cursor = new JobId(0);
            while (cursor is { } after && !cancel.IsCancellationRequested)
            {
                cursor = await erasure.EraseJobsAsync(campaign, after, Chunk);
            }

            await erasure.CompleteCampaignAsync(campaign);
        }
    }

    private async Task ErasePhonesAsync(CancellationToken cancel)
    {
        foreach (var phone in await erasure.ReadRequestsAsync(Chunk))
        {
            if (!cancel.IsCancellationRequested && !await erasure.ErasePhoneAsync(phone))
            {
                await EndJobsAsync(phone);
            }
        }
    }

    private async Task EndJobsAsync(PhoneNumber phone)
    {
        foreach (var campaign in await doNotCall.ReadCampaignsOfAsync(phone))
        {
            await grains.GetGrain<ISubscriberGrain>(SubscriberKey.Of(campaign, phone)).CancelAsync(null, EndReason.Erased);
        }

        // those that only waited are final now
        await erasure.ErasePhoneAsync(phone);
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "Tidying up failed; tried again soon")]
    private partial void LogPassFailed(Exception cause);

    [LoggerMessage(Level = LogLevel.Warning, Message = "List {List}: its import was cut short; removed")]
    private partial void LogAbandoned(ListId list);
}
