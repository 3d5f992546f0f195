using Dialer.Grains.Calls;
using Dialer.Numbers;

namespace Dialer.Tests.Contract;

/// <summary>
/// A driver with callees of known habits behind it. Each number is asked for anew; times are real and short, and a farm may
/// round them up to what its callees can do.
/// </summary>
public interface IDriverFarm : IAsyncDisposable
{
    ICallDriver Driver { get; }

    RecordingSink Events { get; }

    /// <summary>Rings, answers, and hangs up after a while; null = talks until we hang up.</summary>
    PhoneNumber Answers(TimeSpan after, TimeSpan? hangsUpAfter);

    PhoneNumber IsBusy();

    PhoneNumber Rejects();

    PhoneNumber DoesNotExist();

    /// <summary>Rings until we stop it.</summary>
    PhoneNumber RingsForEver();

    /// <summary>The network gives up on a phone that nobody answers.</summary>
    PhoneNumber IsGivenUp();

    PhoneNumber FailsTechnically();

    /// <summary>
    /// The driver is lost without a word, as if its process had been killed; the one answered takes its place on the same trunk
    /// and becomes <see cref="Driver"/>.
    /// </summary>
    Task<ICallDriver> LoseDriverAsync();
}
