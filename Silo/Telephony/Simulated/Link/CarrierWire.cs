using Dialer.Calls;
using Dialer.Channels;
using Dialer.Numbers;

namespace Dialer.Silo.Telephony.Simulated.Link;

/// <summary>
/// The protocol between a dialer and a simulated carrier that runs as its own process. TCP on a loopback address; lines of ASCII
/// words divided by one space, ended by a line feed, at most <see cref="WireLine.MaxLength"/> bytes. An id is a try id
/// (<c>job-n</c>), instants are Unix milliseconds, limits are milliseconds, 0 = no instant. Both sides speak at any time.
/// <code>
/// carrier says      carrier 1                                 first of all: the version of the protocol
/// dialer says       terms w w w w w w r r t t s               weights answer busy noAnswer reject nonexistent error, ring min max,
///                                                             talk min max (seconds), seed: for the dials after it
///                   dial id phone ringLimit talkLimit
///                   hangup id                                 end it, and never take it; answered by ended or unknown
///                   query id                                  answered by its state; from now on it reports to this connection
///                   list                                      answered by call lines, then listed
///                   ping n                                    answered by pong
///                   down | up                                 the trunk dies | comes back; answered by trunk
/// carrier says      ringing id at
///                   answered id at
///                   ended id at answeredAt ending             a name of CallEnding
///                   placed id at                              live, does not ring yet (only to query)
///                   unknown id since                          not known, not taken any more; all dialed since then would be known
///                   call id phone startedAt answered|ringing
///                   listed n
///                   pong n up|down
///                   trunk up|down
///                   error text                                the line before was bad; the carrier hangs up the connection
/// </code>
/// A call's reports go to the connection that dialed it, or that asked for it last. A connection's end ends no call.
/// </summary>
internal static class CarrierWire
{
    /// <summary>What the carrier says first.</summary>
    public static ReadOnlySpan<byte> Greeting => "carrier 1"u8;

    public static ReadOnlySpan<byte> Dial(Span<byte> into, TryId id, PhoneNumber phone, TimeSpan ringLimit, TimeSpan maxTalk) =>
        new WireLine(into).Word("dial"u8).Id(id).Number(phone.Value).Number(Ms(ringLimit)).Number(Ms(maxTalk)).End();

    public static ReadOnlySpan<byte> About(Span<byte> into, ReadOnlySpan<byte> verb, TryId id) => new WireLine(into).Word(verb).Id(id).End();

    public static ReadOnlySpan<byte> Terms(Span<byte> into, SimulatedSettings s) =>
        new WireLine(into).Word("terms"u8)
            .Number(s.Answer).Number(s.Busy).Number(s.NoAnswer).Number(s.Reject).Number(s.Nonexistent).Number(s.Error)
            .Number(s.RingSeconds.Min).Number(s.RingSeconds.Max).Number(s.TalkSeconds.Min).Number(s.TalkSeconds.Max)
            .Number((double)s.Seed).End();

    public static bool TryReadTerms(ref WireReader line, out SimulatedSettings terms)
    {
        Span<double> values = stackalloc double[11];
        terms = new SimulatedSettings();
        for (var i = 0; i < values.Length; i++)
        {
            if (!line.TryNumber(out values[i]))
            {
                return false;
            }
        }

        terms = new SimulatedSettings
        {
            Answer = values[0],
            Busy = values[1],
            NoAnswer = values[2],
            Reject = values[3],
            Nonexistent = values[4],
            Error = values[5],
            RingSeconds = new(values[6], values[7]),
            TalkSeconds = new(values[8], values[9]),
            Seed = (int)values[10],
        };
        return line.IsAtEnd;
    }

    public static bool TryReadDial(ref WireReader line, SimulatedSettings terms, out CarrierDial dial)
    {
        dial = default;
        if (!line.TryId(out var id) || !line.TryNumber(out long phone) || !line.TryNumber(out long ring) || !line.TryNumber(out long talk)
            || !line.IsAtEnd)
        {
            return false;
        }

        dial = new CarrierDial(id, new PhoneNumber(phone), FromMs(ring), FromMs(talk), terms);
        return true;
    }

    public static ReadOnlySpan<byte> Report(Span<byte> into, in CarrierReport report) => report.Kind switch
    {
        CarrierReportKind.Ended => new WireLine(into).Word("ended"u8).Id(report.Id).Number(report.At.Ms).Number(report.AnsweredAt.Ms)
            .Word(CallEndingFacts.Of(report.Ending).Word).End(),
        _ => new WireLine(into).Word(NameOf(report.Kind)).Id(report.Id).Number(report.At.Ms).End(),
    };

    /// <summary>Reads a report whose verb is read already; false if the verb is none of a report's or the line is bad.</summary>
    public static bool TryReadReport(ReadOnlySpan<byte> verb, ref WireReader line, out CarrierReport report)
    {
        report = default;
        var kind = verb.SequenceEqual("ringing"u8) ? CarrierReportKind.Ringing
            : verb.SequenceEqual("answered"u8) ? CarrierReportKind.Answered
            : verb.SequenceEqual("ended"u8) ? CarrierReportKind.Ended
            : verb.SequenceEqual("placed"u8) ? CarrierReportKind.Placed
            : verb.SequenceEqual("unknown"u8) ? CarrierReportKind.Unknown
            : CarrierReportKind.None;
        if (kind == CarrierReportKind.None || !line.TryId(out var id) || !line.TryNumber(out long at))
        {
            return false;
        }

        var answeredAt = kind == CarrierReportKind.Answered ? at : 0;
        var ending = CallEnding.None;
        if (kind == CarrierReportKind.Ended
            && !(line.TryNumber(out answeredAt) && line.TryWord(out var word) && CallEndingFacts.TryParse(word, out ending)))
        {
            return false;
        }

        report = new CarrierReport(kind, id, new UnixTime(at), new UnixTime(answeredAt), ending);
        return line.IsAtEnd;
    }

    public static ReadOnlySpan<byte> UpOrDown(bool isUp) => isUp ? "up"u8 : "down"u8;

    private static ReadOnlySpan<byte> NameOf(CarrierReportKind kind) => kind switch
    {
        CarrierReportKind.Ringing => "ringing"u8,
        CarrierReportKind.Answered => "answered"u8,
        CarrierReportKind.Placed => "placed"u8,
        CarrierReportKind.Unknown => "unknown"u8,
        _ => throw new ArgumentOutOfRangeException(nameof(kind)),
    };

    private static long Ms(TimeSpan time) => Math.Max(0, (long)time.TotalMilliseconds);

    private static TimeSpan FromMs(long ms) => TimeSpan.FromMilliseconds(Math.Min(ms, (long)TimeSpan.FromDays(3650).TotalMilliseconds));
}
