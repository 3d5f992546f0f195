using Dialer.Calls;
using Dialer.Grains.Calls;

namespace Dialer.Tests.Contract;

/// <summary>Keeps every event and lets a test await one, naming the phase and what was expected when it does not come.</summary>
public sealed class RecordingSink : ICallEventSink
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    private readonly Lock _gate = new();
    private readonly Dictionary<TryId, List<CallEvent>> _events = [];
    private readonly List<(Func<bool> IsTrue, TaskCompletionSource Done)> _waiters = [];
    private int _ends;

    /// <summary>Called for each event on the driver's own thread, before it counts as seen.</summary>
    public Action<CallEvent>? OnPost { get; set; }

    public int Ends
    {
        get
        {
            lock (_gate)
            {
                return _ends;
            }
        }
    }

    public void Post(CallEvent callEvent)
    {
        OnPost?.Invoke(callEvent);
        lock (_gate)
        {
            if (!_events.TryGetValue(callEvent.Try, out var events))
            {
                _events.Add(callEvent.Try, events = []);
            }

            events.Add(callEvent);
            _ends += callEvent is CallEnded ? 1 : 0;
            for (var i = _waiters.Count - 1; i >= 0; i--)
            {
                if (_waiters[i].IsTrue())
                {
                    _waiters[i].Done.TrySetResult();
                    _waiters.RemoveAt(i);
                }
            }
        }
    }

    public IReadOnlyList<CallEvent> Of(TryId id)
    {
        lock (_gate)
        {
            return _events.TryGetValue(id, out var events) ? [.. events] : [];
        }
    }

    public Task<CallRinging> RingingAsync(TryId id, string phase) => EventAsync<CallRinging>(id, phase);

    public Task<CallAnswered> AnsweredAsync(TryId id, string phase) => EventAsync<CallAnswered>(id, phase);

    public Task<CallEnded> EndedAsync(TryId id, string phase) => EventAsync<CallEnded>(id, phase);

    /// <summary>Waits until this many calls have ended.</summary>
    public Task EndsAsync(int count, string phase) => UntilAsync(() => _ends >= count, () => $"{phase}: expected {count} ends, saw {Ends}");

    /// <summary>The laws of the port that hold for any call at any time.</summary>
    public void CheckLaws()
    {
        lock (_gate)
        {
            foreach (var (id, events) in _events)
            {
                var seen = $"{id}: {string.Join(", ", events)}";
                Assert.True(events.Count(e => e is CallEnded) <= 1, $"more than one end: {seen}");
                Assert.True(events.Count(e => e is CallAnswered) <= 1, $"more than one answer: {seen}");
                Assert.True(events.SkipLast(1).All(e => e is not CallEnded), $"events after the end: {seen}");
                for (var i = 0; i < events.Count; i++)
                {
                    Assert.True(i == 0 || events[i].Seq > events[i - 1].Seq, $"Seq does not rise: {seen}");
                    Assert.True(i == 0 || events[i].At >= events[i - 1].At, $"time runs backwards: {seen}");
                }

                if (events[^1] is CallEnded ended)
                {
                    var isAnswered = ended.Class is CallClass.Answered or CallClass.BotFailed;
                    Assert.True(!isAnswered || !ended.AnsweredAt.IsNone, $"answered without an instant: {seen}");
                    Assert.True(ended.Class != CallClass.None, $"an end without a class: {seen}");
                    Assert.True(events.OfType<CallAnswered>().All(a => a.At == ended.AnsweredAt), $"the end forgot its answer: {seen}");
                }
            }
        }
    }

    private async Task<T> EventAsync<T>(TryId id, string phase)
        where T : CallEvent
    {
        await UntilAsync(
            () => _events.TryGetValue(id, out var events) && events.Exists(e => e is T),
            () => $"{phase}: expected {typeof(T).Name} of {id}, saw [{string.Join(", ", Of(id))}]");
        return Of(id).OfType<T>().First();
    }

    private async Task UntilAsync(Func<bool> isTrue, Func<string> expected)
    {
        var done = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        lock (_gate)
        {
            if (isTrue())
            {
                return;
            }

            _waiters.Add((isTrue, done));
        }

        try
        {
            await done.Task.WaitAsync(Patience, TestContext.Current.CancellationToken);
        }
        catch (TimeoutException)
        {
            Assert.Fail($"{expected()} within {Patience.TotalSeconds} s");
        }
    }
}
