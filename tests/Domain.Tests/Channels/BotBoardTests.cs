using Dialer.Channels;
using Dialer.Domain.Channels;

namespace Dialer.Tests.Channels;

/// <summary>P41: each bot of a channel has its own health, and is probed before the first call and every 30 s while it is in use.</summary>
public class BotBoardTests
{
    private static readonly BotId Bot = new("sip:bot@127.0.0.1");
    private static readonly BotId Other = new("sip:other@127.0.0.1");
    private static readonly BotId Http = BotId.Of(new Scenario { HttpBotUrl = "https://127.0.0.1/bot" })!;

    private readonly BotBoard board = new();

    [Fact]
    public void BotInUse_IsProbedAtOnce_ThenEvery30Seconds_P41()
    {
        Assert.Equal([0, 30, 60, 90], ProbesUntil(100, _ => true));
        Assert.Equal(BotState.Up, board.Of(Bot).State);
    }

    [Fact]
    public void BotThatDoesNotAnswer_IsProbedEvery5Seconds_AndDownAfterThree_P41()
    {
        Assert.Equal([0, 5, 10, 15], ProbesUntil(16, _ => false));
        Assert.Equal(BotState.Down, board.Of(Bot).State);
    }

    [Fact]
    public void BotThatNobodyUses_IsNotProbed_AndAProbeComesFirstAgain_P41()
    {
        Assert.Equal([0, 30, 60], ProbesUntil(90, _ => true, usedUntil: 10));
        Assert.Equal(BotState.Up, board.Of(Bot).State);

        board.Use(Bot, At(151));
        Assert.Equal(BotState.Unknown, board.Of(Bot).State);
        Assert.Equal([Bot], board.TakeDue(At(151)));
    }

    [Fact]
    public void BotWhoseLastProbeWasLost_AndThatNobodyUsedSince_IsProbedFirst_P41()
    {
        // up, the probe at 30 is lost; used for the last time at 5, and again before what a probe found grows old
        ProbesUntil(40, at => at < 30, usedUntil: 5);
        Assert.Equal(BotState.Up, board.Of(Bot).State);
        board.Use(Bot, At(110));
        Assert.Equal(BotState.Unknown, board.Of(Bot).State);
        Assert.Equal([Bot], board.TakeDue(At(110)));
    }

    [Theory]
    [InlineData(40, BotState.Up)]
    [InlineData(41, BotState.Down)]
    public void BotInUse_WhoseProbesAreLost_IsAskedEvery5Seconds_AndStaysUpUntilTheThird_P41(int end, BotState expected)
    {
        Assert.Equal(new[] { 0, 30, 35, 40 }.Where(s => s < end), ProbesUntil(end, at => at < 30));
        Assert.Equal(expected, board.Of(Bot).State);
    }

    [Fact]
    public void BotThatWasLostInProbes_IsAskedAnew_AfterAWhile_ButFailedCallsAreKept_P41()
    {
        ProbesUntil(16, _ => false);
        board.Report(new BotReport(Other, Failures(3)), At(16));
        board.Use(Bot, At(200));
        board.Use(Other, At(200));
        Assert.Equal((BotState.Unknown, BotState.Down), (board.Of(Bot).State, board.Of(Other).State));
    }

    [Fact]
    public void ProbeUnderWay_IsNotAskedForTwice_P41()
    {
        board.Use(Bot, At(0));
        Assert.True(board.TakeOne(Bot, At(0)));
        Assert.True(board.IsProbing(Bot));
        Assert.False(board.TakeOne(Bot, At(1)));
        Assert.Empty(board.TakeDue(At(40)));
        board.Probed(Bot, true, null);
        Assert.True(board.TakeOne(Bot, At(41)));
    }

    [Fact]
    public void HttpBot_IsProbedToo_AndItsCallsCount_P41()
    {
        board.Use(Http, At(0));
        Assert.Equal(BotState.Unknown, board.Of(Http).State);
        Assert.Equal([Http], board.TakeDue(At(0)));
        board.Probed(Http, true, null);
        board.Report(new BotReport(Http, Failures(3)), At(2));
        Assert.Equal(BotState.Down, board.Of(Http).State);
    }

    [Fact]
    public void FailuresOfOneBot_SayNothingOfAnother_P15_P41()
    {
        board.Use(Other, At(0));
        board.Report(new BotReport(Bot, Failures(3)), At(0));
        foreach (var due in board.TakeDue(At(1)))
        {
            board.Probed(due, true, null);
        }

        Assert.Equal((BotState.Down, BotState.Up), (board.Of(Bot).State, board.Of(Other).State));
    }

    [Fact]
    public void ProbesLostWhileTheTrunkIsAway_ArePutDownToTheTrunk_P42()
    {
        ProbesUntil(1, _ => true);
        for (var i = 1; i <= 5; i++)
        {
            // while calls still go out over the trunk, what was known holds on
            board.ProbedInVain(Bot, isTrunkOut: false);
            Assert.Equal(i == 1 ? BotState.Up : BotState.Unknown, board.Of(Bot).State);
            board.ProbedInVain(Bot, isTrunkOut: true);
            Assert.Equal(BotState.Unknown, board.Of(Bot).State);
        }

        board.Probed(Bot, true, null);
        Assert.Equal(BotState.Up, board.Of(Bot).State);
    }

    [Fact]
    public void WhatHoldsOnThroughProbesInVain_IsNoOlderThanAProbe_P41()
    {
        ProbesUntil(1, _ => true);
        for (var second = 1; second <= 200; second++)
        {
            board.Use(Bot, At(second));
            foreach (var bot in board.TakeDue(At(second)))
            {
                board.ProbedInVain(bot, isTrunkOut: false);
            }

            Assert.Equal(At(second) <= BotBoard.ProbeLifetime ? BotState.Up : BotState.Unknown, board.Of(Bot).State);
        }

        board.Probed(Bot, true, null);
        Assert.Equal(BotState.Up, board.Of(Bot).State);
    }

    /// <summary>The seconds at which the bot was probed, looked at each second.</summary>
    private List<int> ProbesUntil(int end, Func<int, bool> answers, int usedUntil = int.MaxValue)
    {
        var probed = new List<int>();
        for (var second = 0; second < end; second++)
        {
            if (second <= usedUntil)
            {
                board.Use(Bot, At(second));
            }

            foreach (var bot in board.TakeDue(At(second)))
            {
                probed.Add(second);
                board.Probed(bot, answers(second), "no answer");
            }
        }

        return probed;
    }

    private static BotDigest Failures(int count) => Enumerable.Repeat(BotDigest.Failed, count).Aggregate((a, b) => a.Then(b));

    private static TimeSpan At(int seconds) => TimeSpan.FromSeconds(seconds);
}
