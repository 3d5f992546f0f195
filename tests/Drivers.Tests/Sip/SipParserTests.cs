using System.Diagnostics;
using System.Text;
using Dialer.Silo.Telephony.Sip;

namespace Dialer.Tests.Sip;

/// <summary>RFC 3261 §7, §18.3, §25.1.</summary>
public class SipParserTests
{
    private const string Ok =
        "SIP/2.0 200 OK\r\nVia: SIP/2.0/UDP 192.0.2.9:5070;branch=z9hG4bKa;rport=5070;received=192.0.2.9\r\nFrom: <sip:a@h>;tag=1\r\n"
        + "To: \"Name, with <comma>\" <sip:b@[2001:db8::1]:5080;transport=tcp>;tag=2\r\nCall-ID: 1@h\r\nCSeq: 42 INVITE\r\nContent-Length: 4\r\n\r\nv=0\n";

    [Fact]
    public void Response_IsRead()
    {
        var message = LegRig.Parse(Ok);
        Assert.Equal((200, "OK", 42, "INVITE"), (message.Status, message.Reason, message.CSeq.Number, message.CSeq.Method));
        Assert.Equal(("UDP", "192.0.2.9", 5070, "z9hG4bKa"), (message.TopVia!.Transport, message.TopVia.Host, message.TopVia.Port, message.TopVia.Branch));
        Assert.Equal(("Name, with <comma>", "2"), (message.To!.DisplayName, message.To.Tag));
        Assert.True(SipUri.TryParse(message.To.Uri, out var uri));
        Assert.Equal(("2001:db8::1", 5080, "tcp", "b"), (uri.Host, uri.Port, uri.Transport, uri.User));
        Assert.Equal("v=0\n", Encoding.ASCII.GetString(message.Body.Span));
    }

    [Fact]
    public void CompactFolded_LowerCaseAndBareLineFeeds_AreReadAsTheLongForm()
    {
        var message = LegRig.Parse(
            "\r\n\r\nBYE sip:a@h SIP/2.0\nv: SIP / 2.0 / TCP  h;branch=z9hG4bKb\nF: <sip:a@h>\n ;tag=1\nt:sip:b@h;tag=2\ni : 77\ncseq: 0009   BYE\nl: 0\n\n");
        Assert.Equal(("BYE", "sip:a@h", "77", 9), (message.Method, message.RequestUri, message.CallId, message.CSeq.Number));
        Assert.Equal(("1", "2", "TCP"), (message.From!.Tag, message.To!.Tag, message.TopVia!.Transport));
    }

    [Theory]
    [InlineData("", "neither")]
    [InlineData("HELLO\r\n\r\n", "neither")]
    [InlineData("SIP/2.0 99 Low\r\n\r\n", "neither")]
    [InlineData("SIP/2.0 700 High\r\n\r\n", "neither")]
    [InlineData("BYE sip:a@h SIP/3.0\r\n\r\n", "version")]
    [InlineData("BYE sip:a@h XIP/2.0\r\n\r\n", "neither")]
    [InlineData("BYE  SIP/2.0\r\n\r\n", "neither")]
    [InlineData("BYE sip:a@h SIP/2.0\r\nVia: x\r\n", "do not end")]
    [InlineData("BYE sip:a@h SIP/2.0\r\n: x\r\n\r\n", "no name")]
    [InlineData("BYE sip:a@h SIP/2.0\r\nContent-Length: 5\r\n\r\n1234", "shorter")]
    [InlineData("BYE sip:a@h SIP/2.0\r\nContent-Length: x\r\n\r\n1234", "cannot be read")]
    [InlineData("BYE sip:a@h SIP/2.0\r\nContent-Length: 4\0\r\n\r\n1234", "cannot be read")]
    [InlineData("BYE sip:a@h SIP/2.0\r\nContent-Length: 99999999999999999999\r\n\r\n1234", "cannot be read")]
    [InlineData("BYE sip:a@h SIP/2.0\r\nX: a\rVia: b\r\n\r\n", "CR without LF")]
    [InlineData("BYE sip:a@h\r SIP/2.0\r\n\r\n", "CR without LF")]
    [InlineData("BYE sip:a@h SIP/2.0\r\nContent-Length: 4\r\nl: 3\r\n\r\n1234", "two different")]
    public void WhatIsNoMessage_IsRefusedWithAReason(string text, string why)
    {
        Assert.Null(SipParser.Parse(Encoding.ASCII.GetBytes(text), out var fault));
        Assert.Contains(why, fault, StringComparison.Ordinal);
    }

