using System.Text;
using Dialer.Calls;
using Dialer.Channels;
using Dialer.Grains.Calls;
using Dialer.Numbers;
using Dialer.Silo.Callbacks;
using Dialer.Silo.Telephony.Sip;
using Dialer.Tests.Contract;

namespace Dialer.Tests.Sip;

/// <summary>
/// P41 with SIPp on both sides: sessions really cross over (each side checks address, port and SRTP key of the other), whoever hangs
/// up first ends both legs, and a bot that is not there is told.
/// </summary>
public class BotBridgeTests
{
    private const int Calls = 3;
    private const long Stays = 79_020_000_001;
    private const long Leaves = 79_021_000_001;
    private const long IsMoved = 79_022_000_001;
    private const string Session = "v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\nm=audio 9 RTP/AVP 8\r\n";

    [Theory]
    [InlineData(BotHandover.ReInvite)]
    [InlineData(BotHandover.LateOffer)]
    public async Task CalleeAndBot_GetEachOthersMedia_AndTheCalleesHangUpEndsBoth_P41(BotHandover handover)
    {
        var ends = await DialAsync(Leaves, "talks", handover);
        Assert.All(ends, e => Assert.Equal((CallClass.Answered, EndedBy.Callee), (e.Class, e.By)));
    }

    [Theory]
    [InlineData(BotHandover.ReInvite)]
    [InlineData(BotHandover.LateOffer)]
    public async Task BotThatHangsUp_EndsTheCalleesLeg_P41(BotHandover handover)
    {
        var ends = await DialAsync(Stays, "leaves", handover);
        Assert.All(ends, e => Assert.Equal((CallClass.Answered, EndedBy.Bot), (e.Class, e.By)));
    }

    [Theory]
    [InlineData(BotHandover.ReInvite)]
    [InlineData(BotHandover.LateOffer)]
    public async Task BotThatMoves_IsFollowedByTheCallee_P41(BotHandover handover)
    {
        var ends = await DialAsync(IsMoved, "moves", handover);
        Assert.All(ends, e => Assert.Equal((CallClass.Answered, EndedBy.Bot), (e.Class, e.By)));
    }

    [Theory]
    [InlineData(BotHandover.LateOffer)]
    public async Task LongestCall_EndsBothLegs_P41(BotHandover handover)
    {
        var ends = await DialAsync(Stays, "talks", handover, TimeSpan.FromSeconds(1));
        Assert.All(ends, e => Assert.Equal((CallClass.Answered, EndedBy.Ourselves), (e.Class, e.By)));
    }

    [Fact]
    public async Task BotThatRefuses_IsBotFailed_AndTheCalleeIsHungUp_P41()
    {
        await using var callee = await SippServer.StartAsync("uas-matrix.xml", 1);
        await using var bot = await SippServer.StartAsync("bot.xml", 1);
        var end = Assert.Single(await DialAsync(callee, [79_002_000_001], $"sip:busy@{bot.Address}", BotHandover.ReInvite, TimeSpan.FromSeconds(30)));
        Assert.Equal((CallClass.BotFailed, Fault.Bot), (end.Class, end.Fault));
        Assert.Contains("486", end.Cause.Text, StringComparison.Ordinal);
        Assert.False(end.AnsweredAt.IsNone);
        Assert.Equal((0, ""), await callee.ExitAsync());
        Assert.Equal((0, ""), await bot.ExitAsync());
    }

    [Fact]
    public async Task BotThatIsNotThere_IsBotFailedWithinSeconds_P41()
    {
        await using var callee = await SippServer.StartAsync("uas-matrix.xml", 1);
        var end = Assert.Single(await DialAsync(callee, [79_002_000_001], $"sip:bot@{SippServer.NobodyThere()}", BotHandover.ReInvite, TimeSpan.FromSeconds(30)));
        Assert.Equal(CallClass.BotFailed, end.Class);
        Assert.InRange((end.At - end.AnsweredAt).TotalSeconds, 3, 7);
        Assert.Equal((0, ""), await callee.ExitAsync());
    }

    [Fact]
    public async Task StopWhileTheBotIsCalled_EndsTheCall_AndIsNotTheBotsFailure_P41_P61()
    {
        // a bot that rings for ever: the callee talks to nobody yet
        using var far = new FarEnd { Usual = new Habit(200, TimeSpan.Zero) };
        using var bot = new FarEnd { Usual = new Habit(0, TimeSpan.Zero) };
        var sink = new RecordingSink();
        await using var side = new SipSide(far.Address, sink);
        var id = new TryId(new JobId(1), 1);
        var scenario = new Scenario { SipBotUri = $"sip:bot@{bot.Address}" };
        await side.Driver.DialAsync(
            new DialCommand(id, new CampaignId(1), new PhoneNumber(Stays), TimeSpan.FromSeconds(20), TimeSpan.FromSeconds(30), scenario),
            TestContext.Current.CancellationToken);
        await Until.TrueAsync(() => bot.Live == 1, "the bot is called");
        await side.Driver.HangUpAsync(id, HangUpReason.Stop, TestContext.Current.CancellationToken);
        var end = await sink.EndedAsync(id, "it was stopped");
        Assert.Equal((CallClass.Answered, EndedBy.Ourselves, true), (end.Class, end.By, end.MissedBot));
        await Until.TrueAsync(() => bot.Live == 0 && far.Live == 0, "both legs are over", TimeSpan.FromSeconds(2));
    }

