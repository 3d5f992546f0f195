using Dialer.Silo.Storage;

namespace Dialer.Tests.Stores;

/// <summary>Two writers on the same rows, in every order (I1, I4, I5): one of them is first, the other sees it.</summary>
public class RaceTests(StoreFixture store) : IClassFixture<StoreFixture>
{
    public static TheoryData<StorageEngine, string> Races()
    {
        var data = new TheoryData<StorageEngine, string>();
        foreach (var name in Race.Names)
        {
            data.Add(StorageEngine.PostgreSql, name);
            data.Add(StorageEngine.Sqlite, name);
        }

        return data;
    }

    public static TheoryData<string> Names() => [.. Race.Names];

    [Theory, MemberData(nameof(Races))]
    public async Task OneAfterTheOther_TheSecondSeesTheFirst(StorageEngine engine, string name)
    {
        var rig = await store.OfAsync(engine);
        await using var there = rig.Another();
        foreach (var isXFirst in (bool[])[true, false])
        {
            var race = await Race.NewAsync(name, rig, there, store.NewPhone);
            var first = await (isXFirst ? race.X() : race.Y());
            var second = await (isXFirst ? race.Y() : race.X());

            var isOrderSeen = name != "outcome and answer" || isXFirst;
            if (isOrderSeen)
            {
                await race.AssertAsync(rig, isXFirst ? first : second, isXFirst ? second : first, isXFirst);
            }
        }
    }

    /// <summary>Both at once, many times; nobody says who is first.</summary>
    [Theory, MemberData(nameof(Races))]
    public async Task AtOnce_OneOfThemIsFirst(StorageEngine engine, string name)
    {
        var rig = await store.OfAsync(engine);
        await using var there = rig.Another();
        for (var round = 0; round < 4; round++)
        {
            var race = await Race.NewAsync(name, rig, there, store.NewPhone);
            var (x, y) = (Task.Run(race.X), Task.Run(race.Y));
            await race.AssertAsync(rig, await x, await y, isXFirst: null);
        }
    }

    /// <summary>
    /// PostgreSQL: the first is stopped inside its transaction at each of the rows in turn while the second comes, and then let go.
    /// </summary>
    [Theory, MemberData(nameof(Names))]
    public async Task StoppedAtEachRow_OneOfThemIsFirst(string name)
    {
        var rig = await store.OfAsync(StorageEngine.PostgreSql);
        await using var there = rig.Another();
        var stops = (await Race.NewAsync(name, rig, there, store.NewPhone)).Rows.Length;
        foreach (var (stop, isXFirst) in Enumerable.Range(0, stops).SelectMany(s => (bool[])[true, false], (s, f) => (s, f)))
        {
            var race = await Race.NewAsync(name, rig, there, store.NewPhone);
            var (table, key, id) = race.Rows[stop];
            await using var held = await HeldRow.RowAsync(rig, table, key, id);
            var first = Task.Run(isXFirst ? race.X : race.Y);
            var isStopped = await held.UntilWaitingAsync(1, first);
            var second = Task.Run(isXFirst ? race.Y : race.X);
            await held.UntilWaitingAsync(isStopped ? 2 : 1, second);

            await held.ReleaseAsync();

            var (a, b) = (await first, await second);
            // one that was not stopped was there before the other; of two that wait the row lets the first go first
            bool? order = isStopped && !second.IsCompleted ? isXFirst : null;
            await race.AssertAsync(rig, isXFirst ? a : b, isXFirst ? b : a, order);
        }
    }
}
