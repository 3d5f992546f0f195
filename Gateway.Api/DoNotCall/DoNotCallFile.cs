using System.Text;
using Dialer.Numbers;

namespace Dialer.Gateway.DoNotCall;

/// <summary>A file of numbers: the first cell of each row; a first row that is no number is a header.</summary>
internal static class DoNotCallFile
{
    public const long MaxBytes = 20L << 20;
    private const int MaxRefusals = 100;

    public static async Task<(IReadOnlyList<PhoneNumber> Phones, IReadOnlyList<Refusal> Refusals)> ReadAsync(Stream content, INumberReader numbers, CancellationToken cancel)
    {
        using var reader = new StreamReader(content, Encoding.UTF8);
        var phones = new List<PhoneNumber>();
        var refusals = new List<Refusal>();
        for (var row = 1; await reader.ReadLineAsync(cancel) is { } line && refusals.Count < MaxRefusals; row++)
        {
            var cell = line.Split([',', ';', '\t'], 2)[0].Trim().Trim('"');
            if (cell.Length == 0)
            {
                continue;
            }

            var read = numbers.Read(cell, null);
            if (read.IsDone)
            {
                phones.Add(read.Value.Phone);
            }
            else if (row > 1 || cell.Any(char.IsAsciiDigit))
            {
                refusals.Add(new Refusal("phone_bad_format", $"Row {row} is no phone number: {read.Refusal.Text} Nothing was entered.", Field: $"[{row - 1}]"));
            }
        }

        return phones.Count == 0 && refusals.Count == 0
            ? (phones, [new Refusal("no_numbers", "The file has no numbers: each row begins with one.")])
            : (phones, refusals);
    }
}
