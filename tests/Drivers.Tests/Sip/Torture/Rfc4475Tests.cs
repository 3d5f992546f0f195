using System.Text;
using Dialer.Silo.Telephony.Sip;

namespace Dialer.Tests.Sip.Torture;

/// <summary>
/// What becomes of each of the 49 messages of RFC 4475: refused by the parser, read but refused by a user agent, or taken. Where the
/// RFC leaves a choice the remark says which was made.
/// </summary>
public class Rfc4475Tests
{
    /// <summary>Not read at all: a datagram is dropped, a stream is closed.</summary>
    public static TheoryData<string, string> Unreadable { get; } = new()
    {
        { "clerr", "the body is shorter than Content-Length says" }, // §3.1.2.2
        { "ncl", "Content-Length cannot be read" }, // §3.1.2.3
        { "lwsruri", "the first line is neither a request nor a status" }, // §3.1.2.8
        { "lwsstart", "the first line is neither a request nor a status" }, // §3.1.2.9
        { "trws", "the first line is neither a request nor a status" }, // §3.1.2.10, where being liberal is allowed
        { "badvers", "the version is not SIP/2.0" }, // §3.1.2.16
        { "bigcode", "the first line is neither a request nor a status" }, // §3.1.2.19
        { "mcl01", "two different Content-Lengths" }, // §3.3.9
    };

    /// <summary>Read, and answered by this (a response: dropped for this).</summary>
    public static TheoryData<string, int, string> Refused { get; } = new()
    {
        { "badinv01", 400, "Bad Via" }, // §3.1.2.1
        { "scalar02", 400, "Bad CSeq" }, // §3.1.2.4
        { "scalarlg", 400, "Bad CSeq" }, // §3.1.2.5
        { "quotbal", 400, "Bad To" }, // §3.1.2.6
        { "ltgtruri", 400, "Bad Request-URI" }, // §3.1.2.7
        { "escruri", 400, "Bad Request-URI" }, // §3.1.2.11: headers in the URI may also be ignored
        { "regbadct", 400, "Bad Contact" }, // §3.1.2.13
        { "mismatch01", 400, "CSeq has another method" }, // §3.1.2.17
        { "mismatch02", 400, "CSeq has another method" }, // §3.1.2.18: 501 would do as well
        { "badbranch", 400, "Empty branch" }, // §3.2.1
        { "insuf", 400, "No From" }, // §3.3.1
        { "unkscm", 416, "Unsupported URI Scheme" }, // §3.3.2
        { "novelsc", 416, "Unsupported URI Scheme" }, // §3.3.3
        { "bext01", 420, "Bad Extension" }, // §3.3.5
        { "invut", 415, "Unsupported Media Type" }, // §3.3.6
        { "multi01", 400, "More than one From" }, // §3.3.8
        { "bcast", 400, "More than one Via" }, // §3.3.10: the response passed an element that should have taken it
        { "sdp01", 406, "Not Acceptable" }, // §3.3.15
    };

    /// <summary>Nothing is wrong with it, or nothing that stands in a user agent's way.</summary>
    public static TheoryData<string> Taken { get; } =
    [
        "wsinv", "intmeth", "esc01", "escnull", "esc02", "lwsdisp", "longreq", "dblreq", "semiuri", "transports", "mpart01", "unreason", "noreason",
        "baddate", // §3.1.2.12: Date is not read
        "badaspec", // §3.1.2.14: blanks around the URI in brackets mean nothing else
        "baddn", // §3.1.2.15: a comma in a display name means nothing else where one name may stand
        "unksm2", // §3.3.4: of any scheme in To and From; who is meant is not the parser's matter
        "regaut01", // §3.3.7: credentials that nobody asked for
        "zeromf", // §3.3.11: it has arrived
        "cparam01", "cparam02", "regescrt", // §3.3.12–14
        "inv2543", // §3.4.1
    ];

    [Fact]
    public void EachOfThe49Messages_HasOneExpectation() => Assert.Equal(
        TortureCorpus.Rfc4475.Select(m => m.Name).Order(StringComparer.Ordinal),
        Unreadable.Select(r => r.Data.Item1).Concat(Refused.Select(r => r.Data.Item1)).Concat(Taken.Select(r => r.Data)).Order(StringComparer.Ordinal));

