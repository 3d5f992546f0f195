using System.Reflection;
using Dialer.Silo.Storage;
using Xunit.Sdk;
using Xunit.v3;

namespace Dialer.Tests;

/// <summary>Runs a theory on SQLite and on PostgreSQL.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class BothEnginesAttribute : DataAttribute
{
    public override ValueTask<IReadOnlyCollection<ITheoryDataRow>> GetData(MethodInfo testMethod, DisposalTracker disposalTracker) =>
        ValueTask.FromResult<IReadOnlyCollection<ITheoryDataRow>>(
            [new TheoryDataRow<StorageEngine>(StorageEngine.Sqlite), new TheoryDataRow<StorageEngine>(StorageEngine.PostgreSql)]);

    public override bool SupportsDiscoveryEnumeration() => true;
}
