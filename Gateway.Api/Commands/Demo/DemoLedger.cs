using System.Globalization;

namespace Dialer.Gateway.Commands.Demo;

/// <summary>The carrier's own books: <c>&lt;unix ms&gt; start|end &lt;callId&gt; &lt;phone&gt;</c>.</summary>
internal sealed class DemoLedger
{
    private readonly Dictionary<string, (int Count, long At, string Phone)> starts = [];

    public int Received => starts.Count;

    public int DialedTwice => starts.Values.Count(s => s.Count > 1);

    public int MostAtOnce { get; private set; }

    public IReadOnlyDictionary<string, (int Count, long At, string Phone)> Starts => starts;

    /// <summary>The first call that the carrier received after an instant; null = none yet.</summary>
    public DateTimeOffset? FirstStartAfter(DateTimeOffset instant)
    {
        var after = starts.Values.Where(s => s.At > instant.ToUnixTimeMilliseconds()).Select(s => s.At).ToList();
        return after.Count == 0 ? null : DateTimeOffset.FromUnixTimeMilliseconds(after.Min());
    }

    public static DemoLedger Read(string path)
    {
        var ledger = new DemoLedger();
        var live = new HashSet<string>();
        // the carrier goes on writing while we read
        using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
        using var reader = new StreamReader(file);
        while (reader.ReadLine() is { } line && line.Split(' ') is [var at, var what, var id, var phone])
        {
            if (what == "start")
            {
                var known = ledger.starts.GetValueOrDefault(id);
                ledger.starts[id] = (known.Count + 1, long.Parse(at, CultureInfo.InvariantCulture), phone);
                live.Add(id);
                ledger.MostAtOnce = Math.Max(ledger.MostAtOnce, live.Count);
            }
            else
            {
                live.Remove(id);
            }
        }

        return ledger;
    }
}
