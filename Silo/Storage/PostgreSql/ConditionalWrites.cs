using Npgsql;

namespace Dialer.Silo.Storage.PostgreSql;

/// <summary>Writes that carry their conditions, and how many rows each must touch if all of them hold.</summary>
internal sealed class ConditionalWrites(NpgsqlBatch batch) : IAsyncDisposable
{
    private readonly List<(NpgsqlBatchCommand Command, int Rows)> expected = [];

    public NpgsqlBatch Batch => batch;

    /// <summary>After execution: every statement touched as many rows as it was to.</summary>
    public bool AllConditionsHeld => expected.TrueForAll(e => (int)e.Command.Rows == e.Rows);

    public void Expect(NpgsqlBatchCommand? command, int rows)
    {
        if (command is not null)
        {
            expected.Add((command, rows));
        }
    }

    public ValueTask DisposeAsync() => batch.DisposeAsync();
}