    [Fact]
    public void WhatIsNoUtf8_IsReadAsLatin1_SoThatNothingIsLost()
    {
        var message = SipParser.Parse(Encoding.Latin1.GetBytes("BYE sip:a@h SIP/2.0\r\nCall-ID: \xE9\xFF\r\nFrom: \"J\xFCrgen\" <sip:a@h>;tag=\xE8\r\n\r\n"), out _)!;
        Assert.Equal(("\xE9\xFF", "J\xFCrgen", "\xE8"), (message.CallId, message.From!.DisplayName, message.From.Tag));
    }

    [Fact]
    public void Limits_BoundHeadersAndLines()
    {
        var many = "BYE sip:a@h SIP/2.0\r\n" + string.Concat(Enumerable.Repeat("X: y\r\n", 257)) + "\r\n";
        Assert.Null(SipParser.Parse(Encoding.ASCII.GetBytes(many), out var fault));
        Assert.Equal("too many headers", fault);
        var wide = "BYE sip:a@h SIP/2.0\r\nX: " + new string('y', 17_000) + "\r\n\r\n";
        Assert.Null(SipParser.Parse(Encoding.ASCII.GetBytes(wide), out fault));
        Assert.Equal("a header is too long", fault);
    }

    [Fact]
    public void Stream_IsCutIntoMessagesByContentLength_WhereverItIsBroken()
    {
        var bytes = Encoding.ASCII.GetBytes("\r\n" + Ok + Ok);
        for (var length = 0; length < Ok.Length + 2; length++)
        {
            Assert.Equal(0, SipParser.LengthOfFirst(bytes.AsSpan(0, length), out _));
        }

        Assert.Equal(Ok.Length + 2, SipParser.LengthOfFirst(bytes, out _));
        Assert.Equal(-1, SipParser.LengthOfFirst("BYE sip:a@h SIP/2.0\r\nVia: x\r\n\r\n"u8, out var fault));
        Assert.Contains("Content-Length", fault, StringComparison.Ordinal);
    }

    /// <summary>Where a stream's message ends and where the parser sees it end are one place, however the empty line is written.</summary>
    [Theory]
    [InlineData("\r\n\r\n")]
    [InlineData("\n\n")]
    [InlineData("\r\n\n")]
    [InlineData("\n\r\n")]
    public void Stream_EndsItsHeadersAtAnyEmptyLine(string end)
    {
        var bytes = Encoding.ASCII.GetBytes($"BYE sip:a@h SIP/2.0\r\nContent-Length: 3{end}abcBYE sip:a@h SIP/2.0\r\nContent-Length: 0\r\n\r\n");
        var length = SipParser.LengthOfFirst(bytes, out _);
        Assert.Equal("abc", Encoding.ASCII.GetString(SipParser.Parse(bytes[..length], out _)!.Body.Span));
        Assert.Equal((byte)'c', bytes[length - 1]);
    }

    [Theory]
    [InlineData("\r\n\r\n")]
    [InlineData("\n\n")]
    [InlineData("\r\n\n")]
    [InlineData("\n\r\n")]
    public void Stream_ThatComesInPieces_IsCutAsIfItCameAtOnce(string end)
    {
        var random = new Random(5);
        for (var i = 0; i < 500; i++)
        {
            var bytes = Encoding.ASCII.GetBytes($"{"\r\n"[..random.Next(3)]}BYE sip:a@h SIP/2.0\r\nX: \r\n y\r\nContent-Length: 3{end}abcBYE");
            var expected = SipParser.LengthOfFirst(bytes, out _);
            Assert.Equal(bytes.Length - 3, expected);
            var progress = default(StreamProgress);
            for (var length = random.Next(4); length < expected; length += random.Next(1, i % 20 + 2))
            {
                Assert.Equal(0, SipParser.LengthOfFirst(bytes.AsSpan(0, length), SipLimits.MaxMessageBytes, ref progress, out _));
            }

            Assert.Equal(expected, SipParser.LengthOfFirst(bytes, SipLimits.MaxMessageBytes, ref progress, out _));
            Assert.Equal(default, progress);
        }
    }

