using Dialer.Tests.Contract;

namespace Dialer.Tests.Simulated;

/// <summary>The contract of drivers, kept by a simulated channel whose carrier is reached over TCP.</summary>
public sealed class LinkedDriverContractTests : CallDriverContract
{
    protected override Task<IDriverFarm> OpenAsync() => Task.FromResult<IDriverFarm>(new SimulatedFarm(overTcp: true));
}
