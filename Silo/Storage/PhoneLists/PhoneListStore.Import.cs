using System.Data.Common;
using System.Globalization;
using Dialer.Numbers;
using Dialer.PhoneLists;
using Dialer.Silo.PhoneLists;

namespace Dialer.Silo.Storage.PhoneLists;

/// <summary>What a chunk of an import brings.</summary>
/// <param name="Groups">Groups seen for the first time.</param>
/// <param name="Rows">Rows that are certainly no duplicates, with their group.</param>
/// <param name="Suspects">Rows that may be duplicates of earlier ones.</param>
internal sealed record ListChunk(
    IReadOnlyList<(int Number, byte Priority, string Zone, short Source)> Groups,
    IReadOnlyList<(ListRow Row, int Group)> Rows,
    IReadOnlyList<(ListRow Row, int Group)> Suspects,
    IReadOnlyList<RejectedRow> Rejected);

/// <summary>Rows come in chunks under a list that is not ready; the last step decides the possible duplicates and makes it so.</summary>
internal sealed partial class PhoneListStore
{
    private const int DecideChunk = 1000;
    private static readonly string[] RowTables = ["list_row", "list_suspect", "list_rejected"];

    private static readonly BulkColumn[] RowColumns =
        [new("list", BulkType.Int64), new("row_number", BulkType.Int64), new("phone", BulkType.Int64), new("group_number", BulkType.Int32), new("payload", BulkType.Text)];

    private static readonly BulkColumn[] SuspectColumns = [.. RowColumns, new("line", BulkType.Int64)];

    private static readonly BulkColumn[] RejectedColumns =
    [
        new("list", BulkType.Int64), new("row_number", BulkType.Int64), new("line", BulkType.Int64), new("code", BulkType.Text),
        new("reason", BulkType.Text), new("content", BulkType.Text), new("phone", BulkType.Int64),
    ];

    public Task CreateAsync(ListId id, ListImportRequest request, UnixTime now) => database.WriteAsync((connection, _) => connection.ExecuteAsync(
        "insert into phone_list (id, name, status, basis, source, created_at, seen_at) values (@id, @name, 1, @basis, @source, @now, @now)",
        ("id", id.Value), ("name", request.Name), ("basis", request.Basis), ("source", request.Source), ("now", now.Ms)));

    /// <summary>False: the import was given up meanwhile; nothing was written.</summary>
    public Task<bool> InsertAsync(ListId id, ListChunk chunk, UnixTime now) => database.WriteAsync(
        async (connection, _) =>
        {
            if (!await IsImportingAsync(connection, id, now))
            {
                return false;
            }

            foreach (var (number, priority, zone, source) in chunk.Groups)
            {
                await connection.ExecuteAsync(
                    "insert into list_group (list, number, priority, zone, zone_source) values (@list, @number, @priority, @zone, @source)",
                    ("list", id.Value), ("number", number), ("priority", (int)priority), ("zone", zone), ("source", (int)source));
            }

            await InsertManyAsync(connection, "list_row", RowColumns, chunk.Rows, r => [id.Value, r.Row.Row, r.Row.Phone.Value, r.Group, r.Row.Payload]);
            await InsertManyAsync(
                connection, "list_suspect", SuspectColumns, chunk.Suspects, r => [id.Value, r.Row.Row, r.Row.Phone.Value, r.Group, r.Row.Payload, r.Row.Line]);
            await InsertRejectedAsync(connection, id, chunk.Rejected);
            return true;
        },
        isBulk: true);

    /// <summary>
    /// Decides the possible duplicates exactly (P34), writes the counts and makes the list ready. False: the import was given up
    /// meanwhile.
    /// </summary>
    public async Task<bool> FinishAsync(ListId id, long accepted, long rejected, long suspects, long fixedRows, UnixTime now)
    {
        if (!await database.WriteAsync((connection, _) => IsImportingAsync(connection, id, now)))
        {
            return false;
        }

        var duplicates = suspects == 0 ? 0 : await DecideSuspectsAsync(id);
        return await database.WriteAsync(
            async (connection, _) => await connection.ExecuteAsync(
                "update phone_list set status = 2, rows = @rows, accepted = @accepted, duplicates = @duplicates, rejected = @rejected, "
                + "fixed = @fixed, finished_at = @now where id = @id and status = 1",
                ("rows", accepted + suspects + rejected), ("accepted", accepted + suspects - duplicates), ("duplicates", duplicates),
                ("rejected", rejected), ("fixed", fixedRows), ("now", now.Ms), ("id", id.Value)) == 1,
            isBulk: true);
    }

    /// <summary>The import ended without a list: nothing of it stays but the reason.</summary>
    public async Task FailAsync(ListId id, Refusal why)
    {
        await GiveUpAsync(id, why);
        while (await EraseRowsAsync(id, 5000) > 0)
        {
            // chunk after chunk, so that calls' writes come in between
        }
    }

    /// <summary>Marks an import as ended without a list; its rows go later. False: it had ended.</summary>
    public Task<bool> GiveUpAsync(ListId id, Refusal why) => database.WriteAsync(async (connection, _) => await connection.ExecuteAsync(
        "update phone_list set status = 3, error = @error, error_code = @code where id = @id and status = 1",
        ("error", why.Text), ("code", why.Code), ("id", id.Value)) == 1);

    public async Task<IReadOnlyList<RejectedListRow>> ReadRejectedAsync(ListId id, long after, int limit) => await database.ReadAsync(connection =>
        connection.ListAsync(
            "select row_number, line, code, reason, content from list_rejected where list = @list and row_number > @after order by row_number limit @limit",
            r => new RejectedListRow(r.GetInt64(0), r.GetInt64(1), r.GetString(2), r.GetString(3), r.GetString(4)),
            ("list", id.Value), ("after", after), ("limit", limit)));

