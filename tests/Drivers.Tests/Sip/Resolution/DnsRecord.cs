using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Dialer.Tests.Sip;

/// <summary>A resource record as it goes over the wire (RFC 1035 §3.2.1).</summary>
internal sealed record DnsRecord(string Owner, ushort Type, uint Seconds, byte[] Data)
{
    public const ushort TypeA = 1;
    public const ushort TypeCName = 5;
    public const ushort TypeAaaa = 28;
    public const ushort TypeSrv = 33;
    public const ushort TypeNaptr = 35;

    /// <summary>A or AAAA.</summary>
    public static DnsRecord Host(string owner, string address, uint seconds = 300)
    {
        var ip = IPAddress.Parse(address);
        return new(owner, ip.AddressFamily == AddressFamily.InterNetwork ? TypeA : TypeAaaa, seconds, ip.GetAddressBytes());
    }

    public static DnsRecord Alias(string owner, string target, uint seconds = 300) => new(owner, TypeCName, seconds, Name(target));

    /// <summary>RFC 2782.</summary>
    public static DnsRecord Srv(string owner, int priority, int weight, int port, string target, uint seconds = 300) =>
        new(owner, TypeSrv, seconds, [.. Number(priority), .. Number(weight), .. Number(port), .. Name(target)]);

    /// <summary>RFC 3403 §4.1.</summary>
    public static DnsRecord Naptr(string owner, int order, int preference, string flags, string service, string replacement, string regexp = "") =>
        new(owner, TypeNaptr, 300, [.. Number(order), .. Number(preference), .. Text(flags), .. Text(service), .. Text(regexp), .. Name(replacement)]);

    public static byte[] Name(string name) =>
        [.. name.Split('.', StringSplitOptions.RemoveEmptyEntries).SelectMany(Text), 0];

    public static byte[] Number(int value)
    {
        var bytes = new byte[2];
        BinaryPrimitives.WriteUInt16BigEndian(bytes, (ushort)value);
        return bytes;
    }

    /// <summary>With its owner; that of the question as a pointer, so that long answers fit.</summary>
    public IEnumerable<byte> Bytes(string question)
    {
        byte[] owner = Owner.Equals(question, StringComparison.OrdinalIgnoreCase) ? [0xC0, 0x0C] : Name(Owner);
        return [.. owner, .. Number(Type), 0, 1, .. Number((int)(Seconds >> 16)), .. Number((int)(Seconds & 0xFFFF)), .. Number(Data.Length), .. Data];
    }

    private static byte[] Text(string text) => [(byte)text.Length, .. Encoding.ASCII.GetBytes(text)];
}
