using System.Reflection;
using NetArchTest.Rules;

namespace Dialer.Tests;

/// <summary>The arrows of the house: Silo -> Grains -> Domain -> Abstractions, Gateway -> Abstractions, and nothing else.</summary>
public class DirectionTests
{
    private static readonly Assembly Abstractions = typeof(CampaignId).Assembly;
    private static readonly Assembly Domain = typeof(Domain.Campaigns.LaneBoard).Assembly;
    private static readonly Assembly Grains = typeof(Grains.Calls.CallDesk).Assembly;
    private static readonly Assembly Silo = typeof(Silo.Hosting.DialerOptions).Assembly;
    private static readonly Assembly Gateway = Assembly.Load("Gateway.Api");

    [Fact]
    public void Abstractions_KnowNoOtherRoom() =>
        Holds(Types.InAssembly(Abstractions).ShouldNot().HaveDependencyOnAny("Dialer.Domain", "Dialer.Grains", "Dialer.Silo", "Dialer.Gateway", "Npgsql", "Microsoft.Data.Sqlite", "Microsoft.AspNetCore"));

    [Fact]
    public void Domain_KnowsAbstractionsOnly() =>
        Holds(Types.InAssembly(Domain).ShouldNot().HaveDependencyOnAny("Dialer.Grains", "Dialer.Silo", "Dialer.Gateway", "Npgsql", "Microsoft.Data.Sqlite", "Microsoft.AspNetCore", "Orleans.Grain", "Orleans.IGrainFactory"));

    [Fact]
    public void Grains_KnowNoDatabaseAndNoWire() =>
        Holds(Types.InAssembly(Grains).ShouldNot().HaveDependencyOnAny("Dialer.Silo", "Dialer.Gateway", "Npgsql", "Microsoft.Data.Sqlite", "Microsoft.AspNetCore"));

    [Fact]
    public void Silo_KnowsNoGateway() =>
        Holds(Types.InAssembly(Silo).ShouldNot().HaveDependencyOnAny("Dialer.Gateway"));

    /// <summary>The SIP room could be a library: it knows no Orleans type.</summary>
    [Fact]
    public void Sip_KnowsNoOrleans() =>
        Holds(Types.InAssembly(Silo).That().ResideInNamespace("Dialer.Silo.Telephony.Sip").ShouldNot().HaveDependencyOnAny("Orleans"));

    [Fact]
    public void Gateway_KnowsTheSiloInItsProgramOnly()
    {
        var composing = Types.InAssembly(Gateway).That().HaveDependencyOnAny("Dialer.Silo", "Dialer.Domain", "Dialer.Grains").GetTypes()
            .Select(t => t.FullName!.Split('+')[0])
            .Distinct();
        Assert.All(composing, name => Assert.Contains(name, new[] { "Program", "Dialer.Gateway.Composition", "Dialer.Gateway.Engine" }));
    }

    private static void Holds(ConditionList rule)
    {
        var result = rule.GetResult();
        Assert.True(result.IsSuccessful, string.Join(", ", result.FailingTypeNames ?? []));
    }
}
