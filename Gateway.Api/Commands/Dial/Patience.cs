using System.Globalization;
using Dialer.Gateway.Hosting;

namespace Dialer.Gateway.Commands.Dial;

/// <summary>
/// Asks again while the store does not answer: a restart of the database must not end a run. Whatever is asked must bear being
/// asked twice.
/// </summary>
internal sealed class Patience(Action<string> tell, CancellationToken giveUp)
{
    public static readonly TimeSpan Limit = TimeSpan.FromSeconds(60);

    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(500);

    private long? failingSince;

    /// <exception cref="CommandStoppedException">It did not answer for as long as <see cref="Limit"/>.</exception>
    public async Task<T> AskAsync<T>(Func<Task<T>> ask)
    {
        ArgumentNullException.ThrowIfNull(ask);
        while (true)
        {
            try
            {
                var answer = await ask();
                if (failingSince is not null)
                {
                    failingSince = null;
                    tell("It answers again.");
                }

                return answer;
            }
            catch (Exception e) when (e is not (CommandRefusedException or CommandStoppedException))
            {
                giveUp.ThrowIfCancellationRequested();
                Take(e);
            }

            await Task.Delay(Pause, giveUp);
        }
    }

    private void Take(Exception e)
    {
        var who = Outages.IsStore(e) ? "The database" : "The dialer";
        if (failingSince is not { } since)
        {
            failingSince = TimeProvider.System.GetTimestamp();
            tell($"{who} does not answer; calls go on when it is back. ({Outages.Text(e)})");
        }
        else if (TimeProvider.System.GetElapsedTime(since) > Limit)
        {
            var seconds = Limit.TotalSeconds.ToString("0", CultureInfo.InvariantCulture);
            throw new CommandStoppedException(
                $"{who} did not answer for {seconds} s: {Outages.Text(e)} Bring it back; the same command then goes on where it was.", e);
        }
    }
}
