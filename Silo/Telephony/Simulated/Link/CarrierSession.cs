using System.Net.Sockets;
using Dialer.Calls;
using Dialer.Channels;
using Dialer.Domain.Channels;
using Dialer.Numbers;

namespace Dialer.Silo.Telephony.Simulated.Link;

/// <summary>One dialer's connection, seen from the carrier.</summary>
internal sealed class CarrierSession : ICarrierListener, IDisposable
{
    private static int s_lastNumber;

    private readonly Carrier _carrier;
    private readonly WireConnection _connection;
    private SimulatedSettings _terms = new();

    public CarrierSession(Carrier carrier, Socket socket)
    {
        _carrier = carrier;
        _connection = new WireConnection(socket);
    }

    public int Number { get; } = Interlocked.Increment(ref s_lastNumber);

    /// <summary>Serves until the connection ends; answers why it did.</summary>
    public async Task<string> RunAsync()
    {
        Say(new WireLine(stackalloc byte[WireLine.MaxLength]).Word(CarrierWire.Greeting));
        var why = await _connection.ReadAsync(line => Take(line) || Refuse(line));
        _connection.CloseAfterSending();
        return why;
    }

    public void Report(in CarrierReport report) => _connection.Send(CarrierWire.Report(stackalloc byte[WireLine.MaxLength], report));

    public void Dispose() => _connection.Dispose();

    private bool Take(ReadOnlySpan<byte> line)
    {
        var words = new WireReader(line);
        return words.TryWord(out var verb) && verb switch
        {
            _ when verb.SequenceEqual("dial"u8) => Dial(ref words),
            _ when verb.SequenceEqual("hangup"u8) => HangUp(ref words),
            _ when verb.SequenceEqual("query"u8) => Query(ref words),
            _ when verb.SequenceEqual("ping"u8) => Ping(ref words),
            _ when verb.SequenceEqual("terms"u8) => Terms(ref words),
            _ when verb.SequenceEqual("list"u8) => List(),
            _ when verb.SequenceEqual("down"u8) => SetUp(false),
            _ when verb.SequenceEqual("up"u8) => SetUp(true),
            _ => false,
        };
    }

    private bool Dial(ref WireReader words)
    {
        if (!CarrierWire.TryReadDial(ref words, _terms, out var dial))
        {
            return false;
        }

        _carrier.Dial(dial, this);
        return true;
    }

    private bool HangUp(ref WireReader words)
    {
        if (!words.TryId(out var id) || !words.IsAtEnd)
        {
            return false;
        }

        _carrier.HangUp(id, this);
        return true;
    }

    private bool Query(ref WireReader words)
    {
        if (!words.TryId(out var id) || !words.IsAtEnd)
        {
            return false;
        }

        _carrier.Query(id, this);
        return true;
    }

    private bool Ping(ref WireReader words) =>
        words.TryNumber(out long number) && words.IsAtEnd
        && Say(new WireLine(stackalloc byte[WireLine.MaxLength]).Word("pong"u8).Number(number).Word(CarrierWire.UpOrDown(_carrier.IsUp)));

    private bool Terms(ref WireReader words)
    {
        if (!CarrierWire.TryReadTerms(ref words, out var terms) || SimulatedSettingsRules.Check(terms).Count > 0)
        {
            return false;
        }

        _terms = _carrier.TermsFor(terms);
        return true;
    }

    private bool List()
    {
        var live = _carrier.LiveCalls();
        Span<byte> buffer = stackalloc byte[WireLine.MaxLength];
        foreach (var call in live)
        {
            Say(new WireLine(buffer).Word("call"u8).Id(call.Id).Number(call.Phone.Value)
                .Number(call.StartedAt.Ms).Word(call.IsAnswered ? "answered"u8 : "ringing"u8));
        }

        return Say(new WireLine(buffer).Word("listed"u8).Number((long)live.Count));
    }

    private bool SetUp(bool isUp)
    {
        if (isUp)
        {
            _carrier.SetUp();
        }
        else
        {
            _carrier.SetDown();
        }

        return Say(new WireLine(stackalloc byte[WireLine.MaxLength]).Word("trunk"u8).Word(CarrierWire.UpOrDown(isUp)));
    }

    // The line is not repeated: it may hold a phone number, and the dialer writes this into its log.
    private bool Refuse(ReadOnlySpan<byte> line)
    {
        var verb = line.IndexOf((byte)' ') is >= 0 and var space ? line[..space] : line;
        Say(new WireLine(stackalloc byte[WireLine.MaxLength]).Word("error"u8).Word("bad"u8).Word("line:"u8).Word(verb[..Math.Min(verb.Length, 32)]));
        return false;
    }

    private bool Say(WireLine line)
    {
        _connection.Send(line.End());
        return true;
    }
}
