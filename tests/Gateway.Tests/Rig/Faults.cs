using System.Reflection;
using Microsoft.Extensions.DependencyInjection;

namespace Dialer.Tests;

/// <summary>A port that fails when it is told to, as if the database were away.</summary>
public class Faults<T> : DispatchProxy
    where T : class
{
    private T target = null!;
    private Func<string, bool> fails = _ => false;

    /// <summary>Puts it before the port that is registered.</summary>
    /// <param name="services">Of the rig.</param>
    /// <param name="fails">Whether the method of this name fails now.</param>
    public static void Put(IServiceCollection services, Func<string, bool> fails)
    {
        var real = services.Last(s => s.ServiceType == typeof(T));
        services.Remove(real);
        services.AddSingleton(provider =>
        {
            var port = Create<T, Faults<T>>();
            var faults = (Faults<T>)(object)port;
            faults.target = (T)(real.ImplementationFactory?.Invoke(provider) ?? ActivatorUtilities.CreateInstance(provider, real.ImplementationType!));
            faults.fails = fails;
            return port;
        });
    }

    protected override object? Invoke(MethodInfo? targetMethod, object?[]? args) =>
        fails(targetMethod!.Name) ? throw new TimeoutException("the database does not answer") : targetMethod.Invoke(target, args);
}
