namespace Dialer.Grains.Campaigns;

/// <summary>
/// One state write at a time inside a grain whose methods interleave: two overlapping writes would share an ETag and kill the
/// activation. Each turn is a decision and its write together.
/// </summary>
internal sealed class SerialTurns
{
    private Task last = Task.CompletedTask;

    public async Task<T> RunAsync<T>(Func<Task<T>> turn)
    {
        var before = last;
        var mine = new TaskCompletionSource();
        last = mine.Task;
        await before;
        try
        {
            return await turn();
        }
        finally
        {
            mine.SetResult();
        }
    }
}
