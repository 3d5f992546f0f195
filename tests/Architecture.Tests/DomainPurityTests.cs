using System.Reflection;
using Orleans;

namespace Dialer.Tests;

/// <summary>Domain decides: no waiting, no grains, no clock, no random, in any public signature.</summary>
public class DomainPurityTests
{
    private static readonly Type[] Impure =
    [
        typeof(Task), typeof(ValueTask), typeof(IGrain), typeof(IGrainFactory), typeof(TimeProvider), typeof(Random), typeof(CancellationToken),
    ];

    private static readonly IEnumerable<MethodBase> Methods = typeof(Domain.Campaigns.LaneBoard).Assembly.GetTypes()
        .SelectMany(t => t.GetMembers(BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Instance | BindingFlags.Static | BindingFlags.DeclaredOnly))
        .OfType<MethodBase>();

    [Fact]
    public void Domain_SignaturesArePure()
    {
        var offenders = Methods
            .Where(m => Types(m).Any(t => Impure.Any(i => i.IsAssignableFrom(t) || (t.IsGenericType && t.Name.StartsWith(i.Name + "`", StringComparison.Ordinal)))))
            .Select(m => $"{m.DeclaringType!.Name}.{m.Name}");
        Assert.Empty(offenders);
    }

    [Fact]
    public void Domain_HasMethodsToLookAt() => Assert.NotEmpty(Methods);

    private static IEnumerable<Type> Types(MethodBase method) =>
        method.GetParameters().Select(p => p.ParameterType).Append(method is MethodInfo info ? info.ReturnType : typeof(void));
}
