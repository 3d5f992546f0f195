using System.Buffers;
using System.Buffers.Binary;
using System.Text;
using Npgsql;

namespace Dialer.Silo.Storage.PostgreSql;

/// <summary>
/// Rows into COPY's binary format (PostgreSQL manual, COPY, "Binary Format"), gathered and sent in large pieces. The driver's own
/// importer asks about a flush at each cell, which costs an import of a million rows more than the rows do.
/// </summary>
internal sealed class BinaryCopy : IAsyncDisposable
{
    private const int PieceBytes = 128 * 1024;
    private static readonly byte[] Header = [.. "PGCOPY\n"u8, 0xFF, .. "\r\n\0"u8, 0, 0, 0, 0, 0, 0, 0, 0];

    private readonly NpgsqlRawCopyStream stream;
    private readonly ArrayBufferWriter<byte> piece = new(PieceBytes + 16 * 1024);

    private BinaryCopy(NpgsqlRawCopyStream stream)
    {
        this.stream = stream;
        piece.Write(Header);
    }

    /// <param name="connection">In the transaction that the rows belong to.</param>
    /// <param name="text">The statement: <c>copy … from stdin (format binary)</c>.</param>
    public static async Task<BinaryCopy> BeginAsync(NpgsqlConnection connection, string text) =>
        new(await connection.BeginRawBinaryCopyAsync(text));

    /// <summary>One row: values in the order of the statement's columns, null = null. A text may come as its UTF-8 bytes.</summary>
    public ValueTask AddAsync(IReadOnlyList<BulkColumn> columns, object?[] row)
    {
        BinaryPrimitives.WriteInt16BigEndian(Take(2), (short)columns.Count);
        for (var i = 0; i < columns.Count; i++)
        {
            Add(columns[i].Type, row[i]);
        }

        return piece.WrittenCount < PieceBytes ? ValueTask.CompletedTask : SendAsync();
    }

    /// <summary>Sends what is left. Leaving without it ends the statement with some of the rows: the transaction must not be kept.</summary>
    public async Task CompleteAsync()
    {
        BinaryPrimitives.WriteInt16BigEndian(Take(2), -1);
        await SendAsync();
    }

    public ValueTask DisposeAsync() => stream.DisposeAsync();

    private void Add(BulkType type, object? value)
    {
        switch (value)
        {
            case null:
                BinaryPrimitives.WriteInt32BigEndian(Take(4), -1);
                break;
            case ReadOnlyMemory<byte> bytes:
                BinaryPrimitives.WriteInt32BigEndian(Take(4), bytes.Length);
                piece.Write(bytes.Span);
                break;
            case string text:
                var length = Encoding.UTF8.GetByteCount(text);
                BinaryPrimitives.WriteInt32BigEndian(Take(4), length);
                Encoding.UTF8.GetBytes(text, Take(length));
                break;
            default:
                AddNumber(type, value);
                break;
        }
    }

    private void AddNumber(BulkType type, object value)
    {
        switch (type)
        {
            case BulkType.Int64:
                BinaryPrimitives.WriteInt32BigEndian(Take(4), 8);
                BinaryPrimitives.WriteInt64BigEndian(Take(8), (long)value);
                break;
            case BulkType.Int32:
                BinaryPrimitives.WriteInt32BigEndian(Take(4), 4);
                BinaryPrimitives.WriteInt32BigEndian(Take(4), (int)value);
                break;
            default:
                BinaryPrimitives.WriteInt32BigEndian(Take(4), 2);
                BinaryPrimitives.WriteInt16BigEndian(Take(2), (short)value);
                break;
        }
    }

    private Span<byte> Take(int bytes)
    {
        var span = piece.GetSpan(bytes)[..bytes];
        piece.Advance(bytes);
        return span;
    }

    private async ValueTask SendAsync()
    {
        await stream.WriteAsync(piece.WrittenMemory);
        piece.ResetWrittenCount();
    }
}
