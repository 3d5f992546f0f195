using System.Buffers.Binary;
using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Dialer.Tests.Sip;

/// <summary>
/// A name server on loopback that knows what a test tells it. Over UDP, and over TCP for what does not fit; a name without records of
/// any type does not exist.
/// </summary>
internal sealed class DnsServer : IDisposable
{
    public const int FormatError = 1;
    public const int ServerFailure = 2;
    public const int NoSuchName = 3;

    /// <summary>What a datagram holds for a client without EDNS (RFC 1035 §2.3.4).</summary>
    private const int PlainDatagram = 512;

    private readonly ConcurrentQueue<DnsRecord> records = new();
    private readonly ConcurrentQueue<DnsRecord> additional = new();
    private readonly ConcurrentDictionary<string, int> faults = new(StringComparer.OrdinalIgnoreCase);
    private readonly Socket udp;
    private readonly TcpListener tcp;
    private readonly Task[] loops;

    public DnsServer()
    {
        (udp, tcp) = Listen();
        loops = [RunUdpAsync(), RunTcpAsync()];
    }

    public IPEndPoint Address => (IPEndPoint)udp.LocalEndPoint!;

    /// <summary>Questions in the order they came: <c>SRV _sip._udp.example</c>.</summary>
    public ConcurrentQueue<string> Asked { get; } = new();

    /// <summary>Says nothing to anybody.</summary>
    public bool IsSilent { get; set; }

    /// <summary>Refuses questions with EDNS by FORMERR, as old servers do.</summary>
    public bool IsOld { get; set; }

    /// <summary>Changes answers on their way out.</summary>
    public Action<byte[]>? Mangle { get; set; }

    public DnsServer With(params DnsRecord[] known)
    {
        Array.ForEach(known, records.Enqueue);
        return this;
    }

    /// <summary>Goes along with every answer that has records of another type.</summary>
    public DnsServer WithAdditional(params DnsRecord[] known)
    {
        Array.ForEach(known, additional.Enqueue);
        return this;
    }

    /// <summary>Answers a question with this code; -1 = not at all.</summary>
    public DnsServer Failing(string question, int code)
    {
        faults[question] = code;
        return this;
    }

    public void Dispose()
    {
        udp.Dispose();
        tcp.Dispose();
        Task.WaitAll(loops, TimeSpan.FromSeconds(5));
    }

    /// <summary>One free port for both.</summary>
    private static (Socket Udp, TcpListener Tcp) Listen()
    {
        while (true)
        {
            var udp = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
            udp.Bind(new IPEndPoint(IPAddress.Loopback, 0));
            var tcp = new TcpListener((IPEndPoint)udp.LocalEndPoint!);
            try
            {
                tcp.Start();
                return (udp, tcp);
            }
            catch (SocketException)
            {
                // somebody's over TCP
                udp.Dispose();
                tcp.Dispose();
            }
        }
    }

    private async Task RunUdpAsync()
    {
        var buffer = new byte[4_096];
        while (true)
        {
            try
            {
                var got = await udp.ReceiveFromAsync(buffer, new IPEndPoint(IPAddress.Any, 0));
                if (Answer(buffer.AsSpan(0, got.ReceivedBytes), isStream: false) is { } answer)
                {
                    await udp.SendToAsync(answer, got.RemoteEndPoint);
                }
            }
            catch (SocketException e) when (e.SocketErrorCode != SocketError.OperationAborted)
            {
                // an ICMP error about an answer that nobody waits for
            }
            catch (Exception e) when (e is SocketException or ObjectDisposedException)
            {
                return;
            }
        }
    }

    private async Task RunTcpAsync()
    {
        try
        {
            while (true)
            {
                using var client = await tcp.AcceptTcpClientAsync();
                var stream = client.GetStream();
                var length = new byte[2];
                await stream.ReadExactlyAsync(length);
                var question = new byte[BinaryPrimitives.ReadUInt16BigEndian(length)];
                await stream.ReadExactlyAsync(question);
                if (Answer(question, isStream: true) is { } answer)
                {
                    await stream.WriteAsync((byte[])[.. DnsRecord.Number(answer.Length), .. answer]);
                }
            }
        }
        catch (Exception e) when (e is SocketException or InvalidOperationException or IOException)
        {
            // the end
        }
    }

    /// <summary>Null = silence.</summary>
    private byte[]? Answer(ReadOnlySpan<byte> message, bool isStream)
    {
        var (name, end) = ReadName(message);
        var type = BinaryPrimitives.ReadUInt16BigEndian(message[end..]);
        var question = $"{TypeName(type)} {name}";
        Asked.Enqueue(question);
        var hasEdns = message[11] > 0;
        var head = message[..2].ToArray();
        var asked = message[12..(end + 4)].ToArray();
        var code = faults.GetValueOrDefault(question, IsOld && hasEdns ? FormatError : 0);
        if (IsSilent || code < 0)
        {
            return null;
        }

        var of = records.Where(r => r.Owner.Equals(name, StringComparison.OrdinalIgnoreCase)).ToList();
        var found = code > 0 ? [] : of.Where(r => r.Type == type || r.Type == DnsRecord.TypeCName).ToList();
        var more = additional.Where(r => found.Count > 0 && r.Type != type).ToList();
        code = code == 0 && of.Count == 0 ? NoSuchName : code;
        var full = Message(head, asked, name, code, found, more, isCut: false);
        var room = hasEdns ? BinaryPrimitives.ReadUInt16BigEndian(message[(end + 7)..]) : PlainDatagram;
        var answer = isStream || full.Length <= room ? full : Message(head, asked, name, code, [], [], isCut: true);
        Mangle?.Invoke(answer);
        return answer;
    }

    private static byte[] Message(byte[] id, byte[] question, string name, int code, List<DnsRecord> answers, List<DnsRecord> more, bool isCut) =>
        [
            .. id, (byte)(isCut ? 0x83 : 0x81), (byte)(0x80 | code), 0, 1, .. DnsRecord.Number(answers.Count), 0, 0, .. DnsRecord.Number(more.Count),
            .. question, .. answers.SelectMany(r => r.Bytes(name)), .. more.SelectMany(r => r.Bytes(name)),
        ];

    private static (string Name, int End) ReadName(ReadOnlySpan<byte> message)
    {
        var labels = new List<string>();
        var at = 12;
        for (; message[at] != 0; at += message[at] + 1)
        {
            labels.Add(Encoding.ASCII.GetString(message.Slice(at + 1, message[at])));
        }

        return (string.Join('.', labels), at + 1);
    }

    private static string TypeName(ushort type) => type switch
    {
        DnsRecord.TypeA => "A",
        DnsRecord.TypeAaaa => "AAAA",
        DnsRecord.TypeSrv => "SRV",
        DnsRecord.TypeNaptr => "NAPTR",
        _ => "other",
    };
}
