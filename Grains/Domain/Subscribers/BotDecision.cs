using Dialer.Bots;
using Dialer.Calls;

namespace Dialer.Domain.Subscribers;

/// <summary>What follows from something that a bot said.</summary>
/// <param name="Step">What is to be stored; null = nothing new was said.</param>
/// <param name="Told">All that the bot of the live call said until now.</param>
/// <param name="Answer">What the bot is answered once that is on disk.</param>
public sealed record BotDecision(SubscriberStep? Step, BotReply? Told, BotAnswer Answer);
