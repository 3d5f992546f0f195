using System.Globalization;

namespace Dialer.Calls;

/// <summary>
/// One try: one call set-up of a job, counted or not. Written <c>&lt;jobId&gt;-&lt;n&gt;</c>; n rises and is never used again.
/// Permits, the carrier's ledger and the SIP Call-ID are made from it (I2).
/// </summary>
[GenerateSerializer, Immutable, Alias("dialer.TryId")]
public readonly record struct TryId([property: Id(0)] JobId Job, [property: Id(1)] int Number)
{
    public static bool TryParse(ReadOnlySpan<char> text, out TryId id)
    {
        id = default;
        var dash = text.IndexOf('-');
        if (dash <= 0
            || !long.TryParse(text[..dash], NumberStyles.None, CultureInfo.InvariantCulture, out var job)
            || !int.TryParse(text[(dash + 1)..], NumberStyles.None, CultureInfo.InvariantCulture, out var number))
        {
            return false;
        }

        id = new TryId(new JobId(job), number);
        return true;
    }

    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Job.Value}-{Number}");
}