    /// <summary>What was looked through is not looked through again: else this takes seconds.</summary>
    [Theory]
    [InlineData(60_000, 0)]
    [InlineData(30_000, 30_000)]
    public void Stream_ThatTrickles_CostsNoMoreThanOneThatComesAtOnce(int headers, int body)
    {
        var lines = string.Concat(Enumerable.Repeat("X: y\r\n", headers / 6));
        var bytes = Encoding.ASCII.GetBytes($"BYE sip:a@h SIP/2.0\r\n{lines}Content-Length: {body}\r\n\r\n{new string('b', body)}");
        var progress = default(StreamProgress);
        var began = Stopwatch.GetTimestamp();
        for (var length = 1; length < bytes.Length; length++)
        {
            Assert.Equal(0, SipParser.LengthOfFirst(bytes.AsSpan(0, length), SipLimits.MaxMessageBytes, ref progress, out _));
        }

        Assert.Equal(bytes.Length, SipParser.LengthOfFirst(bytes, SipLimits.MaxMessageBytes, ref progress, out _));
        Assert.InRange(Stopwatch.GetElapsedTime(began).TotalMilliseconds, 0, 500);
    }

    [Theory]
    [InlineData(16_300, true)]
    [InlineData(16_600, false)]
    public void Stream_OfAStranger_HasFewHeaders(int headers, bool isRead)
    {
        var text = $"BYE sip:a@h SIP/2.0\r\nContent-Length: 0\r\nX: {new string('x', headers / 2)}\r\nX: ";
        var bytes = Encoding.ASCII.GetBytes($"{text}{new string('x', headers - text.Length)}\r\n\r\n");
        var (atOnce, inPieces) = (default(StreamProgress), default(StreamProgress));
        Assert.Equal(isRead ? bytes.Length : -1, SipParser.LengthOfFirst(bytes, SipLimits.MaxStrangerHeadersBytes, ref atOnce, out _));
        Assert.Equal(isRead ? 0 : -1, SipParser.LengthOfFirst(bytes.AsSpan(0, headers), SipLimits.MaxStrangerHeadersBytes, ref inPieces, out _));
        Assert.Equal(bytes.Length, SipParser.LengthOfFirst(bytes, out _));
    }

    [Theory]
    [InlineData("SIP/2.0/UDP h : 5070 ;branch=z9hG4bK1", "h", 5070)]
    [InlineData("SIP/2.0/UDP [::1] : 5070;branch=z9hG4bK1", "::1", 5070)]
    public void Via_MayHaveBlanksAroundItsColon(string text, string host, int port) =>
        Assert.Equal((host, port), (SipVia.Parse(text)!.Host, SipVia.Parse(text)!.Port));

    [Theory]
    [InlineData("<sip:a b@h>")]
    [InlineData("<>")]
    [InlineData("sip:a@h?Route=x")]
    [InlineData("\"a <sip:a@h>")]
    [InlineData("<sip:a@h")]
    [InlineData("<sip:a@h> x")]
    public void NameAddr_ThatCouldNotBeWrittenBack_IsNone(string text) => Assert.Null(SipNameAddr.Parse(text));

    [Theory]
    [InlineData("sip:1000@h", true)]
    [InlineData("sips:h:5061;transport=tcp;lr", true)]
    [InlineData("tel:+7916;phone-context=x", true)]
    [InlineData("sip:@h", false)]
    [InlineData("sip:a@", false)]
    [InlineData("sip:a@h:0", false)]
    [InlineData("sip:a@h:99999", false)]
    [InlineData("sip:a@[::1", false)]
    [InlineData("http://h", false)]
    [InlineData("sip:a b@h", false)]
    [InlineData("sip:a@h:5060\0", false)]
    [InlineData("sip:a@h/x", false)]
    public void Uris(string text, bool isOne)
    {
        Assert.Equal(isOne, SipUri.TryParse(text, out var uri));
        if (isOne)
        {
            Assert.Equal(text, uri.ToString());
        }
    }

    [Fact]
    public void AnyBytes_AreReadOrRefused_NeverAnException()
    {
        var random = new Random(1);
        var seed = Encoding.ASCII.GetBytes(Ok);
        for (var i = 0; i < 20_000; i++)
        {
            var bytes = seed.AsSpan(0, random.Next(1, seed.Length + 1)).ToArray();
            for (var change = random.Next(8); change >= 0; change--)
            {
                bytes[random.Next(bytes.Length)] = (byte)random.Next(256);
            }

            SipParser.LengthOfFirst(bytes, out _);
            if (SipParser.Parse(bytes, out _) is { } message)
            {
                _ = (message.CSeq, message.From, message.To, message.TopVia, message.Reason, message.CallId);
                _ = DigestChallenge.Of(message);
                _ = message.Elements(SipHeader.Contact).ToList();
            }
        }
    }
}
