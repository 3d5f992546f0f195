using System.Text;
using System.Text.Json;
using Dialer.Silo.PhoneLists;

namespace Dialer.Tests.PhoneLists;

/// <summary>List files as texts and bytes, read to the end.</summary>
internal static class ListText
{
    public static readonly ListReadOptions Russia = new() { Country = "RU" };

    public static Task<Read> ReadAsync(string text, ListReadOptions? options = null) => ReadAsync(Encoding.UTF8.GetBytes(text), options);

    public static Task<Read> ReadAsync(byte[] bytes, ListReadOptions? options = null) => ReadAsync(new MemoryStream(bytes), options);

    public static async Task<Read> ReadAsync(Stream stream, ListReadOptions? options = null)
    {
        var opened = await ListFile.OpenAsync(stream, options ?? Russia, leaveOpen: false, CancellationToken.None);
        if (!opened.IsDone)
        {
            return new Read(null, [], [], opened.Refusal);
        }

        await using var reader = opened.Value;
        var rows = new List<ListRow>();
        var rejected = new List<RejectedRow>();
        while (true)
        {
            var batch = await reader.ReadAsync(CancellationToken.None);
            if (batch.Refusal is not null)
            {
                return new Read(reader.Columns, [], [], batch.Refusal);
            }

            rows.AddRange(batch.Rows);
            rejected.AddRange(batch.Rejected);
            if (batch.IsLast)
            {
                return new Read(reader.Columns, rows, rejected, null);
            }
        }
    }

    /// <summary>The payload as key-value pairs in the order they stand in.</summary>
    public static List<(string Key, string Value)> Cells(this ListRow row)
    {
        using var json = JsonDocument.Parse(row.Payload);
        return [.. json.RootElement.EnumerateObject().Select(p => (p.Name, p.Value.GetString()!))];
    }

    /// <summary>A stream that cannot seek and gives a few bytes at a time.</summary>
    public static Stream Dripping(byte[] bytes, int most) => new DrippingStream(bytes, most);

    internal sealed record Read(ListColumns? Columns, List<ListRow> Rows, List<RejectedRow> Rejected, Refusal? Refusal);

    private sealed class DrippingStream(byte[] bytes, int most) : MemoryStream(bytes)
    {
        public override bool CanSeek => false;

        public override int Read(Span<byte> buffer) => base.Read(buffer[..Math.Min(most, buffer.Length)]);

        public override int Read(byte[] buffer, int offset, int count) => base.Read(buffer, offset, Math.Min(most, count));

        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) =>
            new(Read(buffer.Span));
    }
}
