using System.Text.Json;
using Dialer.Bots;
using Dialer.Calendars;
using Dialer.Calls;

namespace Dialer.Tests.Bots;

/// <summary>calls-api §3.2, §3.5: what a bot says, read whole or refused with its first fault.</summary>
public class DialerDataTests
{
    [Fact]
    public void Everything_IsRead()
    {
        var reply = Read("""
            {"redial":{"startDateTime":1605189536000,"finishDateTime":1605189596000,"allowedDays":["mon"],
                       "allowedTime":{"default":[{"localTimeFrom":"12:00","localTimeTo":"12:30"}]},
                       "maxAttempts":5,"retryIntervalInMinutes":5,"dialerPriority":2},
             "callResult":"CALLBACK_REQUEST","callResultPayload":{"at":"18:00"},
             "reportData":{"Имя":{"value":"Анна","order":2},"n":{"value":5},"bare":true},
             "callTags":{"vip":{"tagPayload":"x","tagColor":"#aabbcc"},"odd":{"tagColor":"red"}},
             "stopCalls":"organisation","answeredBy":"screener","speechSeconds":12.2,"noInputTimeout":15000}
            """);
        Assert.Equal((new UnixTime(1605189536000), (byte)2), (reply.Redial!.StartAt, reply.Redial.Priority));
        var policy = reply.Redial.Policy;
        Assert.Equal(((byte)1, 5, 5, new UnixTime(1605189596000)), (policy.AllowedDays!.Value, policy.MaxAttempts!.Value, policy.RetryMinutes!.Value, reply.Redial.NotAfter));
        Assert.Equal([new MinuteRange(720, 750)], policy.DefaultTime!);
        Assert.Equal(("CALLBACK_REQUEST", """{"at":"18:00"}"""), (reply.CallResult, reply.CallResultPayload));
        Assert.Equal("""{"Имя":{"value":"Анна","order":2},"n":{"value":5,"order":0},"bare":{"value":true,"order":0}}""", reply.ReportDataJson);
        Assert.Equal("""{"vip":{"tagPayload":"x","tagColor":"#aabbcc"},"odd":{"tagPayload":null,"tagColor":null}}""", reply.CallTagsJson);
        Assert.Equal((StopCalls.Organisation, AnsweredBy.Screener, 13), (reply.StopCalls, reply.AnsweredBy, reply.SpeechSeconds));
    }

    [Theory]
    [InlineData(1, 1)]
    [InlineData(5, 5)]
    [InlineData(10, 5)]
    [InlineData(50, 5)]
    public void Redial_AttemptsAreCutToFive_P26(int asked, int read) =>
        Assert.Equal(read, Read($$$"""{"redial":{"maxAttempts":{{{asked}}}}}""").Redial!.Policy.MaxAttempts);

    [Theory]
    [InlineData("""{}""")]
    [InlineData("""{"unknown":1,"redial":null,"callResult":null,"stopCalls":null}""")]
    [InlineData("""{"callResult":"","reportData":{},"callTags":{}}""")]
    public void NothingSaid_IsAnEmptyReply(string json) => Assert.True(Read(json).IsEmpty);

    [Fact]
    public void AllowedDays_EmptyIsNotSet() =>
        Assert.Null(Read("""{"redial":{"allowedDays":[],"startDateTime":1605189536000}}""").Redial!.Policy.AllowedDays);

    [Fact]
    public void DeprecatedWindow_IsReadForAllDays() =>
        Assert.Equal([new MinuteRange(540, 600)], Read("""{"redial":{"localTimeFrom":"9:00","localTimeTo":"10:00"}}""").Redial!.Policy.DefaultTime!);

    [Theory]
    [InlineData("""[]""", "dialer")]
    [InlineData("""{"redial":{}}""", "redial")]
    [InlineData("""{"redial":{"allowedDays":[]}}""", "redial")]
    [InlineData("""{"redial":7}""", "redial")]
    [InlineData("""{"redial":{"maxAttempts":0}}""", "redial.maxAttempts")]
    [InlineData("""{"redial":{"maxAttempts":51}}""", "redial.maxAttempts")]
    [InlineData("""{"redial":{"retryIntervalInMinutes":0}}""", "redial.retryIntervalInMinutes")]
    [InlineData("""{"redial":{"dialerPriority":6}}""", "redial.dialerPriority")]
    [InlineData("""{"redial":{"startDateTime":"tomorrow"}}""", "redial.startDateTime")]
    [InlineData("""{"redial":{"startDateTime":2000,"finishDateTime":2000}}""", "redial.startDateTime")]
    [InlineData("""{"redial":{"allowedDays":["monday"]}}""", "redial.allowedDays")]
    [InlineData("""{"redial":{"allowedTime":{"mon":[]}}}""", "redial.allowedTime")]
    [InlineData("""{"redial":{"localTimeFrom":"10:00","localTimeTo":"9:00"}}""", "redial.localTimeFrom")]
    [InlineData("""{"callResult":["x"]}""", "callResult")]
    [InlineData("""{"reportData":{"h":{"value":null}}}""", "reportData.h")]
    [InlineData("""{"reportData":{"h":{"value":1,"order":"first"}}}""", "reportData.h")]
    [InlineData("""{"reportData":{" ":{"value":1}}}""", "reportData")]
    [InlineData("""{"callTags":[]}""", "callTags")]
    [InlineData("""{"stopCalls":"all"}""", "stopCalls")]
    [InlineData("""{"answeredBy":"cat"}""", "answeredBy")]
    [InlineData("""{"speechSeconds":-1}""", "speechSeconds")]
    [InlineData("""{"callResult":"\ud800"}""", "dialer")]
    public void BadMember_IsNamed(string json, string field)
    {
        using var document = JsonDocument.Parse(json);
        var read = DialerData.Read(document.RootElement);
        Assert.False(read.IsDone);
        Assert.Equal(field, read.Refusal.Field);
        Assert.Equal("bot_reply_invalid", read.Refusal.Code);
    }

