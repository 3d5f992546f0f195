using Spectre.Console;

namespace Dialer.Benchmarks;

/// <summary>The one table of a run: each figure beside what it is held against.</summary>
internal sealed class FigureTable
{
    private readonly Table table = new Table().Border(TableBorder.Ascii)
        .AddColumn("figure").AddColumn(new TableColumn("value").RightAligned())
        .AddColumn("held against").AddColumn(new TableColumn("value").RightAligned())
        .AddColumn(new TableColumn("ratio").RightAligned()).AddColumn("wanted").AddColumn("");

    public static double Median(IEnumerable<double> values)
    {
        var sorted = values.Order().ToList();
        return sorted[sorted.Count / 2];
    }

    /// <summary>A figure with its reference; <paramref name="isMet"/> null = only shown.</summary>
    public void Add(string figure, string value, string reference = "", string referenceValue = "", string ratio = "", string wanted = "", bool? isMet = null)
    {
        table.AddRow(Markup.Escape(figure), value, Markup.Escape(reference), referenceValue, ratio, Markup.Escape(wanted), isMet switch { null => "", true => "met", false => "MISSED" });
        Console.WriteLine($"  {figure}: {value}{(reference.Length > 0 ? $" | {reference} {referenceValue}" : "")}{(ratio.Length > 0 ? $" | ratio {ratio}" : "")}");
    }

    public void Print()
    {
        Console.WriteLine();
        // a pipe has no width: the table is as wide as it needs to be
        AnsiConsole.Profile.Width = Math.Max(AnsiConsole.Profile.Width, 200);
        AnsiConsole.Write(table);
    }
}
