using Dialer.Calls;
using Dialer.Campaigns;
using Dialer.Domain.Phones;
using Dialer.Domain.Subscribers;
using Dialer.Numbers;
using Dialer.Silo.Storage.GroupCommit;
using Dialer.Subscribers;

namespace Dialer.Tests.Simulation;

/// <summary>What the worlds found in the plan of a commit.</summary>
public sealed class BatchPlanTests
{
    private static readonly PhoneNumber Phone = new(79161234567);

    private static readonly JobRow Row = new()
    {
        Id = new JobId(2),
        Campaign = new CampaignId(1),
        Phone = Phone,
        Lane = new LaneId(2),
        Status = JobStatus.Final,
        Result = JobResult.Reached,
        TryNumber = 1,
        Version = 4,
    };

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void OptOut_OfATryThatWasSettledBefore_IsInThePhonesRowToo_P38_P59(bool isTrusting)
    {
        var phone = new PhoneRow { Phone = Phone, LastJob = Row.Id, Version = 7 };
        var changed = Assert.Single(Make(new SubscriberStep { Row = Row, DoNotCall = true, ReplacesTry = true }, phone, isTrusting).ChangedPhones);
        Assert.True(changed.DoNotCall);
        Assert.Equal(8, changed.Version);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void OptOut_WhilePhoneIsHeldByAnotherTry_LeavesItHeld_P22_P59(bool isTrusting)
    {
        var other = new TryId(new JobId(4), 3);
        var phone = new PhoneRow { Phone = Phone, LiveTry = other, Version = 7 };
        var release = new PhoneRelease(Phone, Row.Try, new UnixTime(5), GiveBackStart: false, new UnixTime(1));
        var changed = Assert.Single(Make(new SubscriberStep { Row = Row, DoNotCall = true, Release = release }, phone, isTrusting).ChangedPhones);
        Assert.Equal((true, other), (changed.DoNotCall, changed.LiveTry));
    }

    [Fact]
    public void OptOut_OfAPhoneWithoutARow_MakesOne_P59() =>
        Assert.True(Assert.Single(Make(new SubscriberStep { Row = Row, DoNotCall = true }, null, isTrusting: false).NewPhones).DoNotCall);

    private static BatchPlan Make(SubscriberStep step, PhoneRow? phone, bool isTrusting)
    {
        var op = new StepOp(step, null);
        Assert.Equal(Phone.Value, op.Phone);
        var facts = new BatchFacts();
        facts.JobVersions[Row.Id.Value] = Row.Version - 1;
        if (phone is not null)
        {
            facts.Phones[Phone.Value] = phone;
        }

        return isTrusting ? BatchPlan.MakeTrusting([op], facts)! : BatchPlan.Make([op], facts);
    }
}