    [Fact]
    public void RetryInterval_HasNoBoundOfAJobs() =>
        Assert.Equal(10_000, Read("""{"redial":{"retryIntervalInMinutes":10000}}""").Redial!.Policy.RetryMinutes);

    [Fact]
    public void LongHeadersAndValues_AreCut_NotInTheMiddleOfALetter_AndWithoutZeroCharacters()
    {
        var header = new string('h', 300);
        var value = new string('v', 29_999) + "😀 and more";
        var reply = Read(JsonSerializer.Serialize(new { reportData = new Dictionary<string, object> { [header] = new { value } }, callResult = "a\0b" }));
        using var stored = JsonDocument.Parse(reply.ReportDataJson!);
        var column = Assert.Single(stored.RootElement.EnumerateObject());
        Assert.Equal(new string('h', 255), column.Name);
        Assert.Equal(new string('v', 29_999), column.Value.GetProperty("value").GetString());
        Assert.Equal("ab", reply.CallResult);
    }

    [Fact]
    public void TooMuch_IsRefused()
    {
        var columns = Enumerable.Range(0, 101).ToDictionary(i => $"h{i}", i => (object)new { value = i });
        Assert.Equal("reportData", Fault(new { reportData = columns }).Field);
        Assert.Equal("callTags", Fault(new { callTags = columns }).Field);
        Assert.Equal("dialer", Fault(new { noise = new string('x', DialerData.MaxBytes) }).Field);
    }

    [Theory]
    [InlineData("""{"data":{"dialer":{"callResult":"x"}}}""", true)]
    [InlineData("""{"dialer":{"callResult":"x"}}""", true)]
    [InlineData("""{"data":{}}""", false)]
    [InlineData("""[]""", false)]
    [InlineData("""{"data":{"dialer":null}}""", false)]
    public void Body_IsFoundInBothForms(string json, bool isFound)
    {
        using var document = JsonDocument.Parse(json);
        Assert.Equal(isFound, DialerData.Find(document.RootElement) is not null);
    }

    [Fact]
    public void Merge_ReportDataAndTagsByKey_LastWins_FirstRedial_StrongestStop_P26_P59()
    {
        var first = Read("""{"redial":{"maxAttempts":1},"callResult":"a","reportData":{"k":{"value":1},"l":{"value":2}},"callTags":{"t":{},"u":{}},"stopCalls":"organisation","answeredBy":"machine"}""");
        var next = Read("""{"redial":{"maxAttempts":4},"callResult":"b","reportData":{"k":{"value":3}},"callTags":{"t":{"tagPayload":"x"}},"stopCalls":"job","speechSeconds":7}""");
        var merged = BotReply.Merge(first, next)!;
        Assert.Same(first.Redial, merged.Redial);
        Assert.Equal(("b", StopCalls.Organisation, AnsweredBy.Machine, 7), (merged.CallResult, merged.StopCalls, merged.AnsweredBy, merged.SpeechSeconds));
        Assert.Equal("""{"k":{"value":3,"order":0},"l":{"value":2,"order":0}}""", merged.ReportDataJson);
        Assert.Equal("t", CallTag.LastOf(merged.CallTagsJson)!.Name);
        Assert.Equal(merged, BotReply.Merge(merged, next));
        Assert.Equal(merged, BotReply.Merge(merged, merged));
    }

    [Fact]
    public void Merge_IsBounded()
    {
        BotReply? all = null;
        for (var i = 0; i < 12; i++)
        {
            all = BotReply.Merge(all, Read(JsonSerializer.Serialize(new { reportData = new Dictionary<string, object> { [$"h{i}"] = new { value = new string('x', 40_000) } } })));
        }

        Assert.InRange(all!.ReportDataJson!.Length, 200_000, DialerData.MaxBytes);
        var many = Enumerable.Range(0, 60).ToDictionary(i => $"a{i}", i => (object)new { value = i });
        var more = Enumerable.Range(0, 60).ToDictionary(i => $"b{i}", i => (object)new { value = i });
        var both = BotReply.Merge(Read(JsonSerializer.Serialize(new { reportData = many })), Read(JsonSerializer.Serialize(new { reportData = more })))!;
        using var document = JsonDocument.Parse(both.ReportDataJson!);
        Assert.Equal(100, document.RootElement.EnumerateObject().Count());
    }

    [Fact]
    public void Tag_WithAnObjectAsItsText_IsShownAsAnObject()
    {
        var tag = CallTag.LastOf("""{"a":{"tagPayload":"x"},"b":{"tagPayload":"{\"k\":1}"}}""")!;
        Assert.Equal(("b", """{"k":1}"""), (tag.Name, tag.Payload!.ToJsonString()));
        Assert.Null(CallTag.LastOf(null));
        Assert.Null(CallTag.LastOf("{}"));
    }

    internal static BotReply Read(string json)
    {
        using var document = JsonDocument.Parse(json);
        var read = DialerData.Read(document.RootElement);
        Assert.True(read.IsDone, read.IsDone ? null : read.Refusal.Text);
        return read.Value;
    }

    private static Refusal Fault(object said)
    {
        using var document = JsonDocument.Parse(JsonSerializer.Serialize(said));
        return DialerData.Read(document.RootElement).Refusal;
    }
}