    [Theory]
    [MemberData(nameof(Unreadable))]
    public void IsRefusedByTheParser(string name, string why)
    {
        Assert.Null(SipParser.Parse(TortureCorpus.Bytes(name), out var fault));
        Assert.Equal(why, fault);
    }

    [Theory]
    [MemberData(nameof(Refused))]
    public void IsReadAndRefusedByAUserAgent(string name, int status, string reason) =>
        Assert.Equal(new SipFault(status, reason), SipFault.Of(TortureCorpus.Parse(name)));

    [Theory]
    [MemberData(nameof(Taken))]
    public void IsTaken(string name) => Assert.Null(SipFault.Of(TortureCorpus.Parse(name)));

    [Fact]
    public void S3111_Wsinv_FoldingBlanksAndQuotes()
    {
        var message = TortureCorpus.Parse("wsinv");
        Assert.Equal(("INVITE", "sip:vivekg@chair-dnrc.example.com;unknownparam"), (message.Method, message.RequestUri));
        Assert.Equal(("1918181833n", "98asjd8"), (message.To!.Tag, message.From!.Tag));
        Assert.Equal("J Rosenberg \\\"", message.From.DisplayName);
        Assert.Equal((9, "INVITE", 68), (message.CSeq.Number, message.CSeq.Method, message.Number(SipHeader.MaxForwards)));
        Assert.Equal(("UDP", "192.0.2.2", "390skdjuw"), (message.TopVia!.Transport, message.TopVia.Host, message.TopVia.Branch));
        Assert.Equal(
            [("UDP", "192.0.2.2", "390skdjuw"), ("TCP", "spindle.example.com", "z9hG4bK9ikj8"), ("UDP", "192.168.255.111", "z9hG4bK30239")],
            message.Elements(SipHeader.Via).Select(v => SipVia.Parse(v)!).Select(v => (v.Transport, v.Host, v.Branch!)));
        var contact = SipNameAddr.Parse(message.First(SipHeader.Contact))!;
        Assert.Equal(("Quoted string \"\"", "sip:jdrosen@example.com"), (contact.DisplayName, contact.Uri));
        Assert.Equal(("newvalue", "", "0.33"), (contact.Parameters["newparam"], contact.Parameters["secondparam"], contact.Parameters["q"]));
        Assert.Equal("newfangled value  continued newfangled value", message.First("NewFangledHeader")!.Replace("   ", "  ", StringComparison.Ordinal));
        Assert.Equal((";;,,;;,;", "", 150), (message.First("UnknownHeaderWithUnusualValue"), message.First("s"), message.Body.Length));
        Assert.True(SipUri.TryParse(SipNameAddr.Parse(message.Elements(SipHeader.Route).Single())!.Uri, out var route) && route.IsLooseRouter);
    }

    [Fact]
    public void S3112_Intmeth_EveryCharacterThatATokenMayHave_AndEscapedNul()
    {
        var message = TortureCorpus.Parse("intmeth");
        Assert.Equal("!interesting-Method0123456789_*+`.%indeed'~", message.Method);
        Assert.Equal((139122385, message.Method), (message.CSeq.Number, message.CSeq.Method));
        Assert.True(SipUri.TryParse(message.RequestUri, out var uri));
        Assert.Equal(
            ("1_unusual.URI~(to-be!sure)&isn't+it$/crazy?,/;;*:&it+has=1,weird!*pas$wo~d_too.(doesn't-it)", "example.com", ""), (uri.User, uri.Host, uri.Parameters));
        Assert.Equal("z9hG4bK-.!%66*_+`'~", message.TopVia!.Branch);
        Assert.Equal("BEL:\u0007 NUL:\0 DEL:\u007F", message.To!.DisplayName);
        Assert.Equal("sip:1_unusual.URI~(to-be!sure)&isn't+it$/crazy?,/;;*@example.com", message.To.Uri);
        Assert.Equal(("token1~` token2'+_ token3*%!.-", "_token~1'+`*%!-."), (message.From!.DisplayName, message.From.Tag));
        Assert.Equal("работающий", message.From.Parameters["fromParam''~+*_!.-%"]);
        Assert.Equal("intmeth.word%ZK-!.*_+'@word`~)(><:\\/\"][?}{", message.CallId);
        Assert.Equal("\uFEFF大停電", message.First("extensionHeader-!.%*+_`'~"));
    }

