using Dialer.Silo.Storage.GroupCommit;
using Microsoft.Extensions.DependencyInjection;

namespace Dialer.Tests;

/// <summary>What becomes of commits.</summary>
public enum CommitFault
{
    None = 0,

    /// <summary>Nothing is committed, and the writer is told so by an exception: it cannot know.</summary>
    NotCommitted = 1,

    /// <summary>It is committed, and the confirmation gets lost.</summary>
    CommittedUnconfirmed = 2,
}

/// <summary>Stands between the group commit and its database: makes commits unknown (I6, failure plan: database away).</summary>
public sealed class FaultyStore
{
    private int faults;

    public CommitFault Intents { get; set; }

    public CommitFault Steps { get; set; }

    /// <summary>Commits that failed.</summary>
    public int Faults => Volatile.Read(ref faults);

    public void Wrap(IServiceCollection services)
    {
        ArgumentNullException.ThrowIfNull(services);
        var inner = services.Last(s => s.ServiceType == typeof(IBatchEngine));
        services.Remove(inner);
        services.AddSingleton<IBatchEngine>(s => new Engine(this, (IBatchEngine)inner.ImplementationFactory!(s)));
    }

    private sealed class Engine(FaultyStore owner, IBatchEngine inner) : IBatchEngine
    {
        public int Lanes => inner.Lanes;

        public async Task CommitAsync(IReadOnlyList<WriteOp> batch)
        {
            var fault = batch.Any(o => o is IntentOp) ? owner.Intents : CommitFault.None;
            fault = batch.Any(o => o is StepOp) && owner.Steps != CommitFault.None ? owner.Steps : fault;
            if (fault != CommitFault.NotCommitted)
            {
                await inner.CommitAsync(batch);
            }

            if (fault != CommitFault.None)
            {
                Interlocked.Increment(ref owner.faults);
                throw new TimeoutException("the database did not answer (a fault of the test)");
            }
        }
    }
}
