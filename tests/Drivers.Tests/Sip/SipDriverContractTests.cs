using System.Text;
using Dialer.Grains.Calls;
using Dialer.Numbers;
using Dialer.Silo.Telephony.Sip;
using Dialer.Tests.Contract;
using Microsoft.Extensions.Logging.Abstractions;

namespace Dialer.Tests.Sip;

/// <summary>The SIP driver keeps what every driver promises.</summary>
public sealed class SipDriverContractTests : CallDriverContract
{
    protected override Task<IDriverFarm> OpenAsync() => Task.FromResult<IDriverFarm>(new SipFarm());

    private sealed class SipFarm : IDriverFarm
    {
        private readonly FarEnd far = new();
        private long lastPhone = 79_000_000_000;

        public SipFarm() => Driver = Create();

        public ICallDriver Driver { get; private set; }

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
            await ((SipCallDriver)Driver).AbandonAsync();
            return Driver = Create();
        }

        public async ValueTask DisposeAsync()
        {
            await Driver.DisposeAsync();
            Assert.Equal(0, far.Live);
            far.Dispose();
        }

        private SipCallDriver Create() => new(
            new SipTrunk
            {
                Remote = far.Address,
                Host = "127.0.0.1",
                Port = far.Address.Port,
                Domain = "dialer.test",
                Key = Encoding.ASCII.GetBytes("a key of the test"),
            },
            Events,
            TimeProvider.System,
            NullLogger<SipCallDriver>.Instance);

        private PhoneNumber Phone(Habit habit)
        {
            var phone = new PhoneNumber(Interlocked.Increment(ref lastPhone));
            far.Expect(phone.Value, habit);
            return phone;
        }
    }
}
