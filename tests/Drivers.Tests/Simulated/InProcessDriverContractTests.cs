using Dialer.Tests.Contract;

namespace Dialer.Tests.Simulated;

/// <summary>The contract of drivers, kept by a simulated channel whose carrier lives in this process.</summary>
public sealed class InProcessDriverContractTests : CallDriverContract
{
    protected override Task<IDriverFarm> OpenAsync() => Task.FromResult<IDriverFarm>(new SimulatedFarm(overTcp: false));
}
