using System.Globalization;
using Dialer.Silo.Storage;

namespace Dialer.Tests.Stores;

/// <summary>All rows of all tables of the hot store as text, to be compared.</summary>
internal static class Tables
{
    /// <summary>Taken ids are no trace of anybody.</summary>
    private static readonly string[] Ignored = ["id_block", "dialer_schema"];

    public static Task<IReadOnlyList<string>> ReadAsync(StoreRig rig, params string[] without) => rig.Database.ReadAsync<IReadOnlyList<string>>(async connection =>
    {
        var names = await connection.ListAsync(
            rig.IsPostgreSql
                ? "select table_name::text from information_schema.tables where table_schema = 'public'"
                : "select name from sqlite_master where type = 'table'",
            r => r.GetString(0));
        var rows = new List<string>();
        foreach (var table in names.Except(Ignored).Except(without).Where(n => !n.StartsWith("orleans", StringComparison.Ordinal)).Order(StringComparer.Ordinal))
        {
            var found = await connection.ListAsync($"select * from {table}", r =>
                table + ": " + string.Join(" ", Enumerable.Range(0, r.FieldCount).Select(i => $"{r.GetName(i)}={Text(r.GetValue(i))}")));
            rows.AddRange(found.Order(StringComparer.Ordinal));
        }

        return rows;
    });

    public static Task<long> CountAsync(StoreRig rig, string from, params (string Name, object? Value)[] parameters) => rig.Database.ReadAsync(async connection =>
        Convert.ToInt64(await connection.ScalarAsync($"select count(*) from {from}", parameters), CultureInfo.InvariantCulture));

    public static Task ExecuteAsync(StoreRig rig, string text) => rig.Database.WriteAsync((connection, _) => connection.ExecuteAsync(text));

    /// <summary>Fails with the rows that differ.</summary>
    public static void AssertSame(IReadOnlyList<string> before, IReadOnlyList<string> after)
    {
        var gone = before.Except(after).Select(r => "- " + r);
        var come = after.Except(before).Select(r => "+ " + r);
        Assert.True(before.SequenceEqual(after), string.Join("\n", gone.Concat(come).Take(40)));
    }

    private static string Text(object value) => value switch
    {
        byte[] bytes => Convert.ToHexString(bytes),
        bool flag => flag ? "1" : "0",
        IFormattable number => number.ToString(null, CultureInfo.InvariantCulture),
        DBNull => "null",
        _ => value.ToString()!,
    };
}
