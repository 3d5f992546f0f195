using Dialer.Bots;
using Dialer.Calls;

namespace Dialer.Grains.Subscribers;

/// <summary>What bots say of their calls.</summary>
internal sealed partial class SubscriberGrain
{
    public Task<BotAnswer> BotSaidAsync(TryId id, BotReply reply) => Task.FromResult(BotAnswer.NotTaken(BotAnswer.UnknownCall));
}
