namespace Dialer.Tests.Simulation;

/// <summary>Runs worlds: each on one thread, several worlds at once.</summary>
internal static class Worlds
{
    /// <summary>Awaits of a world run on, one inside the other, as long as nothing is to be waited for.</summary>
    private const int StackBytes = 16 * 1024 * 1024;

    /// <summary>The lowest seed whose world broke a law; null when all held.</summary>
    public static (int Seed, BrokenLaw Law)? FindBroken(int first, int count, Bug bug = Bug.None)
    {
        var broken = Find(first, count, bug, all: false);
        return broken.Count == 0 ? null : broken.MinBy(b => b.Seed);
    }

    public static IReadOnlyList<(int Seed, BrokenLaw Law)> FindAllBroken(int first, int count) => Find(first, count, Bug.None, all: true);

    private static List<(int Seed, BrokenLaw Law)> Find(int first, int count, Bug bug, bool all)
    {
        var next = first - 1;
        var turn = new Lock();
        var found = new List<(int Seed, BrokenLaw Law)>();
        bool IsEnough()
        {
            lock (turn)
            {
                return !all && found.Count > 0;
            }
        }

        OnThreads(Environment.ProcessorCount, () =>
        {
            while (Interlocked.Increment(ref next) is var seed && seed < first + count && !IsEnough())
            {
                if (new DialerWorld(seed, bug).Run() is { } law)
                {
                    lock (turn)
                    {
                        found.Add((seed, law));
                    }
                }
            }
        });
        return found;
    }

    /// <summary>One world with its story.</summary>
    public static (BrokenLaw? Law, string Story) Tell(int seed, Bug bug = Bug.None)
    {
        var world = new DialerWorld(seed, bug, isTracing: true);
        OnThreads(1, () => world.Run());
        return (world.Books.Broken, world.Story());
    }

    /// <summary>Fails with the law, how to see it again, and what happened last.</summary>
    public static void Demand(BrokenLaw? law, int seed, Bug bug = Bug.None)
    {
        if (law is not null)
        {
            Assert.Fail($"{law.Law}: {law.What}\nat {law.At}; again with ./sim.sh {seed}\n{Tell(seed, bug).Story}");
        }
    }

    // Threads of their own: a synchronisation context or a scheduler of the test runner would take the awaits away.
    private static void OnThreads(int count, Action work)
    {
        Exception? failure = null;
        var threads = Enumerable.Range(0, count).Select(_ => new Thread(
            () =>
            {
                try
                {
                    work();
                }
                catch (Exception e)
                {
                    failure = e;
                }
            },
            StackBytes)).ToList();
        threads.ForEach(t => t.Start());
        threads.ForEach(t => t.Join());
        if (failure is not null)
        {
            throw new InvalidOperationException("A world could not be run.", failure);
        }
    }
}
