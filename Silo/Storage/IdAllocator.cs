using Dialer.Grains.Common;

namespace Dialer.Silo.Storage;

/// <summary>Takes ids in blocks, so that most cost nothing. Blocks of several processes rise, each within itself.</summary>
internal sealed class IdAllocator(IDatabase database) : INewIds, IDisposable
{
    public const int BlockSize = 1000;

    private readonly SemaphoreSlim turn = new(1);
    private long next;
    private long end;

    public async ValueTask<long> NextAsync()
    {
        await turn.WaitAsync();
        try
        {
            if (next >= end)
            {
                next = await TakeBlockAsync(database, BlockSize);
                end = next + BlockSize;
            }

            return next++;
        }
        finally
        {
            turn.Release();
        }
    }

    /// <summary>The first of <paramref name="count"/> ids in a row.</summary>
    public static Task<long> TakeBlockAsync(IDatabase database, int count) => database.WriteAsync(async (connection, _) =>
        Convert.ToInt64(
            await connection.ScalarAsync("update id_block set next = next + @count where name = 'id' returning next - @count", ("count", count)),
            System.Globalization.CultureInfo.InvariantCulture));

    public void Dispose() => turn.Dispose();
}
