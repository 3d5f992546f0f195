namespace Dialer.Grains.Common;

/// <summary>Ids of everything: int64, rising, taken from the store in blocks.</summary>
public interface IIdAllocator
{
    ValueTask<long> NextAsync();
}
