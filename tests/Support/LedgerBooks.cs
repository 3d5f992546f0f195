using Dialer.Silo.Telephony.Simulated;

namespace Dialer.Tests;

/// <summary>The carrier's own books, read as evidence: what it received, twice or once, and how many were up at once.</summary>
public sealed class LedgerBooks
{
    private LedgerBooks(
        IReadOnlyDictionary<string, int> starts, IReadOnlyDictionary<string, UnixTime> ends, int mostAtOnce, int stillUp, IReadOnlySet<string> phones)
    {
        Starts = starts;
        Ends = ends;
        MostAtOnce = mostAtOnce;
        StillUp = stillUp;
        Phones = phones;
    }

    /// <summary>How often each call id was started.</summary>
    public IReadOnlyDictionary<string, int> Starts { get; }

    /// <summary>When each call id was over.</summary>
    public IReadOnlyDictionary<string, UnixTime> Ends { get; }

    public int MostAtOnce { get; }

    public int StillUp { get; }

    public IReadOnlySet<string> Phones { get; }

    public int DialedTwice => Starts.Count(s => s.Value > 1);

    public static LedgerBooks Read(string path)
    {
        var starts = new Dictionary<string, int>();
        var ends = new Dictionary<string, UnixTime>();
        var phones = new HashSet<string>();
        var live = new HashSet<string>();
        var most = 0;
        foreach (var text in Lines(path))
        {
            Assert.True(LedgerLine.TryParse(text, out var line), $"a line of the ledger is not one: {text.Length} characters");
            if (line.IsStart)
            {
                starts[line.Id.ToString()] = starts.GetValueOrDefault(line.Id.ToString()) + 1;
                phones.Add(line.Phone.Digits);
                live.Add(line.Id.ToString());
                most = Math.Max(most, live.Count);
            }
            else
            {
                live.Remove(line.Id.ToString());
                ends[line.Id.ToString()] = line.At;
            }
        }

        return new LedgerBooks(starts, ends, most, live.Count, phones);
    }

    // shared with the carrier, which may still be writing
    private static IEnumerable<string> Lines(string path)
    {
        using var reader = new StreamReader(new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite));
        while (reader.ReadLine() is { } line)
        {
            yield return line;
        }
    }
}
