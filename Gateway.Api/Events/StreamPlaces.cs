namespace Dialer.Gateway.Events;

/// <summary>How many streams each key holds open: each of them reads the database twice a second.</summary>
internal sealed class StreamPlaces
{
    private readonly Lock gate = new();
    private readonly Dictionary<string, int> taken = new(StringComparer.Ordinal);

    /// <summary>A place, until it is disposed; null = all are taken.</summary>
    public IDisposable? TryTake(string key, int most)
    {
        lock (gate)
        {
            var count = taken.GetValueOrDefault(key);
            if (count >= most)
            {
                return null;
            }

            taken[key] = count + 1;
            return new Place(this, key);
        }
    }

    private void Free(string key)
    {
        lock (gate)
        {
            if (--taken[key] == 0)
            {
                taken.Remove(key);
            }
        }
    }

    private sealed class Place(StreamPlaces places, string key) : IDisposable
    {
        private int isFree;

        public void Dispose()
        {
            if (Interlocked.Exchange(ref isFree, 1) == 0)
            {
                places.Free(key);
            }
        }
    }
}
