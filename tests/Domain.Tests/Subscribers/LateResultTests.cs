using Dialer.Calls;
using Dialer.Subscribers;
using static Dialer.Tests.Subscribers.SubscriberWorld;

namespace Dialer.Tests.Subscribers;

/// <summary>P27, P29: a real result that comes after its try was settled and its job was taken off. Found by the simulation.</summary>
public class LateResultTests
{
    [Theory]
    [InlineData(EndReason.Cancelled, CallClass.Technical, JobResult.Cancelled)]
    [InlineData(EndReason.Cancelled, CallClass.Busy, JobResult.Cancelled)]
    [InlineData(EndReason.DoNotCall, CallClass.NoAnswer, JobResult.NotDone)]
    [InlineData(EndReason.Erased, CallClass.Busy, JobResult.NotDone)]
    public void JobTakenOffAfterItsTryWasSettled_StaysOff_WhateverTheLateResult_P27(EndReason reason, CallClass late, JobResult result)
    {
        var world = Settled();
        world.Cancel(0, reason);
        world.Correct(0, late);
        Assert.Equal((JobStatus.Final, result, reason), (world.Row.Status, world.Row.Result, world.Row.EndReason));
        Assert.Equal(world.Recount().Cancelled, world.Sum.Cancelled);
    }

    [Fact]
    public void JobCancelledAfterItsTryWasSettled_KeepsTheRealResult_IfItWasReached_P27()
    {
        var world = Settled();
        world.Cancel();
        world.Correct(0, CallClass.Answered, TimeSpan.FromSeconds(30));
        Assert.Equal((JobStatus.Final, JobResult.Reached), (world.Row.Status, world.Row.Result));
    }

    private static SubscriberWorld Settled()
    {
        var world = new SubscriberWorld(Attempts(3));
        world.DialWhenDue();
        Assert.NotNull(world.Settle());
        Assert.Equal(JobStatus.Waiting, world.Row.Status);
        return world;
    }
}