    /// <summary>The bot's INVITE says which call it is, and where to ask and tell about it.</summary>
    [Theory]
    [InlineData("https://dialer.example.org/base/", "https://dialer.example.org/base/callbacks/calls/1-1/")]
    [InlineData(null, null)]
    public async Task BotsInvite_CarriesTheCallAndItsSignedAddress_P41(string? publicUrl, string? expected)
    {
        using var far = new FarEnd { Usual = new Habit(200, TimeSpan.Zero, Session: Session) };
        using var bot = new FarEnd { Usual = new Habit(200, TimeSpan.Zero, Session: Session) };
        var sink = new RecordingSink();
        byte[] secret = [1, 2, 3];
        var links = new CallbackLinks(secret, new GatewayOptions { PublicUrl = publicUrl });
        await using var side = new SipSide(far.Address, sink, t => t with { CallbackOf = links.Of });
        var command = new DialCommand(
            new TryId(new JobId(1), 1), new CampaignId(7), new PhoneNumber(Stays), TimeSpan.FromSeconds(20), TimeSpan.FromSeconds(30), new Scenario { SipBotUri = $"sip:bot@{bot.Address}" });
        await side.Driver.DialAsync(command, TestContext.Current.CancellationToken);
        await Until.TrueAsync(() => bot.Invites.Count == 1, "the bot is called");
        var invite = bot.Invites[0];
        Assert.Equal("1-1", HeaderOf(invite, "X-Dialer-Call-Id"));
        Assert.Equal(command.To.Digits, HeaderOf(invite, "X-Dialer-Phone"));
        var signature = CallbackSignature.Of(CallbackSignature.KeyOf(secret), command.Id);
        Assert.Equal(expected is null ? null : expected + signature, HeaderOf(invite, "X-Dialer-Callback"));
        Assert.Null(HeaderOf(far.Invites[0], "X-Dialer-Callback"));
        await side.Driver.HangUpAsync(command.Id, HangUpReason.Stop, TestContext.Current.CancellationToken);
        await sink.EndedAsync(command.Id, "it was stopped");
    }

    [Fact]
    public async Task CalleeWhoLeavesWhileBeingMovedToTheBot_EndsTheBotsLegToo_P41()
    {
        using var far = new FarEnd { Usual = new Habit(200, TimeSpan.Zero, Session: Session) };
        using var bot = new FarEnd { Usual = new Habit(200, TimeSpan.Zero, Session: Session) };
        var sink = new RecordingSink();
        await using var side = new SipSide(far.Address, sink);
        var id = new TryId(new JobId(1), 1);
        await side.Driver.DialAsync(
            new DialCommand(
                id, new CampaignId(1), new PhoneNumber(Stays), TimeSpan.FromSeconds(20), TimeSpan.FromSeconds(30),
                new Scenario { SipBotUri = $"sip:bot@{bot.Address}", Handover = BotHandover.ReInvite }),
            TestContext.Current.CancellationToken);
        // the callee's side never answers the re-INVITE
        await Until.TrueAsync(() => far.ReInvites > 0 && bot.Live == 1, "the callee is being moved");
        far.HangUpAll();
        var end = await sink.EndedAsync(id, "the callee left");
        Assert.Equal((CallClass.Answered, EndedBy.Callee, true), (end.Class, end.By, end.MissedBot));
        await Until.TrueAsync(() => bot.Live == 0 && far.Live == 0, "both legs are over", TimeSpan.FromSeconds(2));
        sink.CheckLaws();
    }

    /// <summary>RFC 5407 §3.2: the refusal of the move may overtake his BYE.</summary>
    [Theory]
    [InlineData(481)]
    [InlineData(487)]
    public async Task CalleeWhoseLeavingRefusesTheMove_IsNotTheBotsFailure_P41(int status)
    {
        using var far = new FarEnd { Usual = new Habit(200, TimeSpan.Zero, Session: Session, Moved: status) };
        using var bot = new FarEnd { Usual = new Habit(200, TimeSpan.Zero, Session: Session) };
        var end = await DialAsync(far, bot, BotHandover.ReInvite);
        Assert.Equal((CallClass.Answered, EndedBy.Network), (end.Class, end.By));
        await Until.TrueAsync(() => bot.Live == 0 && far.Live == 0, "both legs are over", TimeSpan.FromSeconds(2));
    }

