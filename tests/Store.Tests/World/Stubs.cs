using System.Collections.Concurrent;
using System.Reflection;
using Dialer.Campaigns;

namespace Dialer.Tests.Stores;

/// <summary>A clock that stands still until it is moved: Monday, noon in Moscow.</summary>
internal sealed class ManualClock : TimeProvider
{
    private DateTimeOffset now = new(2026, 7, 6, 9, 0, 0, TimeSpan.Zero);

    public override DateTimeOffset GetUtcNow() => now;

    public void Move(TimeSpan by) => now += by;
}

/// <summary>Stands for Orleans: notes who was called with what, and answers nothing.</summary>
public sealed class HintRecorder
{
    public HintRecorder()
    {
        Factory = DispatchProxy.Create<IGrainFactory, Proxy>();
        ((Proxy)(object)Factory).Recorder = this;
    }

    public IGrainFactory Factory { get; }

    /// <summary>What the campaigns' numbers are held to.</summary>
    public DestinationTerms? Destinations { get; set; }

    /// <summary>Grain key, method, arguments.</summary>
    public ConcurrentQueue<(long Key, string Method, object?[] Arguments)> Calls { get; } = [];

    public class Proxy : DispatchProxy
    {
        internal HintRecorder? Recorder { get; set; }

        internal long Key { get; set; }

        protected override object? Invoke(MethodInfo? targetMethod, object?[]? args)
        {
            if (targetMethod!.Name == "GetGrain")
            {
                var made = (Proxy)typeof(DispatchProxy).GetMethod("Create", 2, [])!
                    .MakeGenericMethod(targetMethod.GetGenericArguments()[0], typeof(Proxy)).Invoke(null, null)!;
                (made.Recorder, made.Key) = (Recorder, (long)args![0]!);
                return made;
            }

            if (targetMethod.ReturnType == typeof(Task<DestinationTerms?>))
            {
                // a question, no hint
                return Task.FromResult(Recorder!.Destinations);
            }

            Recorder!.Calls.Enqueue((Key, targetMethod.Name, args!));
            return targetMethod.ReturnType == typeof(Task<bool>) ? Task.FromResult(true) : Task.CompletedTask;
        }
    }
}
