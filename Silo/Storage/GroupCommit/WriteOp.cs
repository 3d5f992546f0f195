using Dialer.Domain.Subscribers;
using Dialer.Grains.Subscribers;
using Dialer.Subscribers;

namespace Dialer.Silo.Storage.GroupCommit;

/// <summary>One caller's write, waiting for the commit of its group.</summary>
internal abstract class WriteOp
{
    /// <summary>Rows that the write replaces, each by its version before.</summary>
    public abstract IEnumerable<JobRow> Rows { get; }

    /// <summary>The phone whose row it changes; 0 = none.</summary>
    public abstract long Phone { get; }

    public abstract void Fail(Exception cause);
}

internal sealed class IntentOp(IntentWrite intent) : WriteOp
{
    private readonly TaskCompletionSource<IntentAnswer> done = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public IntentWrite Intent => intent;

    public Task<IntentAnswer> Task => done.Task;

    /// <summary>Decided by the plan, told to the caller after the commit.</summary>
    public IntentAnswer Answer { get; set; }

    public override IEnumerable<JobRow> Rows => [intent.Row];

    public override long Phone => intent.Phone.Phone.Value;

    public override void Fail(Exception cause) => done.TrySetException(cause);

    public void Complete() => done.TrySetResult(Answer);
}

internal sealed class StepOp(SubscriberStep step, byte[]? leg) : WriteOp
{
    private readonly TaskCompletionSource<bool> done = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public SubscriberStep Step => step;

    public byte[]? Leg => leg;

    public Task<bool> Task => done.Task;

    public bool IsStored { get; set; }

    public override IEnumerable<JobRow> Rows => step.Siblings.Count == 0 ? [step.Row] : [step.Row, .. step.Siblings];

    public override long Phone => (step.Release?.Phone ?? (step.DoNotCall ? step.Row.Phone : default)).Value;

    public override void Fail(Exception cause) => done.TrySetException(cause);

    public void Complete() => done.TrySetResult(IsStored);
}
