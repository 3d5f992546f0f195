using System.Collections.Concurrent;
using Dialer.Campaigns;
using Orleans.Serialization.Invocation;

namespace Dialer.Tests;

/// <summary>Loses messages to campaigns: one-way hints may get lost, and must be mended.</summary>
public sealed class LostMessages : IIncomingGrainCallFilter
{
    private readonly ConcurrentDictionary<(long Campaign, string Method), int> lost = new();

    /// <summary>From here on this message to that campaign gets lost.</summary>
    public void Lose(ICampaignGrain campaign, string method) => lost[(campaign.GetPrimaryKeyLong(), method)] = 0;

    public void Deliver(ICampaignGrain campaign, string method) => lost.TryRemove((campaign.GetPrimaryKeyLong(), method), out _);

    public int Count(ICampaignGrain campaign, string method) => lost.GetValueOrDefault((campaign.GetPrimaryKeyLong(), method));

    public Task Invoke(IIncomingGrainCallContext context)
    {
        ArgumentNullException.ThrowIfNull(context);
        if (context.InterfaceMethod.DeclaringType == typeof(ICampaignGrain)
            && context.TargetId.TryGetIntegerKey(out var key, out _)
            && lost.TryGetValue((key, context.InterfaceMethod.Name), out _))
        {
            lost.AddOrUpdate((key, context.InterfaceMethod.Name), 1, (_, n) => n + 1);
            context.Response = Response.Completed;
            return Task.CompletedTask;
        }

        return context.Invoke();
    }
}
