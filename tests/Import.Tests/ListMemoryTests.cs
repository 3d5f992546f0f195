using System.Globalization;
using System.Text;
using Dialer.Silo.PhoneLists;
using static Dialer.Tests.PhoneLists.ListText;

namespace Dialer.Tests.PhoneLists;

/// <summary>Tests that measure the process and so run alone.</summary>
[CollectionDefinition(nameof(AloneCollection), DisableParallelization = true)]
public class AloneCollection;

/// <summary>P33: a list of any size is read in the memory of one batch.</summary>
[Collection(nameof(AloneCollection))]
public class ListMemoryTests
{
    private const int Rows = 200_000;
    private const long MostGrowth = 2 * 1024 * 1024;

    [Fact]
    public async Task Memory_DoesNotGrowWithRows()
    {
        using var rows = new RowStream(Rows);
        var opened = await ListFile.OpenAsync(rows, Russia, leaveOpen: true, CancellationToken.None);
        await using var reader = opened.Value!;
        long seen = 0, rejected = 0, before = 0, most = 0;
        ListBatch batch;
        do
        {
            batch = await reader.ReadAsync(CancellationToken.None);
            seen += batch.Rows.Count;
            rejected += batch.Rejected.Count;
            if (seen >= 20_000 && (seen / 1_000) % 20 == 0)
            {
                var now = GC.GetTotalMemory(forceFullCollection: true);
                before = before == 0 ? now : before;
                most = Math.Max(most, now - before);
            }
        }
        while (!batch.IsLast);

        Assert.Equal(Rows, seen + rejected);
        Assert.Equal(Rows / 100, rejected);
        Assert.True(most < MostGrowth, $"grew by {most} bytes");
    }

    /// <summary>Rows made up while they are read; every hundredth has no phone.</summary>
    private sealed class RowStream(int rows) : Stream
    {
        private int made;
        private byte[] line = Encoding.UTF8.GetBytes("phone;name;GMT_ZONE;note\n");
        private int used;

        public override bool CanRead => true;

        public override bool CanSeek => false;

        public override bool CanWrite => false;

        public override long Length => throw new NotSupportedException();

        public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }

        public override int Read(byte[] buffer, int offset, int count)
        {
            var written = 0;
            while (written < count)
            {
                if (used == line.Length)
                {
                    if (made == rows)
                    {
                        break;
                    }

                    line = Encoding.UTF8.GetBytes(Row(made++));
                    used = 0;
                }

                var part = Math.Min(count - written, line.Length - used);
                line.AsSpan(used, part).CopyTo(buffer.AsSpan(offset + written));
                used += part;
                written += part;
            }

            return written;
        }

        public override void Flush() => throw new NotSupportedException();

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();

        public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

        private static string Row(int i) => string.Create(
            CultureInfo.InvariantCulture,
            $"{(i % 100 == 99 ? "нет" : $"7916{i:0000000}")};Клиент {i};{(i % 3 == 0 ? "+05:00" : "")};\"примечание, {i}\"\n");
    }
}