    /// <summary>P6, P7, P46: he is talked to until the BYE, not until it is answered; the bot is told with him.</summary>
    [Fact]
    public async Task LongestCall_EndsBothLegsAtOnce_ThoughTheTrunkIsSlowToSaySo_P7()
    {
        using var far = new FarEnd { Usual = new Habit(200, TimeSpan.Zero, Session: Session, Moved: 200, ByeAfter: TimeSpan.FromSeconds(4)) };
        using var bot = new FarEnd { Usual = new Habit(200, TimeSpan.Zero, Session: Session) };
        var end = DialAsync(far, bot, BotHandover.ReInvite, TimeSpan.FromSeconds(1));
        await Until.TrueAsync(() => bot.HungUp == 1 && far.HungUp == 1, "both got BYE", TimeSpan.FromSeconds(3));
        Assert.False(end.IsCompleted);
        Assert.InRange(((await end).At - (await end).AnsweredAt).TotalSeconds, 0.9, 3);
        Assert.Equal(CallClass.Answered, (await end).Class);
    }

    /// <summary>What the callee takes back, the bot has taken up already: it goes back too, or it would send to nobody.</summary>
    [Fact]
    public async Task SessionThatTheCalleeTakesBack_IsTakenBackFromTheBotToo_P41()
    {
        using var far = new FarEnd { Usual = new Habit(200, TimeSpan.Zero, Session: Session) };
        using var bot = new FarEnd { Usual = new Habit(200, TimeSpan.Zero, Session: Session, Moved: 200) };
        var end = DialAsync(far, bot, BotHandover.LateOffer);
        await Until.TrueAsync(() => far.Talking == 1 && bot.Talking == 1, "they hear each other");
        far.OfferAll(Session.Replace("s=-", "s=moved", StringComparison.Ordinal));
        await Until.TrueAsync(() => bot.ReInvites == 1, "the bot is offered it");
        far.TakeBackAll();
        await Until.TrueAsync(() => bot.ReInvites == 2, "the bot is offered the session before");
        Assert.Equal([487], far.Answers);
        Assert.Equal([true, false], bot.Offers.Select(o => o.Contains("s=moved", StringComparison.Ordinal)));
        far.HangUpAll();
        Assert.Equal((CallClass.Answered, EndedBy.Callee), ((await end).Class, (await end).By));
    }

    /// <summary>RFC 3261 §13.2.2.4: what the bot offered for a question that was taken back is answered all the same, or it could never be moved again.</summary>
    [Fact]
    public async Task QuestionThatTheCalleeTakesBack_LeavesTheBotFreeForTheNext_P41()
    {
        using var far = new FarEnd { Usual = new Habit(200, TimeSpan.Zero, Session: Session) };
        using var bot = new FarEnd { Usual = new Habit(200, TimeSpan.Zero, Session: Session, Moved: 200) };
        var end = DialAsync(far, bot, BotHandover.LateOffer);
        await Until.TrueAsync(() => far.Talking == 1 && bot.Talking == 1, "they hear each other");
        far.OfferAll("");
        await Until.TrueAsync(() => bot.ReInvites == 1, "the bot is asked");
        far.TakeBackAll();
        await Task.Delay(500, TestContext.Current.CancellationToken);
        far.OfferAll(Session, 2);
        await Until.TrueAsync(() => far.Answers.Count == 2, "the callee is answered");
        Assert.Equal([487, 200], far.Answers);
        far.HangUpAll();
        Assert.Equal((CallClass.Answered, EndedBy.Callee), ((await end).Class, (await end).By));
    }

    [Fact]
    public async Task CalleeWhoAnswersTheCancelOfTheRingLimit_IsHungUp_AndNoBotIsCalled_P41()
    {
        using var far = new FarEnd { Usual = new Habit(0, TimeSpan.Zero, Session: Session, AnswersCancel: true) };
        using var bot = new FarEnd { Usual = new Habit(200, TimeSpan.Zero, Session: Session) };
        var end = await DialAsync(far, bot, BotHandover.ReInvite, ring: TimeSpan.FromSeconds(1));
        Assert.Equal((CallClass.Answered, EndedBy.Ourselves), (end.Class, end.By));
        Assert.Equal((0, 1), (bot.Calls, far.HungUp));
    }