    [Fact]
    public void S3113_Esc01_EscapesAreReadOnce_AndTheUserPartKeepsThem()
    {
        var message = TortureCorpus.Parse("esc01");
        Assert.True(SipUri.TryParse(message.RequestUri, out var uri));
        Assert.Equal(("sips%3Auser%40example.com", "example.net"), (uri.User, uri.Host));
        Assert.Equal("sip:%75se%72@example.com", message.To!.Uri);
        Assert.True(SipUri.TryParse(SipNameAddr.Parse(message.First(SipHeader.Contact))!.Uri, out var contact));
        Assert.Equal(("cal%6Cer", "value%41", true), (contact.User, contact.Parameter("name"), contact.IsLooseRouter));
        Assert.Equal("application/sdp", message.First(SipHeader.ContentType));
    }

    [Fact]
    public void S3114_Escnull_AnEscapedNulIsPartOfTheName()
    {
        var message = TortureCorpus.Parse("escnull");
        Assert.Equal("sip:null-%00-null@example.com", message.From!.Uri);
        Assert.Equal(["<sip:%00@host5.example.com>", "<sip:%00%00@host5.example.com>"], message.Elements(SipHeader.Contact));
    }

    [Fact]
    public void S3115_Esc02_APercentSignIsNoEscapeInNamesOfMethodsAndHeaders()
    {
        var message = TortureCorpus.Parse("esc02");
        Assert.Equal(("RE%47IST%45R", "RE%47IST%45R", "%Z%45"), (message.Method, message.CSeq.Method, message.To!.DisplayName));
        Assert.Equal(["<sip:alias1@host1.example.com>", "<sip:alias3@host3.example.com>"], message.Elements(SipHeader.Contact));
        Assert.Equal("<sip:alias2@host2.example.com>", message.First("C%6Fntact"));
    }

    [Fact]
    public void S3116_Lwsdisp_NoBlankBeforeTheBracket() =>
        Assert.Equal(("caller", "sip:caller@example.com", "323"),
            (TortureCorpus.Parse("lwsdisp").From!.DisplayName, TortureCorpus.Parse("lwsdisp").From!.Uri, TortureCorpus.Parse("lwsdisp").From!.Tag));

    [Fact]
    public void S3117_Longreq_LongValuesAndManyVias_AreWhole()
    {
        var message = TortureCorpus.Parse("longreq");
        Assert.True(SipUri.TryParse(message.To!.Uri, out var to));
        Assert.Equal((6000, "shortvalue", ""), (to.Port, to.Parameter("longparam" + Times("name", 25)), to.Parameter("very" + Times("long", 25) + "ParameterNameWithNoValue")));
        Assert.Equal("12" + Times("982", 50) + "424", message.From!.Tag);
        Assert.Equal("longreq.one" + Times("really", 20) + "longcallid", message.CallId);
        var vias = message.Elements(SipHeader.Via).Select(v => SipVia.Parse(v)!).ToList();
        Assert.Equal((34, "sip33.example.com", "host.example.com"), (vias.Count, vias[0].Host, vias[^1].Host));
        Assert.Equal(("192.0.2.5", "very" + Times("long", 50) + "branchvalue"), (vias[^1].Received, vias[^1].Branch));
        Assert.EndsWith("-parameter-value", message.First("Unknown-" + Times("Long", 20) + "-Name"), StringComparison.Ordinal);
        Assert.Equal(150, message.Body.Length);
    }

    [Fact]
    public void S3118_Dblreq_WhatFollowsTheBodyOfADatagram_IsCutOff_AndAStreamGoesOnThere()
    {
        var message = TortureCorpus.Parse("dblreq");
        Assert.Equal(("REGISTER", 0), (message.Method, message.Body.Length));
        var bytes = TortureCorpus.Bytes("dblreq");
        var first = SipParser.LengthOfFirst(bytes, out _);
        Assert.Equal("REGISTER", SipParser.Parse(bytes[..first], out _)!.Method);
        Assert.Equal("INVITE", SipParser.Parse(bytes[first..], out _)!.Method);
    }

    [Fact]
    public void S3119_Semiuri_SemicolonsBeforeTheAtSignBelongToTheUser()
    {
        var message = TortureCorpus.Parse("semiuri");
        Assert.True(SipUri.TryParse(message.RequestUri, out var uri));
        Assert.Equal(("user;par=u%40example.net", "example.com", ""), (uri.User, uri.Host, uri.Parameters));
    }

