using System.Globalization;
using Dialer.Bots;
using Dialer.Calls;
using Dialer.Grains.Subscribers;

namespace Dialer.Tests.Simulation;

/// <summary>
/// Bots that speak by themselves while their calls are up and after: some once, some in pieces, some the same twice; asked again until
/// they are answered, or the dialer stays silent for too long.
/// </summary>
internal sealed class SimBots(DialerWorld world, Plan plan)
{
    private const int Patience = 20;

    private int said;

    /// <summary>Speaks somewhere in the next <paramref name="within"/>, or a little after.</summary>
    public void Speak(CarrierCall call, TimeSpan within)
    {
        for (var pieces = world.Dice.Chance(plan.BotSpeaksPerMille) ? world.Dice.Between(1, 3) : 0; pieces > 0; pieces--)
        {
            var late = world.Dice.Chance(600) ? TimeSpan.Zero : TimeSpan.FromSeconds(world.Dice.Between(0, 330));
            var reply = Draw(call);
            var at = world.Dice.Between(TimeSpan.Zero, within) + (long)late.TotalMilliseconds;
            world.Schedule.After(at, null, () => world.Fork(() => TellAsync(call, reply)));
            if (world.Fault(f => f.RepeatedCallEvent))
            {
                world.Schedule.After(at + world.Dice.Between(0, 60_000), null, () => world.Fork(() => TellAsync(call, reply)));
            }
        }
    }

    private BotReply Draw(CarrierCall call)
    {
        var drawn = world.DrawReply(call);
        return drawn with
        {
            ReportDataJson = string.Create(CultureInfo.InvariantCulture, $$$"""{"k{{{++said}}}":{"value":"{{{said}}}","order":0}}"""),
            AnsweredBy = world.Dice.One(AnsweredBy.Unknown, AnsweredBy.Human, AnsweredBy.Machine),
            SpeechSeconds = world.Dice.Chance(300) ? world.Dice.Between(0, 100) : -1,
        };
    }

    private async Task TellAsync(CarrierCall call, BotReply reply)
    {
        for (var attempt = 0; attempt < Patience; attempt++)
        {
            try
            {
                var answer = await world.Cluster.CallSubscriberAsync(null, call.Campaign, call.Phone, s => s.BotSaidAsync(call.Id, reply));
                world.Books.BotHeard(call, reply, answer);
                return;
            }
            catch (Exception e) when (e is OutageException or StoreUnavailableException)
            {
                await world.Schedule.Wait(null, 1000);
            }
        }
    }
}