    [Theory]
    [InlineData(BotHandover.ReInvite)]
    [InlineData(BotHandover.LateOffer)]
    public async Task BotThatAnswersWhenItIsGivenUp_IsBotFailed_AndTheCalleeIsNotMovedToIt_P41(BotHandover handover)
    {
        using var far = new FarEnd { Usual = new Habit(200, TimeSpan.Zero, Session: Session, Moved: 200) };
        using var bot = new FarEnd { Usual = new Habit(0, TimeSpan.Zero, Session: Session, AnswersCancel: true, ByeAfter: Timeout.InfiniteTimeSpan) };
        var end = await DialAsync(far, bot, handover);
        Assert.Equal((CallClass.BotFailed, "the bot did not answer in time"), (end.Class, end.Cause.Text));
        Assert.Equal((0, 1), (far.ReInvites, bot.HungUp));
    }

    [Theory]
    [InlineData(BotHandover.ReInvite, "the bot answered without a session", 1)]
    [InlineData(BotHandover.LateOffer, "the trunk offered no session", 0)]
    public async Task SideWithoutASession_IsBotFailed_AndNobodyHearsSilence_P41(BotHandover handover, string why, int botCalls)
    {
        // neither's 200 has a body
        using var far = new FarEnd { Usual = new Habit(200, TimeSpan.Zero) };
        using var bot = new FarEnd { Usual = new Habit(200, TimeSpan.Zero) };
        var sink = new RecordingSink();
        await using var side = new SipSide(far.Address, sink);
        var id = new TryId(new JobId(1), 1);
        await side.Driver.DialAsync(
            new DialCommand(
                id, new CampaignId(1), new PhoneNumber(Stays), TimeSpan.FromSeconds(20), TimeSpan.FromSeconds(30),
                new Scenario { SipBotUri = $"sip:bot@{bot.Address}", Handover = handover }),
            TestContext.Current.CancellationToken);
        var end = await sink.EndedAsync(id, "the bot has no session");
        Assert.Equal((CallClass.BotFailed, why, botCalls), (end.Class, end.Cause.Text, bot.Calls));
        await Until.TrueAsync(() => bot.Live == 0 && far.Live == 0, "both legs are over", TimeSpan.FromSeconds(2));
    }

    /// <summary>One call from a far end to a bot.</summary>
    private static async Task<CallEnded> DialAsync(FarEnd far, FarEnd bot, BotHandover handover, TimeSpan? talk = null, TimeSpan? ring = null)
    {
        var sink = new RecordingSink();
        await using var side = new SipSide(far.Address, sink);
        var id = new TryId(new JobId(1), 1);
        await side.Driver.DialAsync(
            new DialCommand(
                id, new CampaignId(1), new PhoneNumber(Stays), ring ?? TimeSpan.FromSeconds(20), talk ?? TimeSpan.FromSeconds(30),
                new Scenario { SipBotUri = $"sip:bot@{bot.Address}", Handover = handover }),
            TestContext.Current.CancellationToken);
        var end = await sink.EndedAsync(id, "the call");
        sink.CheckLaws();
        return end;
    }

    private static async Task<IReadOnlyList<CallEnded>> DialAsync(long phone, string bot, BotHandover handover, TimeSpan? talk = null)
    {
        await using var callee = await SippServer.StartAsync("bridged-callee.xml", Calls);
        await using var botSide = await SippServer.StartAsync("bot.xml", Calls);
        var phones = Enumerable.Range(0, Calls).Select(i => phone + i).ToList();
        var ends = await DialAsync(callee, phones, $"sip:{bot}@{botSide.Address}", handover, talk ?? TimeSpan.FromSeconds(30));
        Assert.Equal((0, ""), await callee.ExitAsync());
        Assert.Equal((0, ""), await botSide.ExitAsync());
        return ends;
    }

    private static string? HeaderOf(SipMessage message, string name) => Encoding.ASCII.GetString(message.Bytes.Span).Split("\r\n")
        .FirstOrDefault(line => line.StartsWith(name + ": ", StringComparison.Ordinal))?[(name.Length + 2)..];

    private static async Task<IReadOnlyList<CallEnded>> DialAsync(
        SippServer callee, IReadOnlyList<long> phones, string bot, BotHandover handover, TimeSpan talk)
    {
        var sink = new RecordingSink();
        await using var side = new SipSide(callee.Address, sink);
        var scenario = new Scenario { SipBotUri = bot, Handover = handover };
        var ids = phones.Select((_, i) => new TryId(new JobId(i + 1), 1)).ToList();
        for (var i = 0; i < phones.Count; i++)
        {
            var command = new DialCommand(ids[i], new CampaignId(1), new PhoneNumber(phones[i]), TimeSpan.FromSeconds(20), talk, scenario);
            Assert.True((await side.Driver.DialAsync(command, TestContext.Current.CancellationToken)).IsAccepted);
        }

        await sink.EndsAsync(phones.Count, "all bridged calls");
        sink.CheckLaws();
        return [.. ids.Select(id => Assert.IsType<CallEnded>(sink.Of(id)[^1]))];
    }
}
