using Dialer.Grains.Calls;
using Dialer.Numbers;
using Dialer.Tests.Contract;

namespace Dialer.Tests.Sip;

/// <summary>The SIP driver keeps what every driver promises.</summary>
public sealed class SipDriverContractTests : CallDriverContract
{
    protected override Task<IDriverFarm> OpenAsync() => Task.FromResult<IDriverFarm>(new SipFarm());

    private sealed class SipFarm : IDriverFarm
    {
        private readonly FarEnd far = new();
        private long lastPhone = 79_000_000_000;

        private SipSide side;

        public SipFarm() => side = new SipSide(far.Address, Events);

        public ICallDriver Driver => side.Driver;

        public RecordingSink Events { get; } = new();

        public PhoneNumber Answers(TimeSpan after, TimeSpan? hangsUpAfter) => Phone(new Habit(200, after, hangsUpAfter));

        public PhoneNumber IsBusy() => Phone(new Habit(486, TimeSpan.Zero));

        public PhoneNumber Rejects() => Phone(new Habit(603, TimeSpan.Zero));

        public PhoneNumber DoesNotExist() => Phone(new Habit(404, TimeSpan.Zero));

        public PhoneNumber RingsForEver() => Phone(new Habit(0, TimeSpan.Zero));

        public PhoneNumber IsGivenUp() => Phone(new Habit(480, TimeSpan.FromMilliseconds(40)));

        public PhoneNumber FailsTechnically() => Phone(new Habit(503, TimeSpan.Zero));

        public async Task<ICallDriver> LoseDriverAsync()
        {
            await side.KillAsync();
            side = new SipSide(far.Address, Events);
            return side.Driver;
        }

        public async ValueTask DisposeAsync()
        {
            await side.DisposeAsync();
            Assert.Equal(0, far.Live);
            far.Dispose();
        }

        private PhoneNumber Phone(Habit habit)
        {
            var phone = new PhoneNumber(Interlocked.Increment(ref lastPhone));
            far.Expect(phone.Value, habit);
            return phone;
        }
    }
}
