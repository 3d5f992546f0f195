using System.Text;
using Dialer.Calendars;
using Dialer.Numbers;

namespace Dialer.Silo.PhoneLists;

/// <summary>One row of a list that can be called (P33).</summary>
/// <param name="Row">Its number among the data rows, from 1; the header and empty lines do not count.</param>
/// <param name="Line">The line of the file on which it begins, from 1.</param>
/// <param name="Phone">The number.</param>
/// <param name="WasFixed">A leading 8 was made a 7.</param>
/// <param name="Priority">1 (first) … 5; 3 when the list gives none.</param>
/// <param name="Zone">Its zone, as found.</param>
/// <param name="Payload">Every column, the phone included, as a JSON object in UTF-8: header → cell text.</param>
/// <param name="Raw">The row as it stands in the file, in UTF-8.</param>
internal readonly record struct ListRow(
    long Row,
    long Line,
    PhoneNumber Phone,
    bool WasFixed,
    byte Priority,
    ZoneFound Zone,
    ReadOnlyMemory<byte> Payload,
    ReadOnlyMemory<byte> Raw)
{
    public string PayloadText => Encoding.UTF8.GetString(Payload.Span);
}