    /// <summary>Lists whose importer has been silent since before the instant: its process is gone (P35).</summary>
    public Task<List<ListId>> ReadAbandonedAsync(UnixTime silentSince) => database.ReadAsync(connection => connection.ListAsync(
        "select id from phone_list where status = 1 and seen_at < @since", r => new ListId(r.GetInt64(0)), ("since", silentSince.Ms)));

    /// <summary>Deleted lists that still have rows and from which no campaign loads.</summary>
    public Task<List<ListId>> ReadErasableAsync() => database.ReadAsync(connection => connection.ListAsync(
        "select id from phone_list l where status in (3, 4) "
        + $"and ({string.Join(" or ", RowTables.Select(t => $"exists (select 1 from {t} r where r.list = l.id)"))}) "
        + "and not exists (select 1 from campaign c where c.list = l.id and c.loading = 1 and c.status in (2, 3))",
        r => new ListId(r.GetInt64(0))));

    /// <summary>Removes up to so many rows of a list; answers how many went.</summary>
    public Task<int> EraseRowsAsync(ListId id, int limit) => database.WriteAsync(
        async (connection, _) =>
        {
            var erased = 0;
            foreach (var table in RowTables)
            {
                erased += await connection.ExecuteAsync(
                    $"delete from {table} where list = @list and row_number in (select row_number from {table} where list = @list order by row_number limit @limit)",
                    ("list", id.Value), ("limit", limit));
            }

            return erased;
        },
        isBulk: true);

    /// <summary>Marks the list as seen and holds its row: giving the import up is before or after.</summary>
    private static async Task<bool> IsImportingAsync(DbConnection connection, ListId id, UnixTime now) =>
        await connection.ExecuteAsync("update phone_list set seen_at = @now where id = @id and status = 1", ("now", now.Ms), ("id", id.Value)) == 1;

    /// <summary>
    /// Compared by a reader, so that no call's write waits for it; written in chunks. Cut short, the list is not ready and goes.
    /// </summary>
    private async Task<long> DecideSuspectsAsync(ListId id)
    {
        // the earlier row that each suspect equals: among the rows that were certain, or the suspects before it
        const string duplicates =
            """
            select s.row_number, s.line, s.payload, min(e.row_number) as first, s.phone
            from list_suspect s
            join (select list, row_number, phone, payload from list_row where list = @list
                  union all select list, row_number, phone, payload from list_suspect where list = @list) e
              on e.phone = s.phone and e.payload = s.payload and e.row_number < s.row_number
            where s.list = @list group by s.row_number, s.line, s.payload, s.phone
            """;
        var count = await database.CompareAsync(async connection =>
        {
            await using var command = connection.Command(duplicates, ("list", id.Value));
            await using var reader = await command.ExecuteReaderAsync();
            var chunk = new List<RejectedRow>(DecideChunk);
            var total = 0L;
            while (await reader.ReadAsync())
            {
                chunk.Add(new RejectedRow(
                    reader.GetInt64(0), reader.GetInt64(1), "duplicate", DuplicateText(reader.GetInt64(3)), null, reader.GetString(2),
                    new PhoneNumber(reader.GetInt64(4))));
                total++;
                if (chunk.Count == DecideChunk)
                {
                    await RejectAsync(id, chunk);
                    chunk.Clear();
                }
            }

            await RejectAsync(id, chunk);
            return total;
        });
        while (await TakeInSuspectsAsync(id) > 0)
        {
            // chunk after chunk, so that calls' writes come in between
        }

        return count;
    }

    private static string DuplicateText(long row) => string.Create(CultureInfo.InvariantCulture, $"The same as row {row}; skipped.");

    private Task RejectAsync(ListId id, IReadOnlyList<RejectedRow> rows) => rows.Count == 0 ? Task.CompletedTask : database.WriteAsync(
        async (connection, _) =>
        {
            await InsertRejectedAsync(connection, id, rows);
            return true;
        },
        isBulk: true);

    /// <summary>The next suspects that are no duplicates become rows; answers how many suspects were settled.</summary>
    private Task<int> TakeInSuspectsAsync(ListId id) => database.WriteAsync(
        async (connection, _) =>
        {
            const string next = "select row_number from list_suspect where list = @list order by row_number limit @limit";
            await connection.ExecuteAsync(
                "insert into list_row (list, row_number, phone, group_number, payload) "
                + "select s.list, s.row_number, s.phone, s.group_number, s.payload from list_suspect s "
                + $"where s.list = @list and s.row_number in ({next}) and not exists "
                + "(select 1 from list_rejected r where r.list = s.list and r.row_number = s.row_number)",
                ("list", id.Value), ("limit", DecideChunk));
            return await connection.ExecuteAsync(
                $"delete from list_suspect where list = @list and row_number in ({next})", ("list", id.Value), ("limit", DecideChunk));
        },
        isBulk: true);

    private Task InsertRejectedAsync(DbConnection connection, ListId id, IReadOnlyList<RejectedRow> rows) => InsertManyAsync(
        connection, "list_rejected", RejectedColumns, rows, r => [id.Value, r.Row, r.Line, r.Code, r.Text, r.Raw, r.Phone.Value]);

    private async Task InsertManyAsync<T>(
        DbConnection connection, string table, IReadOnlyList<BulkColumn> columns, IReadOnlyList<T> rows, Func<T, object?[]> values)
    {
        if (rows.Count > 0)
        {
            await database.InsertManyAsync(connection, table, columns, rows.Select(values));
        }
    }
}
