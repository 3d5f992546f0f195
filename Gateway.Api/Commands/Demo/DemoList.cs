using System.Globalization;
using System.Text;

namespace Dialer.Gateway.Commands.Demo;

/// <summary>The list of the demo: 5,000 rows as real lists are, with some that are wrong.</summary>
internal static class DemoList
{
    public const int Rows = 5000;

    /// <summary>Numbers of the list that are on do-not-call.</summary>
    public static readonly IReadOnlyList<long> OptedOut = [79_161_000_001, 79_161_000_002, 79_161_000_003];

    private static readonly string[] Cities = ["495", "383", "343", "812", "423", "846", "4012", "3952"];
    private static readonly string[] Names = ["Анна", "Борис", "Вера", "Глеб", "Дарья", "Егор", "Жанна", "Захар"];

    public static string Write(string directory)
    {
        var path = Path.Combine(directory, "demo-list.csv");
        var text = new StringBuilder("phone;name;GMT_ZONE\n");
        for (var i = 0; i < Rows; i++)
        {
            text.Append(Row(i)).Append('\n');
        }

        // as Excel saves it in Russia
        Encoding.RegisterProvider(CodePagesEncodingProvider.Instance);
        File.WriteAllText(path, text.ToString(), Encoding.GetEncoding(1251));
        return path;
    }

    /// <summary>Wrong on purpose: too short, letters, a zone that does not exist, a row that stands twice.</summary>
    private static string Row(int i) => i switch
    {
        1000 => "12345;Слишком короткий;",
        2000 => "звонить вечером;Текст вместо номера;",
        3000 => $"{Phone(i)};Нет такой зоны;Mars/Base",
        4000 => Row(10),
        4500 => "+7 (000) 123-45-67;Нет такого кода;",
        _ => $"{Phone(i)};{Names[i % Names.Length]};{(i % 50 == 0 ? "Asia/Omsk" : "")}",
    };

    private static string Phone(int i) => i % 4 == 0
        ? Fixed(Cities[i / 4 % Cities.Length], i)
        : string.Create(CultureInfo.InvariantCulture, $"+7 916 {100 + i / 10000:000}-{i / 100 % 100:00}-{i % 100:00}");

    private static string Fixed(string code, int i)
    {
        var local = string.Create(CultureInfo.InvariantCulture, $"{2_000_000 + i}");
        return $"8{code}{local[..(10 - code.Length)]}";
    }
}
