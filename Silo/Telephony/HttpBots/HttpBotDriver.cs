using System.Collections.Concurrent;
using Dialer.Calls;
using Dialer.Domain.Channels;
using Dialer.Grains.Calls;

namespace Dialer.Silo.Telephony.HttpBots;

/// <summary>
/// A driver, with the HTTP bots of its calls told what happens (P41). Calls without one pass through untouched. Nothing here holds an
/// event back: bots are told beside.
/// </summary>
internal sealed class HttpBotDriver : ICallDriver, ICallEventSink
{
    private readonly ConcurrentDictionary<TryId, HttpBotTalk> talks = new();
    private readonly HttpBots bots;
    private readonly ICallEventSink sink;
    private readonly ICallDriver inner;

    public HttpBotDriver(HttpBots bots, ICallEventSink sink, Func<ICallEventSink, ICallDriver> make)
    {
        (this.bots, this.sink) = (bots, sink);
        inner = make(this);
    }

    public async ValueTask<DialAdmission> DialAsync(DialCommand command, CancellationToken cancel)
    {
        ArgumentNullException.ThrowIfNull(command);
        if (command.Scenario.HttpBotUrl is null)
        {
            return await inner.DialAsync(command, cancel);
        }

        // before it leaves: it may ring before the dial has returned
        var isNew = talks.TryAdd(command.Id, new HttpBotTalk(bots, inner, command));
        var isAccepted = false;
        try
        {
            var admission = await inner.DialAsync(command, cancel);
            isAccepted = admission.IsAccepted;
            return admission;
        }
        finally
        {
            if (isNew && !isAccepted)
            {
                talks.TryRemove(command.Id, out _);
            }
        }
    }

    void ICallEventSink.Post(CallEvent callEvent)
    {
        switch (callEvent)
        {
            case CallEnded ended when talks.TryRemove(ended.Try, out var over):
                sink.Post(over.End(ended));
                break;
            case CallAnswered answered when talks.TryGetValue(answered.Try, out var talk):
                sink.Post(answered);
                talk.Answer(answered);
                break;
            case CallRinging ringing when talks.TryGetValue(ringing.Try, out var talk):
                sink.Post(ringing);
                talk.Ring(ringing);
                break;
            default:
                sink.Post(callEvent);
                break;
        }
    }

    public ValueTask<TrunkHealth> ProbeBotAsync(string uri, CancellationToken cancel) =>
        ScenarioRules.IsBotUrl(uri) ? bots.ProbeAsync(new Uri(uri), cancel) : inner.ProbeBotAsync(uri, cancel);

    public ValueTask<string?> LineAsync(CancellationToken cancel) => inner.LineAsync(cancel);

    public ValueTask<bool> HangUpAsync(TryId id, HangUpReason why, CancellationToken cancel) => inner.HangUpAsync(id, why, cancel);

    public ValueTask<OrphanResult> EndOrphanAsync(OrphanCall call, CancellationToken cancel) => inner.EndOrphanAsync(call, cancel);

    public IReadOnlyList<LiveCall> List() => inner.List();

    public ValueTask<TrunkHealth> ProbeAsync(CancellationToken cancel) => inner.ProbeAsync(cancel);

    public ValueTask DisposeAsync() => inner.DisposeAsync();
}
