namespace Dialer;

/// <summary>New ids for whatever is made: int64, rising, taken from the store in blocks.</summary>
public interface INewIds
{
    ValueTask<long> NextAsync();
}
