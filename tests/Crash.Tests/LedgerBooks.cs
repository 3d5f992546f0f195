using Dialer.Silo.Telephony.Simulated;

namespace Dialer.Tests;

/// <summary>The carrier's own books, read as evidence: what it received, twice or once, and how many were up at once.</summary>
internal sealed class LedgerBooks
{
    private LedgerBooks(IReadOnlyDictionary<string, int> starts, int mostAtOnce, int stillUp, IReadOnlySet<string> phones)
    {
        Starts = starts;
        MostAtOnce = mostAtOnce;
        StillUp = stillUp;
        Phones = phones;
    }

    /// <summary>How often each call id was started.</summary>
    public IReadOnlyDictionary<string, int> Starts { get; }

    public int MostAtOnce { get; }

    public int StillUp { get; }

    public IReadOnlySet<string> Phones { get; }

    public int DialedTwice => Starts.Count(s => s.Value > 1);

    public static LedgerBooks Read(string path)
    {
        var starts = new Dictionary<string, int>();
        var phones = new HashSet<string>();
        var live = new HashSet<string>();
        var most = 0;
        foreach (var text in File.ReadLines(path))
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
            }
        }

        return new LedgerBooks(starts, most, live.Count, phones);
    }
}
