namespace Dialer.Tests;

/// <summary>Waits for states, never for time: polls, and on the limit names what was awaited and what was there instead.</summary>
public static class Until
{
    /// <summary>Long enough for a busy machine; a test that passes never waits so long.</summary>
    public static readonly TimeSpan Limit = TimeSpan.FromSeconds(40);

    private static readonly TimeSpan Poll = TimeSpan.FromMilliseconds(15);

    public static Task TrueAsync(Func<bool> reached, string what, TimeSpan? limit = null, Func<string>? instead = null) =>
        GetAsync(() => Task.FromResult(reached()), r => r, what, limit, _ => instead?.Invoke() ?? "it did not become so");

    public static Task TrueAsync(Func<Task<bool>> reached, string what, TimeSpan? limit = null) =>
        GetAsync(reached, r => r, what, limit, _ => "it did not become so");

    /// <summary>Reads until what is read fits, and answers it.</summary>
    public static async Task<T> GetAsync<T>(Func<Task<T>> read, Func<T, bool> fits, string what, TimeSpan? limit = null, Func<T, string>? instead = null)
    {
        ArgumentNullException.ThrowIfNull(read);
        ArgumentNullException.ThrowIfNull(fits);
        var began = TimeProvider.System.GetTimestamp();
        while (true)
        {
            var value = await read();
            if (fits(value))
            {
                return value;
            }

            Assert.True(
                TimeProvider.System.GetElapsedTime(began) < (limit ?? Limit),
                $"not reached: {what}; instead: {(instead is null ? value?.ToString() : instead(value))}");
            await Task.Delay(Poll, TestContext.Current.CancellationToken);
        }
    }
}