    [Fact]
    public void S31110_Transports_OfAnyNameAreRead() => Assert.Equal(
        ["UDP", "SCTP", "TLS", "UNKNOWN", "TCP"], TortureCorpus.Parse("transports").Elements(SipHeader.Via).Select(v => SipVia.Parse(v)!.Transport));

    [Fact]
    public void S31111_Mpart01_ABodyOfBytesIsKeptAsItCame()
    {
        var message = TortureCorpus.Parse("mpart01");
        Assert.Equal("multipart/mixed;boundary=7a9cbec02ceef655", message.First(SipHeader.ContentType));
        var signature = new byte[] { 0x30, 0x82, 0x01, 0x52, 0x06, 0x09, 0x2A };
        Assert.Equal((553, 187), (message.Body.Length, message.Body.Span.IndexOf(signature)));
        Assert.EndsWith("--7a9cbec02ceef655--\r\n", Encoding.Latin1.GetString(message.Body.Span), StringComparison.Ordinal);
        Assert.Equal("", message.TopVia!.Parameters["rport"]);
    }

    [Fact]
    public void S31112_Unreason_AReasonPhraseOfAnyText()
    {
        var message = TortureCorpus.Parse("unreason");
        Assert.Equal((200, "= 2**3 * 5**2 но сто девяносто девять - простое"), (message.Status, message.Reason));
    }

    [Fact]
    public void S31113_Noreason_AnEmptyReasonPhrase() =>
        Assert.Equal((100, "", "INVITE"), (TortureCorpus.Parse("noreason").Status, TortureCorpus.Parse("noreason").Reason, TortureCorpus.Parse("noreason").Method));

    [Fact]
    public void S3124_And_S3125_NumbersTooGreat_AreNone()
    {
        var request = TortureCorpus.Parse("scalar02");
        Assert.Equal((-1, null), (request.CSeq.Number, request.Number(SipHeader.Expires)));
        Assert.Null(TortureCorpus.Parse("scalarlg").Number(SipHeader.RetryAfter));
    }

    [Fact]
    public void S31214_And_S31215_WhatMeansOneThingOnly_IsRead()
    {
        var spaced = TortureCorpus.Parse("badaspec").To!;
        Assert.Equal(("Watson, Thomas", "sip:t.watson@example.org"), (spaced.DisplayName, spaced.Uri));
        var comma = TortureCorpus.Parse("baddn").From!;
        Assert.Equal(("Bell, Alexander", "sip:a.g.bell@example.com", "43"), (comma.DisplayName, comma.Uri, comma.Tag));
    }

    [Fact]
    public void S3312_To_S3314_ParametersWithoutBracketsAreTheHeaders_AndHeadersOfAUriAreKeptOut()
    {
        var header = SipNameAddr.Parse(TortureCorpus.Parse("cparam01").First(SipHeader.Contact))!;
        Assert.Equal(("sip:+19725552222@gw1.example.net", ""), (header.Uri, header.Parameters["unknownparam"]));
        var inside = SipNameAddr.Parse(TortureCorpus.Parse("cparam02").First(SipHeader.Contact))!;
        Assert.Empty(inside.Parameters);
        Assert.True(SipUri.TryParse(inside.Uri, out var uri));
        Assert.Equal("", uri.Parameter("unknownparam"));
        Assert.True(SipUri.TryParse(SipNameAddr.Parse(TortureCorpus.Parse("regescrt").First(SipHeader.Contact))!.Uri, out uri));
        Assert.Equal(("sip:user@example.com", true), (uri.ToString(), uri.HasHeaders));
    }

    [Fact]
    public void S341_Inv2543_WithoutTagBranchAndContentLength_TheBodyIsTheRest()
    {
        var message = TortureCorpus.Parse("inv2543");
        Assert.Equal((null, null, 105), (message.From!.Tag, message.TopVia!.Branch, message.Body.Length));
        Assert.Equal(("sip:+16505552222@ss1.example.net", "phone"), (message.To!.Uri, message.To.Parameters["user"]));
        Assert.Equal(-1, SipParser.LengthOfFirst(TortureCorpus.Bytes("inv2543"), out _));
    }

    private static string Times(string text, int count) => string.Concat(Enumerable.Repeat(text, count));
}
